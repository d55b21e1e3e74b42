import { useState } from 'react';
import { TextInput } from '@mantine/core';
import { useLocation } from 'wouter';
import { Problem } from '../client/problem';
import { useT } from '../i18n/i18n';
import { Facts } from '../ui/bits';
import { confirm } from '../ui/confirm';
import { Button } from '../ui/controls';
import { download } from '../ui/download';
import { useAction, useRead } from '../ui/hooks';
import { IconDownload, IconRefresh } from '../ui/icons';
import { Page, Section } from '../ui/Page';
import { Loaded, Notice } from '../ui/states';
import { toast } from '../ui/toast';

interface State { provider: string; version: string; dataKeys: number; behind: number; kit: 'none' | 'waiting' | 'kept' }

/** Who keeps the key behind the stored secrets, and a new version of it at a press. */
export default function Encryption() {
  const t = useT('');
  const [, navigate] = useLocation();
  const query = useRead<State>('encryption.get', {}, { live: ['action.done'] });
  const rotate = useAction<{ job: string }>('encryption.rotate');
  const go = () => confirm({ title: t('encryption.rotate-title'), text: t('encryption.rotate-text'), action: t('encryption.rotate'), run: async () => {
    const { job } = await rotate.run({});
    navigate(`/jobs/${job.slice(4)}`);
  } });
  return (
    <Page title={t('encryption.title')} lead={<span style={{ maxWidth: 720 }}>{t('encryption.lead')}</span>}
      actions={rotate.allowed && <Button icon={<IconRefresh size={16} />} busy={rotate.busy} onClick={go}>{t('encryption.rotate')}</Button>}>
      <Loaded query={query}>{(state) => (<>
        <Section title={t('encryption.key')} help={t('encryption.key-help')}>
          <div className="stack">
            <Facts items={[
              [t('encryption.provider'), ['file', 'vault'].includes(state.provider) ? t(`encryption.provider.${state.provider}`) : state.provider],
              [t('encryption.version'), <code key="version">{state.version}</code>],
              [t('encryption.data-keys'), state.dataKeys],
              state.behind > 0 && [t('encryption.behind'), state.behind],
            ]} />
          </div>
        </Section>
        {state.kit !== 'none' && <Kit kept={state.kit === 'kept'} version={state.version} />}
      </>)}</Loaded>
    </Page>
  );
}

/** What opens the secrets on another machine: to be saved once, and confirmed by the code in it. */
function Kit({ kept, version }: { kept: boolean; version: string }) {
  const t = useT('');
  const show = useAction<{ text: string }>('recovery-kit.show');
  const confirmed = useAction('recovery-kit.confirm');
  const [code, setCode] = useState('');
  const [error, setError] = useState<Problem>();
  if (kept || !show.allowed) {
    return <Section title={t('kit.title')} help={t('kit.help')}><Notice tone={kept ? 'green' : 'amber'}>{t(kept ? 'kit.kept' : 'kit.owner')}</Notice></Section>;
  }
  const save = async () => {
    const kit = await show.go({});
    if (kit) {
      download(`openpanel-recovery-kit-${version}.txt`, kit.text);
    }
  };
  const say = async () => {
    setError(undefined);
    try {
      await confirmed.run({ code });
      toast(t('kit.kept'));
    } catch (failure) {
      setError(Problem.from(failure));
    }
  };
  return (
    <Section title={t('kit.title')} help={t('kit.help')}>
      <form className="stack" onSubmit={(event) => { event.preventDefault(); void say(); }}>
        <Notice tone="amber">{t('kit.waiting')}</Notice>
        <div><Button icon={<IconDownload size={16} />} busy={show.busy} onClick={() => void save()}>{t('kit.save')}</Button></div>
        <TextInput label={t('kit.code')} description={t('kit.code-help')} value={code} onChange={(event) => setCode(event.currentTarget.value)} error={error?.errors.code ?? error?.detail}
          autoComplete="off" spellCheck={false} maxLength={20} style={{ maxWidth: 320 }} />
        <div><Button type="submit" tone="primary" busy={confirmed.busy} disabled={!code.trim()}>{t('kit.confirm')}</Button></div>
      </form>
    </Section>
  );
}

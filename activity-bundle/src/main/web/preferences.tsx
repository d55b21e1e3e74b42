import { Button, LinesSkeleton, LinkButton, Loaded, Notice, Page, ProblemNotice, Section, Select, Switch, TextInput, toast, useAction, useCan, useRead, useT } from '@openpanel/ui';
import { useState } from 'react';

interface Choice { event: string; inPanel: boolean; mail: string }
interface Chosen { items: Choice[]; mailWorks: boolean; language?: string; timeZone?: string }

const WHEN = ['off', 'at-once', 'daily', 'weekly'];

export default function PreferencesPage() {
  const t = useT();
  const query = useRead<Chosen>('notification.preferences');
  const test = useCan('mail.test');
  return (
    <Page title={t('preferences.title')} lead={t('preferences.lead')}>
      <Loaded query={query} skeleton={<LinesSkeleton />}>
        {(chosen) => (
          <div>
            {!chosen.mailWorks && <div style={{ marginBottom: 20 }}><Notice>{t('preferences.no-mail')} {test && <LinkButton small href="/plugins/activity/settings">{t('preferences.set-mail')}</LinkButton>}</Notice></div>}
            <Section title={t('preferences.events')} help={t('preferences.events-help')}>
              <table className="plain-table" style={{ width: '100%' }}>
                <thead><tr><th style={{ textAlign: 'left' }}>{t('preferences.event')}</th><th style={{ textAlign: 'left', width: 96 }}>{t('preferences.in-panel')}</th><th style={{ textAlign: 'left', width: 168 }}>{t('preferences.mail')}</th></tr></thead>
                <tbody>{chosen.items.map((each) => <Row key={each.event} of={each} />)}</tbody>
              </table>
            </Section>
            <Section title={t('preferences.reader')} help={t('preferences.reader-help')}><Reader of={chosen} /></Section>
            {test && chosen.mailWorks && <Section title={t('preferences.test')} help={t('preferences.test-help')}><Test /></Section>}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Row({ of }: { of: Choice }) {
  const t = useT();
  const configure = useAction('notification.configure');
  const name = t(`event.${of.event}`);
  return (
    <tr style={{ height: 44 }}>
      <td>{name}</td>
      <td><Switch size="sm" aria-label={`${name}: ${t('preferences.in-panel')}`} checked={of.inPanel} onChange={(event) => void configure.go({ event: of.event, inPanel: event.currentTarget.checked })} /></td>
      <td><Select aria-label={`${name}: ${t('preferences.mail')}`} allowDeselect={false} data={WHEN.map((each) => ({ value: each, label: t(`when.${each}`) }))} value={of.mail} onChange={(mail) => mail && void configure.go({ event: of.event, mail })} comboboxProps={{ transitionProps: { duration: 80 } }} /></td>
    </tr>
  );
}

function Reader({ of }: { of: Chosen }) {
  const t = useT();
  const configure = useAction('notification.configure');
  const [zone, setZone] = useState(of.timeZone ?? 'UTC');
  return (
    <form className="fields" onSubmit={(event) => { event.preventDefault(); void configure.run({ timeZone: zone }).then(() => toast(t('preferences.saved')), () => undefined); }}>
      <Select label={t('preferences.language')} allowDeselect={false} data={[{ value: 'en', label: 'English' }, { value: 'pt-br', label: 'Português (Brasil)' }]} value={of.language ?? 'en'} onChange={(language) => language && void configure.go({ language })} comboboxProps={{ transitionProps: { duration: 80 } }} />
      <TextInput label={t('preferences.zone')} description={t('preferences.zone-help')} value={zone} error={configure.problem?.errors.timeZone} onChange={(event) => setZone(event.currentTarget.value)} />
      <div className="buttons end"><Button type="submit" busy={configure.busy} disabled={zone === (of.timeZone ?? 'UTC')}>{t('preferences.save')}</Button></div>
    </form>
  );
}

function Test() {
  const t = useT();
  const test = useAction<{ to: string; server: string }>('mail.test');
  const [sent, setSent] = useState<{ to: string; server: string }>();
  return (
    <div className="stack tight">
      <div><Button busy={test.busy} onClick={() => { setSent(undefined); void test.run().then(setSent, () => undefined); }}>{t('preferences.send-test')}</Button></div>
      <ProblemNotice error={test.problem} />
      {sent && <Notice tone="green">{t('preferences.sent', sent)}</Notice>}
    </div>
  );
}

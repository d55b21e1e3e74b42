import { Field, LinkButton, Notice, ProblemNotice, SaveBar, Section, useRetold, useT } from '@openpanel/ui';
import { hostOf, idOf, latestOf, sentence, type App } from './model';
import { useSettings } from './settings';

export function General({ app }: { app: App }) {
  const t = useT();
  const retold = useRetold();
  const settings = useSettings(app, ['name', 'git', 'branch', 'directory', 'image', 'port', 'token', 'deployKey', 'dockerfile']);
  const fields = (names: string[]) => <div className="fields">{names.filter(settings.has).map((name) => <Field key={name} {...settings.field(name)} />)}</div>;
  const last = latestOf(app);
  return (
    <div>
      {!last && <div style={{ marginBottom: 16 }}><Notice>{t('general.never')}</Notice></div>}
      {last?.state.toLowerCase() === 'failed' && <div style={{ marginBottom: 16 }}><Notice tone="red"><div className="spread" style={{ flexWrap: 'wrap' }}><span style={{ flex: '1 1 240px' }}>{t('general.failed')}{last.error && ` ${sentence(retold(last.error))}`}{app.address && ` ${t('general.former', { host: hostOf(app.addressText ?? app.address) })}`}</span><LinkButton small href={`/deployments/${idOf(last.deployment)}`}>{t('deployment.see')}</LinkButton></div></Notice></div>}
      <Section title={t('general.app')} help={t('general.app-help')}>{fields(['name', 'port'])}</Section>
      {app.image && !app.git ? <Section title={t('general.image')} help={t('general.image-help')}>{fields(['image'])}</Section>
        : <>
          <Section title={t('general.git')} help={t('general.git-help')}>{fields(['git', 'branch', 'directory', 'dockerfile'])}</Section>
          <Section title={t('general.access')} help={t('general.access-help')}>{fields(['token', 'deployKey'])}{(app.hasToken || app.hasDeployKey) && <p className="muted" style={{ marginTop: 12 }}>{t(app.hasToken ? 'general.has-token' : 'general.has-key')}</p>}</Section>
        </>}
      <ProblemNotice error={settings.problem && !Object.keys(settings.problem.errors).length ? settings.problem : undefined} />
      <SaveBar changed={settings.changed.map((name) => t(`field.${name}`))} busy={settings.busy} onSave={() => void settings.save()} onDiscard={settings.discard} />
    </div>
  );
}

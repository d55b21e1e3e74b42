import { Field, Notice, ProblemNotice, SaveBar, Section, useT } from '@openpanel/ui';
import type { App } from './model';
import { useSettings } from './settings';

export function Advanced({ app }: { app: App }) {
  const t = useT();
  const settings = useSettings(app, ['healthPath', 'healthTimeout', 'cpus', 'memory', 'volumes']);
  const fields = (names: string[]) => <div className="fields">{names.filter(settings.has).map((name) => <Field key={name} {...settings.field(name)} />)}</div>;
  return (
    <div>
      <Section title={t('advanced.health')} help={t('advanced.health-help')}>{fields(['healthPath', 'healthTimeout'])}</Section>
      <Section title={t('advanced.limits')} help={t('advanced.limits-help')}>{fields(['cpus', 'memory'])}</Section>
      <Section title={t('advanced.volumes')} help={t('advanced.volumes-help')}>
        {settings.has('volumes') ? fields(['volumes']) : app.volumes?.length ? <ul className="stack tight">{app.volumes.map((volume) => <li key={volume.name}><code>{volume.name}</code> <span className="faint">→</span> <code>{volume.path}</code></li>)}</ul> : <p className="muted">{t('advanced.no-volumes')}</p>}
        {app.hasVolumes && <div style={{ marginTop: 12 }}><Notice tone="amber">{t('advanced.stops-first')}</Notice></div>}
      </Section>
      <ProblemNotice error={settings.problem && !Object.keys(settings.problem.errors).length ? settings.problem : undefined} />
      <SaveBar changed={settings.changed.map((name) => t(`field.${name}`))} busy={settings.busy} onSave={() => void settings.save()} onDiscard={settings.discard} />
    </div>
  );
}

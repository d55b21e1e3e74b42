import { EmptyState, IconRocket, LogPane, useLog, useT } from '@openpanel/ui';
import { everRan, serves, type App } from './model';

export function Logs({ app }: { app: App }) {
  const t = useT();
  const { buffer, state, message } = useLog('app.logs', everRan(app) ? { app: app.app, follow: true, tail: 1000 } : undefined, serves(app));
  if (!everRan(app)) {
    return <div className="card"><EmptyState icon={<IconRocket size={20} />} title={t('logs.never')} text={t('logs.never-text')} /></div>;
  }
  return <LogPane buffer={buffer} name={app.name} state={state} message={message} />;
}

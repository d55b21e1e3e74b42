import { EmptyState, IconRocket, LogPane, useLog, useT } from '@openpanel/ui';
import { latestOf, type App } from './model';

export function Logs({ app }: { app: App }) {
  const t = useT();
  const { buffer, message } = useLog('app.logs', latestOf(app) ? { app: app.app, follow: true, tail: 1000 } : undefined);
  if (!latestOf(app)) {
    return <div className="card"><EmptyState icon={<IconRocket size={20} />} title={t('logs.never')} text={t('logs.never-text')} /></div>;
  }
  return <LogPane buffer={buffer} name={app.name} message={message} height="max(420px, calc(100vh - 236px))" />;
}

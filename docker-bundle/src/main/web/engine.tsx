import { Card, Facts, formatBytes, LinesSkeleton, Link, Loaded, Meter, Status, useCan, useLocale, useRead, useT } from '@openpanel/ui';

interface Engine { version?: string; state: string; reason?: string; containers: number; running: number; images: number; cpus?: number; memory?: number; diskTotal?: number; diskFree?: number; buildkit: boolean }

export default function EngineWidget() {
  const t = useT();
  const locale = useLocale();
  const allowed = useCan('engine.get');
  const query = useRead<Engine>('engine.get', {}, { live: ['engine.*', 'container.*'], enabled: allowed });
  return allowed && (
    <Card title={t('engine.title')} actions={query.data && <Status value={query.data.state} />}>
      <Loaded query={query} skeleton={<LinesSkeleton lines={5} />}>
        {(engine) => (
          <div className="body stack" style={{ paddingTop: 6 }}>
            <Facts items={[
              engine.reason ? [t('engine.reason'), engine.reason] : undefined,
              [t('containers.title'), <Link key="containers" className="link" href="/containers">{t('engine.running', { running: engine.running, all: engine.containers })}</Link>],
              [t('images.title'), <Link key="images" className="link" href="/images">{engine.images}</Link>],
              engine.cpus && engine.memory ? [t('engine.machine'), t('engine.size', { cpus: engine.cpus, memory: formatBytes(engine.memory, locale) })] : undefined,
              engine.version ? [t('engine.version'), <span key="version" className="num">{engine.version}{engine.buildkit && ' · BuildKit'}</span>] : undefined,
            ]} />
            {engine.diskTotal !== undefined && engine.diskFree !== undefined && engine.diskTotal > 0 && (
              <div className="stack tight">
                <div className="spread"><span className="muted">{t('engine.disk')}</span><span className="num muted">{t('engine.free', { free: formatBytes(engine.diskFree, locale), total: formatBytes(engine.diskTotal, locale) })}</span></div>
                <Meter label={t('engine.disk')} share={1 - engine.diskFree / engine.diskTotal} />
              </div>
            )}
          </div>
        )}
      </Loaded>
    </Card>
  );
}

import { Bytes, Button, Card, CopyText, Extras, Facts, formatBytes, IconPlayerPlay, IconRefresh, Link, LinesSkeleton, Loaded, LogPane, Menu, MetricCard, Notice, Page, RelativeTime, Status, Tabs, TerminalPane, useAction, useCan, useLocale, useLog,
  useNavigate, useOperation, useParams, useRead, useStream, useT } from '@openpanel/ui';
import { useState } from 'react';
import { idOf, imageOf, runs, useContainerMenu, type Container } from './model';

const TABS = ['overview', 'logs', 'terminal', 'stats'] as const;

export default function ContainerPage() {
  const t = useT();
  const navigate = useNavigate();
  const { container: id = '', tab = 'overview' } = useParams<{ container: string; tab?: string }>();
  const ref = `container:${id}`;
  const query = useRead<Container>('container.get', { container: ref }, { live: ['container.*'] });
  const menu = useContainerMenu(t, () => navigate('/containers', { replace: true }));
  const restart = useAction('container.restart');
  const start = useAction('container.start');
  const mayType = useCan('container.terminal');
  return (
    <Loaded page query={query} skeleton={<div className="page"><LinesSkeleton /></div>}>
      {(row) => (
        <Page title={row.name} crumbs={[{ label: t('containers.title'), href: '/containers' }]} status={<Status badge value={row.status} />} lead={<code className="clip" title={row.image}>{imageOf(row)}</code>}
          actions={<>
            {runs(row) ? restart.allowed && <Button busy={restart.busy} icon={<IconRefresh size={16} />} onClick={() => void restart.go({ container: ref })}>{t('do.restart')}</Button>
              : start.allowed && <Button tone="primary" busy={start.busy} icon={<IconPlayerPlay size={16} />} onClick={() => void start.go({ container: ref })}>{t('do.start')}</Button>}
            <Menu items={menu(row)} />
          </>}
          tabs={<Tabs label={row.name} current={tab} items={TABS.filter((each) => mayType || each !== 'terminal').map((each) => ({ id: each, title: t(`tab.${each}`), href: each === 'overview' ? `/containers/${id}` : `/containers/${id}/${each}` }))} />}>
          {tab === 'logs' ? <Logs row={row} /> : tab === 'terminal' ? <Typing row={row} /> : tab === 'stats' ? <Stats container={ref} running={runs(row)} /> : <About row={row} />}
        </Page>
      )}
    </Loaded>
  );
}

function About({ row }: { row: Container }) {
  const t = useT();
  const mounts = row.mounts ?? [];
  const app = useRead<{ name: string }>('app.get', { app: row.app }, { enabled: Boolean(useOperation('app.get')) && Boolean(row.app) });
  const policy = row.restartPolicy && t(`choice.${row.restartPolicy}`);
  return (
    <div className="stack">
      {row.exitCode !== undefined && row.exitCode !== 0 && !runs(row) && <Notice tone="red">{t('container.exited', { code: row.exitCode })} {row.error} <Link className="link" href={`/containers/${idOf(row.container)}/logs`}>{t('container.see-log')}</Link></Notice>}
      <div className="halves">
        <Card title={t('tab.overview')}><div className="body" style={{ paddingBlock: 6 }}>
          <Facts items={[
            [t('container.id'), <CopyText key="id" text={row.id.slice(0, 12)} />],
            [t('container.image'), <CopyText key="image" text={row.image}>{imageOf(row)}</CopyText>],
            Boolean(row.app) && [t('container.app'), <Link key="app" className="link" href={`/apps/${idOf(row.app!)}`}>{app.data?.name ?? t('container.open-app')}</Link>],
            row.command?.length ? [t('container.command'), <code key="command">{row.command.join(' ')}</code>] : undefined,
            [t('container.restart'), row.restarts ? t('container.restarted', { policy, count: row.restarts }) : policy],
            [t('container.created'), <RelativeTime key="created" at={row.createdAt} />],
            [t('container.started'), <RelativeTime key="started" at={row.startedAt} />],
          ]} />
        </div></Card>
        <div className="stack">
        <Card title={t('container.network')}><div className="body" style={{ paddingBlock: 6 }}>
          <Facts items={[
            ...Object.entries(row.addresses ?? {}).map(([network, address], index): [string, React.ReactNode] => [`${t('container.address')}${index ? ` ${index + 1}` : ''}`, <span key={network} className="row wrap" style={{ gap: '0 12px' }}><CopyText text={address} /><code className="faint">{network}</code></span>]),
            [t('container.ports'), row.ports?.length ? <code key="ports">{row.ports.map((port) => `${port.public ? `${port.public}→` : ''}${port.private}/${port.protocol ?? 'tcp'}`).join(', ')}</code> : t('none')],
            [t('container.memory'), row.limits?.memory ? <Bytes key="memory" value={row.limits.memory} /> : t('unlimited')],
            [t('container.cpus'), row.limits?.cpus ?? t('unlimited')],
          ]} />
        </div></Card>
        <Card title={t('container.mounts')} count={mounts.length}>
          {mounts.length ? <ul className="body stack tight">{mounts.map((mount) => <li key={mount.path}><code>{mount.source}</code> <span className="faint">→</span> <code>{mount.path}</code>{mount.readOnly && <span className="tag" style={{ marginLeft: 8 }}>{t('container.read-only')}</span>}</li>)}</ul>
            : <p className="body muted">{t('container.no-mounts')}</p>}
        </Card>
        <Card title={t('container.environment')} count={row.environmentNames?.length}>
          {row.environmentNames?.length ? <div className="body row wrap" style={{ gap: 6 }}>{row.environmentNames.map((name) => <code key={name} className="tag">{name}</code>)}</div> : <p className="body muted">{t('container.no-environment')}</p>}
        </Card>
        </div>
      </div>
      <Extras on="container" resource={row.container} />
    </div>
  );
}

function Logs({ row }: { row: Container }) {
  const { buffer, state, message } = useLog('container.logs', { container: row.container, follow: true, tail: 1000 }, runs(row));
  return <LogPane buffer={buffer} name={row.name} state={state} message={message} />;
}

function Typing({ row }: { row: Container }) {
  const t = useT();
  return runs(row) ? <TerminalPane action="container.terminal" input={{ container: row.container }} name={row.name} /> : <Notice>{t('terminal.stopped')}</Notice>;
}

interface Sample { at: string; cpuPercent: number; memory: number; memoryLimit?: number; read: number; written: number; received: number; sent: number }

const KEPT = 120;

function Stats({ container, running }: { container: string; running: boolean }) {
  const t = useT();
  const locale = useLocale();
  const [samples, setSamples] = useState<Sample[]>([]);
  useStream('container.stats', running ? { container } : undefined, (items) => setSamples((was) => [...was, ...(items as unknown as Sample[])].slice(-KEPT)));
  if (!running) {
    return <Notice>{t('stats.stopped')}</Notice>;
  }
  const last = samples.at(-1);
  const rate = (pick: (sample: Sample) => number) => samples.slice(1).map((sample, index) => {
    const seconds = (Date.parse(sample.at) - Date.parse(samples[index]!.at)) / 1000;
    return seconds > 0 ? Math.max(0, (pick(sample) - pick(samples[index]!)) / seconds) : 0;
  });
  const network = rate((sample) => sample.received + sample.sent);
  const disk = rate((sample) => sample.read + sample.written);
  const split = (text: string): [string, string] => [text.slice(0, text.lastIndexOf(' ')), text.slice(text.lastIndexOf(' ') + 1)];
  const [memory, memoryUnit] = split(last ? formatBytes(last.memory, locale) : '– ');
  const [net, netUnit] = split(network.length ? formatBytes(network.at(-1)!, locale) : '– ');
  const [io, ioUnit] = split(disk.length ? formatBytes(disk.at(-1)!, locale) : '– ');
  return (
    <div className="grid" style={{ gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 232px), 1fr))' }}>
      <MetricCard label={t('stats.cpu')} value={last ? last.cpuPercent.toLocaleString(locale, { maximumFractionDigits: 1 }) : '–'} unit={last && '%'} values={samples.map((sample) => sample.cpuPercent)} max={10} />
      <MetricCard label={t('stats.memory')} value={memory} unit={memoryUnit} under={last?.memoryLimit ? t('stats.of', { limit: formatBytes(last.memoryLimit, locale) }) : undefined} values={samples.map((sample) => sample.memory)} max={last?.memory ? last.memory * 1.4 : undefined} />
      <MetricCard label={t('stats.network')} value={net} unit={net === '–' ? '' : `${netUnit}/s`} under={last && t('stats.total', { in: formatBytes(last.received, locale), out: formatBytes(last.sent, locale) })} values={network} />
      <MetricCard label={t('stats.disk')} value={io} unit={io === '–' ? '' : `${ioUnit}/s`} under={last && t('stats.disk-total', { in: formatBytes(last.read, locale), out: formatBytes(last.written, locale) })} values={disk} />
    </div>
  );
}

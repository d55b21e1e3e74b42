import { EmptyState, IconBox, IconPlayerPlay, IconPlayerStop, IconRefresh, LinkButton, Page, RelativeTime, Status, statusRank, Table, Tabs, toast, useAction, useList, useT } from '@openpanel/ui';
import { idOf, imageOf, runs, useContainerMenu, type Container } from './model';

export default function Containers() {
  const t = useT();
  const query = useList<Container>('container.list', {}, { live: ['container.*', 'engine.*'] });
  const menu = useContainerMenu(t);
  const restart = useAction('container.restart');
  const stop = useAction('container.stop');
  const start = useAction('container.start');
  const each = (action: typeof stop, key: string) => (rows: Container[]) => void Promise.all(rows.map((row) => action.go({ container: row.container })))
    .then((done) => done.some(Boolean) && toast(t(key, { count: done.filter(Boolean).length })));
  return (
    <Page title={t('containers.title')} tabs={<Tabs label={t('containers.title')} current="containers" items={[{ id: 'containers', title: t('containers.title'), href: '/containers' }, { id: 'images', title: t('images.title'), href: '/images' }]} />}>
      <Table label={t('containers.title')} query={query} rowKey={(row) => row.container} href={(row) => `/containers/${idOf(row.container)}`} order="name" menu={menu}
        search={(row) => `${row.name} ${row.image} ${row.id}`}
        filters={[
          { id: 'running', label: t('filter.running'), match: runs },
          { id: 'stopped', label: t('filter.stopped'), match: (row) => ['stopped', 'paused'].includes(row.status.toLowerCase()) },
          { id: 'trouble', label: t('filter.trouble'), match: (row) => ['failed', 'degraded', 'unknown'].includes(row.status.toLowerCase()) },
          { id: 'apps', label: t('filter.apps'), match: (row) => Boolean(row.app) },
        ]}
        bulk={[
          ...(start.allowed ? [{ label: t('do.start'), icon: <IconPlayerPlay size={14} />, run: each(start, 'bulk.start') }] : []),
          ...(restart.allowed ? [{ label: t('do.restart'), icon: <IconRefresh size={14} />, run: each(restart, 'bulk.restart') }] : []),
          ...(stop.allowed ? [{ label: t('do.stop'), icon: <IconPlayerStop size={14} />, run: each(stop, 'bulk.stop') }] : []),
        ]}
        under={(row) => [<RelativeTime key="when" at={row.startedAt} />, <code key="image">{imageOf(row)}</code>]}
        columns={[
          { id: 'name', header: t('container.name'), sort: (row) => row.name, cell: (row) => <span className="main">{row.name}</span> },
          { id: 'status', header: t('container.status'), width: 128, sort: (row) => statusRank(row.status), cell: (row) => <Status value={row.status} /> },
          { id: 'image', header: t('container.image'), wideOnly: true, sort: (row) => row.image, cell: (row) => <code className="muted" title={row.image}>{imageOf(row)}</code> },
          { id: 'ports', header: t('container.ports'), width: 150, wideOnly: true, cell: (row) => <code className="muted">{portsOf(row) || '–'}</code> },
          { id: 'address', header: t('container.address'), width: 150, wideOnly: true, cell: (row) => <code className="muted">{Object.values(row.addresses ?? {})[0] || '–'}</code> },
          { id: 'started', header: t('container.started'), width: 124, end: true, wideOnly: true, sort: (row) => Date.parse(row.startedAt ?? '') || 0, cell: (row) => <span className="muted"><RelativeTime at={row.startedAt} /></span> },
        ]}
        empty={<EmptyState icon={<IconBox size={20} />} title={t('containers.empty')} text={t('containers.empty-text')}><LinkButton href="/apps/new" tone="primary">{t('containers.deploy')}</LinkButton></EmptyState>} />
    </Page>
  );
}

export function portsOf(row: Container): string {
  return (row.ports ?? []).map((port) => (port.public ? `${port.public}→${port.private}` : String(port.private))).join(', ');
}

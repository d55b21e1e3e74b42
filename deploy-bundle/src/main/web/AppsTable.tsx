import { IconExternalLink, IconGitBranch, IconPackage, IconPlayerPlay, IconRefresh, IconRocket, RelativeTime, Status, statusRank, Table, toast, useAction, useNavigate, useT } from '@openpanel/ui';
import type { UseQueryResult } from '@tanstack/react-query';
import { hostOf, idOf, latestOf, shortCommit, statusOf, type App } from './model';

export function AppsTable({ query, empty }: { query: Pick<UseQueryResult<App[]>, 'data' | 'error' | 'refetch'>; empty: React.ReactNode }) {
  const t = useT();
  const navigate = useNavigate();
  const deploy = useAction<{ job: string; deployment?: string }>('deployment.start');
  const restart = useAction('app.restart');
  return (
    <Table label={t('project.apps')} query={query} rowKey={(row) => row.app} href={(row) => `/apps/${idOf(row.app)}`} order="name" search={(row) => `${row.name} ${row.git ?? ''} ${row.image ?? ''}`}
      menu={(row) => [
        Boolean(row.address) && { label: t('do.open'), icon: <IconExternalLink size={15} />, onSelect: () => window.open(row.address, '_blank', 'noreferrer') },
        deploy.allowed && { label: t('do.deploy'), icon: <IconRocket size={15} />, onSelect: () => void deploy.go({ app: row.app }).then((made) => made && navigate(`/apps/${idOf(row.app)}/deployments`)) },
        restart.allowed && ['running', 'healthy', 'degraded'].includes((row.status ?? '').toLowerCase()) && { label: t('do.restart'), icon: <IconRefresh size={15} />, onSelect: () => void restart.go({ app: row.app }).then((done) => done && toast(t('did.restart', { name: row.name }))) },
        { label: t('tab.logs'), icon: <IconPlayerPlay size={15} />, href: `/apps/${idOf(row.app)}/logs`, divided: true },
      ]}
      under={(row) => [row.address ? hostOf(row.addressText ?? row.address) : row.git ? hostOf(row.git).replace(/\.git$/, '') : row.image]}
      columns={[
        { id: 'name', header: t('app.name'), sort: (row) => row.name, cell: (row) => <span className="main">{row.name}</span> },
        { id: 'status', header: t('project.state'), width: 132, sort: (row) => statusRank(statusOf(row)), cell: (row) => <Status value={statusOf(row)} /> },
        { id: 'source', header: t('app.source'), wideOnly: true, cell: (row) => <span className="row muted">{row.git ? <IconGitBranch size={15} /> : <IconPackage size={15} />}<span className="clip">{row.git ? hostOf(row.git).replace(/\.git$/, '') : row.image}</span></span> },
        { id: 'address', header: t('app.address'), wideOnly: true, cell: (row) => (row.address ? <a className="link" href={row.address} target="_blank" rel="noreferrer">{hostOf(row.addressText ?? row.address)}</a> : <span className="faint">–</span>) },
        { id: 'deployed', header: t('app.deployed'), width: 190, end: true, wideOnly: true, sort: (row) => Date.parse(latestOf(row)?.createdAt ?? '') || 0,
          cell: (row) => <span className="muted">{latestOf(row) ? <><code>{shortCommit(latestOf(row)!.commit)}</code> <RelativeTime at={latestOf(row)!.finishedAt ?? latestOf(row)!.createdAt} /></> : '–'}</span> },
      ]}
      empty={empty} />
  );
}

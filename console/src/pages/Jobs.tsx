import { clauseOf, useSummary, useT } from '../i18n/i18n';
import { Duration, RelativeTime, Status } from '../ui/bits';
import { useList, type Job } from '../ui/hooks';
import { IconActivity } from '../ui/icons';
import { Page } from '../ui/Page';
import { EmptyState } from '../ui/states';
import { Table } from '../ui/Table';

export default function Jobs() {
  const t = useT('');
  const summaryOf = useSummary();
  const nameOf = (row: Job) => clauseOf(summaryOf(row.action));
  const query = useList<Job>('job.list', { limit: 200 }, { live: ['action.*', 'deployment.*', 'job.*'] });
  return (
    <Page title={t('jobs.title')}>
      <Table label={t('jobs.title')} query={query} rowKey={(row) => row.job} href={(row) => `/jobs/${row.job.slice(4)}`} order="-when" search={(row) => `${row.action} ${nameOf(row)} ${row.resourceName ?? ''}`}
        filters={[{ id: 'running', label: t('status.in-progress'), match: (row) => row.state === 'running' || row.state === 'queued' }, { id: 'failed', label: t('status.failed'), match: (row) => row.state === 'failed' }, { id: 'done', label: t('status.finished'), match: (row) => row.state === 'done' }]}
        columns={[
          { id: 'action', header: t('jobs.action'), sort: nameOf, cell: (row) => <span className="main">{nameOf(row)}</span> },
          { id: 'about', header: t('jobs.about'), width: 180, wideOnly: true, sort: (row) => row.resourceName ?? '', cell: (row) => row.resourceName ?? <span className="faint">–</span> },
          { id: 'state', header: t('jobs.state'), width: 144, sort: (row) => row.state, cell: (row) => <Status value={row.state} as="job" /> },
          { id: 'by', header: t('jobs.by'), width: 160, wideOnly: true, cell: (row) => <span className="muted">{row.caller}</span> },
          { id: 'took', header: t('jobs.took'), width: 110, wideOnly: true, end: true, cell: (row) => <Duration from={row.startedAt} to={row.finishedAt} /> },
          { id: 'when', header: t('jobs.when'), width: 130, end: true, wideOnly: true, sort: (row) => Date.parse(row.createdAt ?? row.startedAt ?? '') || 0, cell: (row) => <span className="muted"><RelativeTime at={row.startedAt ?? row.createdAt} /></span> },
        ]}
        under={(row) => [row.resourceName, <RelativeTime key="when" at={row.startedAt ?? row.createdAt} />]}
        empty={<EmptyState icon={<IconActivity size={20} />} title={t('jobs.empty')} text={t('jobs.empty-text')} />} />
    </Page>
  );
}

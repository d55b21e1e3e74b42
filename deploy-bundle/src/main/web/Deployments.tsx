import { Button, confirm, Duration, EmptyState, IconArrowBackUp, IconRocket, IconX, RelativeTime, Status, Table, toast, useAction, useJob, useList, useNavigate, useQueryParam, useT } from '@openpanel/ui';
import { useEffect } from 'react';
import { ended, idOf, LIVE, versionOf, type App, type Deployment } from './model';

export function Deployments({ app }: { app: App }) {
  const t = useT();
  const navigate = useNavigate();
  const query = useList<Deployment>('deployment.list', { app: app.app }, { live: LIVE });
  const rollback = useAction<{ job?: string }>('deployment.rollback');
  const cancel = useAction('deployment.cancel');
  const deploy = useAction<{ job?: string }>('deployment.start');
  useFollow(query.data);
  return (
    <Table label={t('tab.deployments')} query={query} rowKey={(row) => row.deployment} href={(row) => `/deployments/${idOf(row.deployment)}`}
      menu={(row) => [
        { label: t('deployment.see'), href: `/deployments/${idOf(row.deployment)}` },
        rollback.allowed && row.state.toLowerCase() === 'finished' && !row.current && { label: t('do.rollback'), icon: <IconArrowBackUp size={15} />, onSelect: () => confirm({
          title: t('rollback.title', { commit: versionOf(row) }), text: t('rollback.text'), action: t('do.rollback'),
          run: () => rollback.run({ app: app.app, deployment: row.deployment }).then(() => toast(t('rollback.started'))) }) },
        cancel.allowed && !ended(row) && { label: t('do.cancel'), tone: 'red', icon: <IconX size={15} />, onSelect: () => void cancel.go({ deployment: row.deployment }) },
      ]}
      under={(row) => [row.message && <code key="version">{versionOf(row)}</code>, <RelativeTime key="when" at={row.createdAt ?? row.startedAt} />]}
      columns={[
        { id: 'commit', header: t('deployment.what'), cell: (row) => <span className="row"><code className={row.message ? 'wide-only' : undefined}>{versionOf(row)}</code><span className="clip">{row.message?.split('\n')[0]}</span>{row.current && <span className="tag">{t('deployment.current')}</span>}</span> },
        { id: 'state', header: t('deployment.state'), width: 144, cell: (row) => <Status value={row.state} as="job" /> },
        { id: 'trigger', header: t('deployment.trigger'), width: 210, wideOnly: true, cell: (row) => <span className="muted">{[row.author, row.trigger && said(t, `trigger.${row.trigger}`, row.trigger)].filter(Boolean).join(', ')}</span> },
        { id: 'took', header: t('deployment.took'), width: 110, end: true, wideOnly: true, cell: (row) => <Duration from={row.startedAt ?? row.createdAt} to={row.finishedAt} /> },
        { id: 'when', header: t('deployment.when'), width: 124, end: true, wideOnly: true, cell: (row) => <span className="muted"><RelativeTime at={row.createdAt ?? row.startedAt} /></span> },
      ]}
      empty={<EmptyState icon={<IconRocket size={20} />} title={t('deployments.empty')} text={t('deployments.empty-text')}>
        {deploy.allowed && <Button tone="primary" busy={deploy.busy} onClick={() => void deploy.go({ app: app.app }).then((made) => made?.job && navigate(`/apps/${idOf(app.app)}/deployments?follow=${idOf(made.job)}`))}>{t('do.deploy')}</Button>}
      </EmptyState>} />
  );
}

export function said(t: (key: string) => string, key: string, otherwise: string): string {
  const text = t(key);
  return text === key ? otherwise : text;
}

/** After Deploy: on to the deployment's page as soon as it is known. */
function useFollow(deployments: Deployment[] | undefined): void {
  const navigate = useNavigate();
  const [follow] = useQueryParam('follow');
  const job = useJob(follow ? `job:${follow}` : undefined);
  const made = job.data?.result?.deployment ?? (job.data?.resource?.startsWith('deployment:') ? job.data.resource : undefined);
  const found = (typeof made === 'string' ? made : undefined) ?? deployments?.find((each) => each.job === `job:${follow}`)?.deployment ?? (follow ? deployments?.find((each) => !ended(each))?.deployment : undefined);
  useEffect(() => {
    if (follow !== undefined && found) {
      navigate(`/deployments/${idOf(found)}`, { replace: true });
    }
  }, [follow, found, navigate]);
}

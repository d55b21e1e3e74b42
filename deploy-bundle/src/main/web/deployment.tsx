import { Button, Card, confirm, CopyText, Duration, Extras, IconArrowBackUp, IconExternalLink, IconGitCommit, IconRefresh, IconX, LinesSkeleton, LinkButton, Loaded, LogPane, Notice, Page, RelativeTime, Status, StepRail, toast, useAction,
  useJob, useLog, useNavigate, useParams, useRead, useRetold, useT } from '@openpanel/ui';
import { useState } from 'react';
import { said } from './Deployments';
import { ended, everRan, hostOf, idOf, LIVE, sentence, shortCommit, type App, type Deployment } from './model';

const STEPS = { git: ['queue', 'clone', 'build', 'start', 'health', 'switch'], image: ['queue', 'build', 'start', 'health', 'switch'] };

export default function DeploymentPage() {
  const t = useT();
  const { deployment: id = '' } = useParams<{ deployment: string }>();
  const query = useRead<Deployment>('deployment.get', { deployment: `deployment:${id}` }, { live: LIVE });
  return <Loaded page query={query} skeleton={<div className="page"><LinesSkeleton /></div>}>{(deployment) => <Shown deployment={deployment} title={t('deployment.one')} />}</Loaded>;
}

function Shown({ deployment, title }: { deployment: Deployment; title: string }) {
  const t = useT();
  const retold = useRetold();
  const navigate = useNavigate();
  const [step, setStep] = useState<string>();
  const app = useRead<App>('app.get', { app: deployment.app }, { live: LIVE });
  const job = useJob(deployment.job);
  const log = useLog('job.log', deployment.job ? { job: deployment.job, follow: true } : undefined);
  const cancel = useAction('deployment.cancel');
  const rollback = useAction<{ job?: string }>('deployment.rollback');
  const redeploy = useAction<{ job?: string }>('deployment.start');
  const over = ended(deployment);
  const state = deployment.state.toLowerCase();
  const steps = job.data?.steps ?? [];
  const appId = idOf(deployment.app);
  const address = deployment.address ?? app.data?.address;
  const follow = (made?: { job?: string }) => made?.job && navigate(`/apps/${appId}/deployments?follow=${idOf(made.job)}`);
  const error = deployment.error ?? job.data?.error?.message;

  return (
    <Page title={deployment.message?.split('\n')[0] ?? `${title} ${shortCommit(deployment.commit) ?? ''}`} status={<><Status badge value={deployment.state} as="job" />{deployment.current && <span className="tag">{t('deployment.current')}</span>}</>}
      crumbs={[{ label: t('projects.title'), href: '/projects' }, ...(app.data ? [{ label: app.data.projectName ?? t('project.one'), href: `/projects/${idOf(app.data.project)}` }] : []), { label: app.data?.name ?? t('app.one'), href: `/apps/${appId}` }, { label: t('tab.deployments'), href: `/apps/${appId}/deployments` }]}
      lead={<>
        {deployment.commit && <span className="row" style={{ gap: 4 }}><IconGitCommit size={15} /><CopyText text={deployment.commit}>{shortCommit(deployment.commit)}</CopyText></span>}
        <span>{[deployment.author, deployment.trigger && said(t, `trigger.${deployment.trigger}`, deployment.trigger)].filter(Boolean).join(', ')}</span>
        <RelativeTime at={deployment.startedAt ?? deployment.createdAt} />
        <Duration from={deployment.startedAt ?? deployment.createdAt} to={deployment.finishedAt} />
        {address && deployment.current && <a className="link" href={address} target="_blank" rel="noreferrer">{hostOf(address)}</a>}
      </>}
      actions={<>
        {address && state === 'finished' && <LinkButton external href={address} icon={<IconExternalLink size={16} />}>{t('do.open')}</LinkButton>}
        {!over && cancel.allowed && <Button tone="danger" busy={cancel.busy} icon={<IconX size={16} />} onClick={() => void cancel.go({ deployment: deployment.deployment })}>{t('do.cancel')}</Button>}
        {state === 'finished' && !deployment.current && rollback.allowed && <Button icon={<IconArrowBackUp size={16} />} onClick={() => confirm({
          title: t('rollback.title', { commit: shortCommit(deployment.commit) ?? '' }), text: t('rollback.text'), action: t('do.rollback'),
          run: async () => {
            const made = await rollback.run({ app: deployment.app, deployment: deployment.deployment });
            toast(t('rollback.started'));
            follow(made);
          } })}>{t('do.rollback')}</Button>}
        {over && redeploy.allowed && <Button tone="primary" busy={redeploy.busy} icon={<IconRefresh size={16} />} onClick={() => void redeploy.go({ app: deployment.app, ...(deployment.commit ? { commit: deployment.commit } : {}) }).then(follow)}>{t('do.redeploy')}</Button>}
      </>}>
      <div className="stack">
        {state === 'failed' && <Notice tone="red">{sentence(error ? retold(error) : t('deployment.failed'))}{app.data && everRan(app.data) && <> {t('deployment.former')}</>}</Notice>}
        {state === 'superseded' && <Notice>{t('deployment.superseded')}</Notice>}
        <div className="rail-split">
          <Card title={t('deployment.steps')} actions={step && <Button small tone="quiet" onClick={() => setStep(undefined)}>{t('deployment.whole')}</Button>}>
            <div style={{ padding: 8 }}>
              <StepRail label={t('deployment.steps')} steps={steps} chosen={step} onChoose={setStep} expected={over ? [] : app.data && !app.data.git ? STEPS.image : STEPS.git} />
            </div>
          </Card>
          <LogPane buffer={log.buffer} name={`${app.data?.name ?? 'app'}-${idOf(deployment.deployment)}`} step={step} live={!over} state={log.state} message={log.message} />
        </div>
        <Extras on="deployment" resource={deployment.deployment} />
      </div>
    </Page>
  );
}

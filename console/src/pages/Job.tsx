import { useState } from 'react';
import { useParams } from 'wouter';
import { useCatalogue } from '../client/catalogue';
import { clauseOf, PluginContext, useRetold, useSummary, useT } from '../i18n/i18n';
import { Duration, RelativeTime, Status } from '../ui/bits';
import { confirm } from '../ui/confirm';
import { Button, LinkButton } from '../ui/controls';
import { jobEnded, useAction, useJob } from '../ui/hooks';
import { IconExternalLink } from '../ui/icons';
import { LogPane } from '../ui/LogPane';
import { useLog } from '../ui/useLog';
import { Card, Page } from '../ui/Page';
import { Loaded, Notice } from '../ui/states';
import { StepRail } from '../ui/StepRail';
import { PageSkeleton } from '../shell/Routes';

export default function JobPage() {
  const t = useT('');
  const retold = useRetold();
  const summaryOf = useSummary();
  const catalogue = useCatalogue().data;
  const { job: id } = useParams<{ job: string }>();
  const ref = `job:${id}`;
  const query = useJob(ref);
  const log = useLog('job.log', { job: ref, follow: true });
  const stop = useAction('job.cancel');
  const [step, setStep] = useState<string>();
  return (
    <Loaded page query={query} skeleton={<PageSkeleton />}>
      {(job) => (
        <Page title={clauseOf(summaryOf(job.action))} crumbs={[{ label: t('jobs.title'), href: '/jobs' }]} status={<Status badge value={job.state} as="job" />}
          lead={<><span>{job.resourceName}</span><span>{job.caller}</span><RelativeTime at={job.startedAt ?? job.createdAt} /><Duration from={job.startedAt} to={job.finishedAt} /></>}
          actions={typeof job.result?.address === 'string' && /^https?:/.test(job.result.address) ? <LinkButton external tone="primary" href={job.result.address} icon={<IconExternalLink size={16} />}>{t('jobs.open')}</LinkButton> : !jobEnded(job) && stop.allowed && <Button tone="danger" onClick={() => confirm({ title: t('jobs.stop-title'), text: t('jobs.stop-text'), action: t('jobs.stop'), run: () => stop.run({ job: ref }) })}>{t('jobs.stop')}</Button>}>
          <div className="stack">
            {job.error && <Notice tone="red">{retold(job.error.message)}</Notice>}
            <div className={job.steps.length ? 'rail-split' : undefined}>
              {job.steps.length > 0 && (
                // The steps are named by the plugin whose action the job is.
                <PluginContext.Provider value={catalogue?.items.find((each) => each.id === job.action)?.plugin}>
                  <Card title={t('jobs.steps')}><div style={{ padding: 8 }}><StepRail label={t('jobs.steps')} steps={job.steps} chosen={step} onChoose={setStep} /></div></Card>
                </PluginContext.Provider>
              )}
              <LogPane buffer={log.buffer} name={`job-${id}`} step={step} live={!jobEnded(job)} state={log.state} message={log.message} />
            </div>
          </div>
        </Page>
      )}
    </Loaded>
  );
}

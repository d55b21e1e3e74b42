import { Button, confirm, Contributed, IconExternalLink, IconGitBranch, IconGitCommit, IconPackage, IconPlayerPlay, IconPlayerStop, IconRefresh, IconRocket, LinesSkeleton, LinkButton, Loaded, Menu, Page, Skeleton, Status, Tabs, toast, useAction, useNavigate, useParams, useRead, useT, useTabs } from '@openpanel/ui';
import { Advanced } from './Advanced';
import { Danger } from './Danger';
import { Deployments } from './Deployments';
import { Environment } from './Environment';
import { General } from './General';
import { Logs } from './Logs';
import { hostOf, idOf, LIVE, shortCommit, statusOf, type App } from './model';

const OWN = [['general', 10], ['environment', 20], ['deployments', 40], ['logs', 50], ['advanced', 80], ['danger', 90]] as const;

export default function AppPage() {
  const t = useT();
  const navigate = useNavigate();
  const { app: id = '', tab = 'general' } = useParams<{ app: string; tab?: string }>();
  const ref = `app:${id}`;
  const query = useRead<App>('app.get', { app: ref }, { live: LIVE });
  const more = useTabs('app');
  const deploy = useAction<{ job?: string }>('deployment.start');
  const stop = useAction('app.stop');
  const start = useAction('app.start');
  const restart = useAction('app.restart');
  const tabs = [...OWN.map(([name, order]) => ({ id: name as string, title: t(`tab.${name}`), order })), ...more]
    .sort((a, b) => a.order - b.order).map(({ id: name, title }) => ({ id: name, title, href: name === 'general' ? `/apps/${id}` : `/apps/${id}/${name}` }));
  const foreign = more.find((each) => each.id === tab);

  return (
    <Loaded page query={query} skeleton={<AppSkeleton />}>
      {(app) => {
        const up = ['running', 'healthy', 'degraded', 'starting'].includes((app.status ?? '').toLowerCase());
        const done = (key: string) => (result: unknown) => result && toast(t(key, { name: app.name }));
        return (
          <Page title={app.name} crumbs={[{ label: t('projects.title'), href: '/projects' }, { label: app.projectName ?? t('project.one'), href: `/projects/${idOf(app.project)}` }]}
            status={<Status badge value={statusOf(app)} />}
            lead={<>
              {app.address && <a className="link row" style={{ gap: 4 }} href={app.address} target="_blank" rel="noreferrer">{hostOf(app.addressText ?? app.address)}<IconExternalLink size={14} /></a>}
              <span className="row" style={{ gap: 4 }}>{app.git ? <IconGitBranch size={15} /> : <IconPackage size={15} />}<span className="clip">{app.git ? `${hostOf(app.git).replace(/\.git$/, '')}${app.branch ? ` · ${app.branch}` : ''}` : app.image}</span></span>
              {app.latest?.commit && app.latest.state.toLowerCase() === 'finished' && <span className="row" style={{ gap: 4 }}><IconGitCommit size={15} /><code>{shortCommit(app.latest.commit)}</code></span>}
            </>}
            actions={<>
              {app.address && up && <LinkButton external href={app.address} icon={<IconExternalLink size={16} />}>{t('do.open')}</LinkButton>}
              {deploy.allowed && <Button tone="primary" busy={deploy.busy} icon={<IconRocket size={16} />} onClick={() => void deploy.go({ app: ref }).then((made) => made && navigate(`/apps/${id}/deployments?follow=${made.job ? idOf(made.job) : ''}`))}>{t('do.deploy')}</Button>}
              <Menu items={[
                up && restart.allowed && { label: t('do.restart'), icon: <IconRefresh size={15} />, onSelect: () => void restart.go({ app: ref }).then(done('did.restart')) },
                !up && start.allowed && Boolean(app.latest) && { label: t('do.start'), icon: <IconPlayerPlay size={15} />, onSelect: () => void start.go({ app: ref }).then(done('did.start')) },
                up && stop.allowed && { label: t('do.stop'), icon: <IconPlayerStop size={15} />, onSelect: () => confirm({ title: t('stop.title', { name: app.name }), text: t('stop.text'), action: t('do.stop'), run: () => stop.run({ app: ref }).then(done('did.stop')) }) },
              ]} />
            </>}
            tabs={<Tabs label={app.name} current={tab} items={tabs} />}>
            {tab === 'general' && <General app={app} />}
            {tab === 'environment' && <Environment app={app} />}
            {tab === 'deployments' && <Deployments app={app} />}
            {tab === 'logs' && <Logs app={app} />}
            {tab === 'advanced' && <Advanced app={app} />}
            {tab === 'danger' && <Danger app={app} />}
            {foreign && <Contributed part={foreign} resource={ref} item={app} fallback={<LinesSkeleton />} />}
          </Page>
        );
      }}
    </Loaded>
  );
}

const AppSkeleton = () => (
  <div className="page"><div className="head"><Skeleton width={160} /><div className="title"><Skeleton width={140} height={20} /></div><Skeleton width={280} /></div><div className="tabs" style={{ height: 38 }} /><Skeleton height={220} /></div>
);

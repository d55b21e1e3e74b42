import { useState } from 'react';
import { Link } from 'wouter';
import { useT } from '../i18n/i18n';
import { RelativeTime, Status, statusRank } from '../ui/bits';
import { Button, LinkButton } from '../ui/controls';
import { Extras, useAction, useCan, useList, useMe, useNavigate, useOperation, useRead } from '../ui/hooks';
import { IconAlertTriangle, IconArrowUpRight, IconCheck, IconLock, IconPlus, IconSparkles } from '../ui/icons';
import { Card, Page } from '../ui/Page';
import { EmptyState, ErrorState, LinesSkeleton, Skeleton } from '../ui/states';

interface Project { project: string; name: string; description?: string }
interface App { app: string; name: string; project: string; projectName?: string; status?: string; address?: string; latest?: { deployment: string; state: string; createdAt: string; finishedAt?: string } }
interface Engine { state: string; reason?: string; diskTotal?: number; diskFree?: number }

const LIVE = ['project.*', 'app.*', 'deployment.*', 'container.changed'];
const id = (ref: string) => ref.slice(ref.indexOf(':') + 1);
const hostOf = (address: string) => address.replace(/^https?:\/\//, '').replace(/\/$/, '');

export default function Overview() {
  const t = useT('');
  const here = { apps: useCan('app.list'), projects: useCan('project.list'), engine: useCan('engine.get') };
  const closed = Boolean(useOperation('project.list')) && !here.projects && !here.apps;
  const apps = useList<App>('app.list', {}, { live: LIVE, enabled: here.apps });
  const projects = useList<Project>('project.list', {}, { live: LIVE, enabled: here.projects });
  const engine = useRead<Engine>('engine.get', {}, { live: ['engine.*'], enabled: here.engine });
  const create = useCan('app.create');
  const nothing = apps.data?.length === 0;

  return (
    <Page title={t('nav.overview')} actions={create && !nothing && <LinkButton href="/apps/new" tone="primary" icon={<IconPlus size={16} />}>{t('over.new-app')}</LinkButton>}>
      <div className="stack wide">
        {closed ? <EmptyState icon={<IconLock size={20} />} title={t('over.closed')} text={t('over.closed-text')} /> : nothing ? <Hero /> : <Attention apps={apps.data} engine={engine.data} waiting={here.apps && !apps.data} />}
        <div className="split">
          <div className="stack wide">
            {here.projects && !nothing && (
              <section className="stack tight">
                <div className="spread"><h2>{t('over.projects')}</h2><Link href="/projects" className="link">{t('over.all')}</Link></div>
                {projects.error && !projects.data ? <div className="card"><ErrorState error={projects.error} onRetry={() => void projects.refetch()} /></div> : (
                  <div className="grid">
                    {projects.data && apps.data
                      ? projects.data.slice(0, 12).map((project) => <ProjectCard key={project.project} project={project} apps={apps.data.filter((app) => app.project === project.project)} />)
                      : [0, 1, 2].map((index) => <div key={index} className="card" style={{ padding: 16, minHeight: 130 }}><Skeleton width="40%" height={16} /></div>)}
                  </div>
                )}
              </section>
            )}
            <Extras on="overview.main" />
          </div>
          <div className="stack">
            {here.apps && <FirstSteps apps={apps.data} engine={engine.data} />}
            <Extras on="overview" fallback={<Card><LinesSkeleton lines={4} /></Card>} />
          </div>
        </div>
      </div>
    </Page>
  );
}

function Attention({ apps = [], engine, waiting }: { apps?: App[]; engine?: Engine; waiting: boolean }) {
  const t = useT('');
  const encryption = useRead<{ kit: string }>('encryption.get', {}, { enabled: useCan('encryption.get'), live: ['action.done'] });
  const full = engine?.diskTotal ? 1 - (engine.diskFree ?? 0) / engine.diskTotal : 0;
  const problems = [
    ...(engine && engine.state !== 'healthy' ? [{ key: 'engine', text: t('over.engine'), hint: engine.reason, href: '/containers', red: true }] : []),
    ...(encryption.data?.kit === 'waiting' ? [{ key: 'kit', text: t('over.kit'), href: '/encryption', red: false }] : []),
    ...(full >= 0.8 ? [{ key: 'disk', text: t('over.disk', { percent: `${Math.round(full * 100)}%` }), href: '/containers', red: full >= 0.9 }] : []),
    ...apps.flatMap((app) => {
      const status = app.status?.toLowerCase();
      const last = app.latest;
      // An app that is down because it never came up is explained by its deployment.
      if (status === 'failed' && last?.state?.toLowerCase() === 'failed' && !app.address) {
        return [{ key: app.app, text: t('over.deploy-failed', { name: app.name }), hint: app.projectName, at: last.finishedAt ?? last.createdAt, href: `/deployments/${id(last.deployment)}`, red: true }];
      }
      if (status === 'failed' || status === 'degraded') {
        return [{ key: app.app, text: t(`over.app-${status}`, { name: app.name }), hint: app.projectName, href: `/apps/${id(app.app)}`, red: status === 'failed' }];
      }
      return last?.state?.toLowerCase() === 'failed' ? [{ key: app.app, text: t('over.deploy-failed', { name: app.name }), hint: app.projectName, at: last.finishedAt ?? last.createdAt, href: `/deployments/${id(last.deployment)}`, red: true }] : [];
    }),
  ] as { key: string; text: string; hint?: string; at?: string; href: string; red: boolean }[];
  problems.sort((a, b) => Number(b.red) - Number(a.red));
  if (waiting) {
    return <div className="card" style={{ padding: '15px 16px' }}><Skeleton width={220} /></div>;
  }
  if (!problems.length) {
    return <div className="notice green" style={{ background: 'none', borderColor: 'var(--line)' }}><IconCheck size={17} /><div>{t('over.calm')}</div></div>;
  }
  return (
    <Card title={t('over.attention')} count={problems.length}>
      <ul className="timeline">
        {problems.map((problem) => (
          <li key={problem.key} style={{ alignItems: 'center' }}>
            <span className={`dot ${problem.red ? 'red' : 'amber'}`} aria-hidden><IconAlertTriangle size={13} /></span>
            <span>{problem.text}{problem.hint && <span className="muted"> · {problem.hint}</span>}{problem.at && <span className="muted"> · <RelativeTime at={problem.at} /></span>}</span>
            <LinkButton small href={problem.href}>{t('over.look')}</LinkButton>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function ProjectCard({ project, apps }: { project: Project; apps: App[] }) {
  const t = useT('');
  const create = useCan('app.create');
  const worst = [...apps].sort((a, b) => statusRank(a.latest && a.status) - statusRank(b.latest && b.status));
  return (
    <section className="card" style={{ display: 'flex', flexDirection: 'column' }}>
      <header style={{ minHeight: 44, paddingBottom: 6 }}>
        <h3 className="clip"><Link href={`/projects/${id(project.project)}`}>{project.name}</Link></h3>
        <span className="count">{apps.length ? t('over.apps', { count: apps.length }) : ''}</span>
      </header>
      <ul style={{ padding: '4px 8px 8px', flex: 1 }}>
        {worst.slice(0, 4).map((app) => (
          <li key={app.app}>
            <Link href={`/apps/${id(app.app)}`} className="option-row">
              <span className="clip">{app.name}</span>
              <Status value={app.latest ? app.status : 'none'} />
              <small className="clip">{app.address ? hostOf(app.address) : t('over.never')}</small>
              <small>{app.latest && <RelativeTime at={app.latest.finishedAt ?? app.latest.createdAt} />}</small>
            </Link>
          </li>
        ))}
        {!apps.length && <li className="option-row none">{t('over.no-apps')}{create && <Link className="link" href={`/apps/new?project=${id(project.project)}`}>{t('over.new-app')}</Link>}</li>}
      </ul>
    </section>
  );
}

function Hero() {
  const t = useT('');
  const navigate = useNavigate();
  const sample = useAction<{ job?: string; app?: string; deployment?: string }>('app.sample');
  const create = useCan('app.create');
  const go = async () => {
    const made = await sample.go({});
    if (made?.app) {
      navigate(`/apps/${id(made.app)}/deployments`);
    } else if (made?.job) {
      navigate(`/jobs/${id(made.job)}`);
    }
  };
  return (
    <section className="card hero" style={sample.allowed ? undefined : { gridTemplateColumns: '1fr' }}>
      <div className="stack">
        <div><h2 style={{ fontSize: 16, lineHeight: '24px' }}>{t('hero.title')}</h2><p className="muted" style={{ marginTop: 6, maxWidth: 460 }}>{t('hero.text')}</p></div>
        {create && <div><LinkButton tone="primary" href="/apps/new" icon={<IconArrowUpRight size={16} />}>{t('hero.own')}</LinkButton></div>}
      </div>
      {sample.allowed && (
        <div className="stack">
          <div><h2 style={{ fontSize: 16, lineHeight: '24px' }}>{t('hero.sample-title')}</h2><p className="muted" style={{ marginTop: 6, maxWidth: 460 }}>{t('hero.sample-text')}</p></div>
          <div><Button busy={sample.busy} onClick={() => void go()} icon={<IconSparkles size={16} />}>{t('hero.sample')}</Button></div>
        </div>
      )}
    </section>
  );
}

const HIDDEN = 'openpanel-first-steps';

/** Fills itself; gone when all is done or hidden. */
function FirstSteps({ apps, engine }: { apps?: App[]; engine?: Engine }) {
  const t = useT('');
  const me = useMe();
  const [hidden, setHidden] = useState(() => localStorage.getItem(HIDDEN) === 'yes');
  const domains = useList<{ host: string; generated?: boolean }>('domain.list', {}, { live: ['domain.*'], enabled: useCan('domain.list') && !hidden });
  const keys = useList('api-key.list', {}, { enabled: useCan('api-key.list') && !hidden });
  const members = useList('member.list', {}, { live: ['member.*'], enabled: useCan('member.list') && !hidden });
  const invited = useList('invitation.list', {}, { live: ['invitation.*'], enabled: useCan('invitation.list') && !hidden });
  const factors = useList('factor.list', {}, { enabled: useCan('factor.list') && !hidden });
  if (hidden || !apps || !me || !['owner', 'admin'].includes(me.role)) {
    return null;
  }
  const online = apps.some((app) => ['running', 'healthy'].includes((app.status ?? '').toLowerCase()));
  const own = domains.data?.some((domain) => !domain.generated && !/\.(localhost|sslip\.io)$/.test(domain.host)) ?? false;
  const steps = [
    { key: 'engine', done: engine?.state === 'healthy' },
    { key: 'app', done: apps.length > 0, href: '/apps/new' },
    { key: 'online', done: online },
    { key: 'domain', done: own, href: apps[0] && `/apps/${id(apps[0].app)}/domains` },
    { key: 'factor', done: Boolean(factors.data?.length), href: '/settings/profile' },
    { key: 'invite', done: (members.data?.length ?? 0) > 1 || Boolean(invited.data?.length), href: '/settings/members' },
    { key: 'key', done: Boolean(keys.data?.length), href: '/settings/api-keys' },
  ];
  const done = steps.filter((step) => step.done).length;
  if (done === steps.length) {
    return null;
  }
  return (
    <Card title={t('first.title')} actions={<><span className="count">{done}/{steps.length}</span><Button small tone="quiet" onClick={() => { localStorage.setItem(HIDDEN, 'yes'); setHidden(true); }}>{t('first.hide')}</Button></>}>
      <ul className="checklist">
        {steps.map((step) => (
          <li key={step.key} className={step.done ? 'yes' : ''}>
            <span className="tick" aria-hidden><IconCheck size={13} stroke={2.6} /></span>
            <span className="word grow">{t(`first.${step.key}`)}</span>
            {!step.done && step.href && <LinkButton small href={step.href}>{t('first.go')}</LinkButton>}
          </li>
        ))}
      </ul>
    </Card>
  );
}

import { lazy, Suspense, useEffect } from 'react';
import { matchRoute, Route, Router, Switch, useLocation, useRouter } from 'wouter';
import { pagesOf, useRegistry, type Of, type PageSpec } from '../client/registry';
import { titleOf, useLocale, useT } from '../i18n/i18n';
import { Boundary } from '../ui/Boundary';
import { LinkButton } from '../ui/controls';
import { Contributed } from '../ui/hooks';
import { Page } from '../ui/Page';
import { EmptyState, ErrorState, Skeleton } from '../ui/states';

const Overview = lazy(() => import('../pages/Overview'));
const Audit = lazy(() => import('../pages/Audit'));
const Marketplace = lazy(() => import('../pages/Marketplace'));
const Plugins = lazy(() => import('../pages/Plugins'));
const PluginSettings = lazy(() => import('../pages/PluginSettings'));
const RoutesPage = lazy(() => import('../pages/RoutesPage'));
const DeadLetters = lazy(() => import('../pages/DeadLetters'));
const Encryption = lazy(() => import('../pages/Encryption'));
const Jobs = lazy(() => import('../pages/Jobs'));
const JobPage = lazy(() => import('../pages/Job'));
const Listing = lazy(() => import('../pages/Listing'));

export function Routes() {
  const [here] = useLocation();
  const { data, error, refetch } = useRegistry();
  useEffect(() => {
    // In braces: where scrolling answers a promise, React would take it for a clean-up.
    window.scrollTo(0, 0);
  }, [here]);
  if (!data) {
    return error ? <ErrorState page error={error} onRetry={() => void refetch()} /> : <PageSkeleton />;
  }
  return (
    <Boundary key={here}>
      <Suspense fallback={<PageSkeleton />}>
        <Switch>
          <Route path="/"><Overview /></Route>
          <Route path="/plugins"><Plugins /></Route>
          <Route path="/plugins/marketplace"><Marketplace /></Route>
          <Route path="/audit"><Audit /></Route>
          <Route path="/encryption"><Encryption /></Route>
          <Route path="/plugins/:plugin/settings"><PluginSettings /></Route>
          <Route path="/routes"><RoutesPage /></Route>
          <Route path="/routes/dead-letters"><DeadLetters /></Route>
          <Route path="/jobs"><Jobs /></Route>
          <Route path="/jobs/:job"><JobPage /></Route>
          <Route><BundlePage pages={pagesOf(data)} here={here} /></Route>
        </Switch>
      </Suspense>
    </Boundary>
  );
}

/** A bundle's page; `/apps/:app` also takes `/apps/:app/logs`, its tab. Pages without parameters win over those with. */
function BundlePage({ pages, here }: { pages: Of<PageSpec>[]; here: string }) {
  const { parser } = useRouter();
  const locale = useLocale();
  const t = useT('');
  const sorted = [...pages].sort((a, b) => Number(a.path.includes(':')) - Number(b.path.includes(':')));
  const found = [...sorted.map((page) => ({ page, path: page.path })), ...sorted.map((page) => ({ page, path: `${page.path}/:tab` }))]
    .find(({ path }) => matchRoute(parser, path, here)[0]);
  if (!found) {
    return <EmptyState page title={t('lost.title')} text={t('lost.text')}><LinkButton href="/" tone="primary">{t('lost.home')}</LinkButton></EmptyState>;
  }
  const { page, path } = found;
  const title = titleOf(page.plugin, page.title, locale);
  return (
    <Router>
      <Route path={path}>
        {page.module ? <Contributed part={{ ...page, title }} title={title} fallback={<PageSkeleton />} />
          : page.frame ? <Page title={title}><Contributed part={{ ...page, title }} /></Page>
          : page.list ? <Listing action={page.list.action} title={title} /> : null}
      </Route>
    </Router>
  );
}

export function PageSkeleton() {
  const t = useT('');
  return (
    <div className="page" role="status" aria-label={t('loading')}>
      <div className="head"><div className="title"><Skeleton width={180} height={20} /></div></div>
      <div className="stack"><Skeleton height={32} width={280} /><Skeleton height={240} /></div>
    </div>
  );
}

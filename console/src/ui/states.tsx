import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { UseQueryResult } from '@tanstack/react-query';
import { Problem } from '../client/problem';
import { useT, type T } from '../i18n/i18n';
import { Button, LinkButton } from './controls';
import { IconAlertTriangle, IconCheck, IconInfoCircle } from './icons';

export const Skeleton = ({ width = '100%', height = 12 }: { width?: number | string; height?: number }) =>
  <span className="skeleton" style={{ width, height }} aria-hidden />;

/** What the browser calls this page, in its tab and in its history. */
export function useTitle(title?: string): void {
  useEffect(() => {
    if (title) {
      document.title = `${title} · OpenPanel`;
    }
  }, [title]);
}

/** `page`: it stands for the whole page, so its title is the page's. */
export function EmptyState({ icon, title, text, page, children }: { icon?: ReactNode; title: string; page?: boolean; text?: ReactNode; children?: ReactNode }) {
  useTitle(page ? title : undefined);
  return (
    <div className="state">
      {icon && <span className="glyph">{icon}</span>}
      {page ? <h1>{title}</h1> : <h2>{title}</h2>}
      {text && <p>{text}</p>}
      {children && <div className="actions">{children}</div>}
    </div>
  );
}

/** What happened, in the panel's words where it has some. */
export function problemText(problem: Problem, t: T): string {
  if (problem.detail) {
    return problem.detail;
  }
  const key = `problem.${problem.kind ?? problem.status}`;
  const said = t(key);
  return said === key ? problem.title : said;
}

export function ErrorState({ error, page, onRetry }: { error: unknown; page?: boolean; onRetry?: () => unknown }) {
  const t = useT('');
  const [trying, setTrying] = useState(false);
  const retry = () => {
    setTrying(true);
    void Promise.resolve(onRetry?.()).finally(() => setTrying(false));
  };
  const problem = Problem.from(error);
  const missing = problem.status === 404;
  const Heading = page ? 'h1' : 'h2';
  const title = t(missing ? 'error.missing' : problem.status === 403 ? 'error.denied' : problem.kind === 'unreachable' ? 'error.unreachable' : 'error.title');
  useTitle(page ? title : undefined);
  return (
    <div className={`state ${missing ? '' : 'failed'}`} role="alert">
      <span className="glyph"><IconAlertTriangle size={20} /></span>
      <Heading>{title}</Heading>
      <p>{problemText(problem, t)}</p>
      {page && missing ? <div className="actions"><LinkButton href="/" tone="primary">{t('lost.home')}</LinkButton></div>
        : onRetry && <div className="actions"><Button busy={trying} onClick={retry}>{t('retry')}</Button></div>}
      {problem.request && <small>{t('error.request')} <code>{problem.request}</code></small>}
    </div>
  );
}

/** An error at the place it belongs to. */
export function ProblemNotice({ error }: { error: unknown }) {
  const t = useT('');
  if (!error) {
    return null;
  }
  const problem = Problem.from(error);
  return (
    <div className="notice red" role="alert">
      <IconAlertTriangle size={17} />
      <div>
        {problemText(problem, t)}
        {problem.request && <small>{t('error.request')} <code>{problem.request}</code></small>}
      </div>
    </div>
  );
}

export function Notice({ tone = 'blue', children }: { tone?: 'blue' | 'amber' | 'green' | 'red'; children: ReactNode }) {
  return (
    <div className={`notice ${tone}`}>
      {tone === 'green' ? <IconCheck size={17} /> : tone === 'blue' ? <IconInfoCircle size={17} /> : <IconAlertTriangle size={17} />}
      <div>{children}</div>
    </div>
  );
}

/** Why there is nothing to show: it stays while it is tried again, so that nothing blinks between an error and a skeleton. */
export function useFailure(query: Pick<UseQueryResult<unknown>, 'data' | 'error'>): unknown {
  const last = useRef<unknown>(undefined);
  last.current = query.data === undefined ? query.error ?? last.current : undefined;
  return last.current;
}

/** Skeleton, error with Retry, or what came. */
export function Loaded<V>({ query, skeleton, page, children }: { query: UseQueryResult<V>; page?: boolean; skeleton?: ReactNode; children: (value: V) => ReactNode }) {
  const failure = useFailure(query);
  if (query.data !== undefined) {
    return <>{children(query.data)}</>;
  }
  if (failure) {
    return <ErrorState page={page} error={failure} onRetry={query.refetch} />;
  }
  return <>{skeleton ?? <LinesSkeleton />}</>;
}

export function LinesSkeleton({ lines = 5 }: { lines?: number }) {
  const t = useT('');
  return (
    <div className="stack" role="status" aria-label={t('loading')} style={{ padding: 16 }}>
      {Array.from({ length: lines }, (_, index) => <Skeleton key={index} width={`${86 - ((index * 17) % 40)}%`} />)}
    </div>
  );
}

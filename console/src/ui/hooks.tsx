import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState, type ComponentType } from 'react';
import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useLocation, useSearch } from 'wouter';
import { perform, useCatalogue, type Input, type Operation } from '../client/catalogue';
import { onEvent, type Happened } from '../client/events';
import { Problem } from '../client/problem';
import { moduleUrl, tabsOf, useRegistry, widgetsOf, type Drawn, type PluginSpec } from '../client/registry';
import { session } from '../client/session';
import { useStore } from '../client/store';
import { live, type Item } from '../client/stream';
import { PluginContext, titleOf, useLocale } from '../i18n/i18n';
import { Boundary } from './Boundary';
import { Card } from './Page';
import { toastProblem } from './toast';

/** The catalogue's entry of an action; undefined while its plugin is stopped. */
export function useOperation(id: string): Operation | undefined {
  return useCatalogue().data?.items.find((each) => each.id === id);
}

/** Whether the action is there and the person may run it. */
export function useCan(id: string): boolean {
  return useOperation(id)?.allowed ?? false;
}

export interface Running<O> {
  /** Rejects with the problem, for a form that shows it. */
  run: (input?: Input) => Promise<O>;
  /** Says the problem in a toast, for a button with no place for it. */
  go: (input?: Input) => Promise<O | undefined>;
  busy: boolean;
  problem?: Problem;
  allowed: boolean;
}

/** What is being deleted: asking for it again could only fail. */
const leaving = new Set<unknown>();

/** As long as a page that showed it needs to go elsewhere. */
const FAREWELL = 1000;

const isLeaving = (input: Input): boolean => leaving.size > 0 && Object.values(input).some((each) => leaving.has(each));

/** Any action, by its id; what changes refreshes every list that shows it. */
export function useAction<O = Record<string, unknown>>(id: string): Running<O> {
  const client = useQueryClient();
  const allowed = useCan(id);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const run = useCallback(async (input: Input = {}) => {
    const refs = id.endsWith('.delete') ? Object.values(input).filter((each) => typeof each === 'string' && each.includes(':')) : [];
    setBusy(true);
    setProblem(undefined);
    refs.forEach((each) => leaving.add(each));
    try {
      return await perform<O>(client, id, input);
    } catch (error) {
      refs.forEach((each) => leaving.delete(each));
      setProblem(Problem.from(error));
      throw error;
    } finally {
      if (refs.length > 0) setTimeout(() => refs.forEach((each) => leaving.delete(each)), FAREWELL);
      setBusy(false);
      void client.invalidateQueries({ queryKey: ['action'] });
    }
  }, [client, id]);
  const go = useCallback((input?: Input) => run(input).catch((error: unknown) => {
    toastProblem(error);
    return undefined;
  }), [run]);
  return { run, go, busy, problem, allowed };
}

interface Reading {
  /** Topics that say that the answer has changed. */
  live?: string[];
  enabled?: boolean;
}

/** The answer of a READ action, kept current. */
export function useRead<O>(id: string, input: Input = {}, { live: topics = [], enabled = true }: Reading = {}): UseQueryResult<O> {
  const client = useQueryClient();
  const key = ['action', id, input];
  const text = JSON.stringify(key);
  const query = useQuery({ queryKey: key, queryFn: ({ signal }) => perform<O>(client, id, input, signal), enabled: () => enabled && !isLeaving(input),
    placeholderData: (former, was) => (was?.queryKey[1] === id && JSON.stringify(was.queryKey) === text ? former : undefined) });
  useEvents(topics, () => void client.invalidateQueries({ queryKey: JSON.parse(text) as unknown[] }));
  return query;
}

const MOST = 5000;

/** Every item of a list action, page after page. */
export function useList<I>(id: string, input: Input = {}, { live: topics = [], enabled = true }: Reading = {}): UseQueryResult<I[]> {
  const client = useQueryClient();
  const key = ['action', id, input];
  const text = JSON.stringify(key);
  const query = useQuery({
    queryKey: key, enabled: () => enabled && !isLeaving(input),
    queryFn: async ({ signal }) => {
      const items: I[] = [];
      let cursor: string | undefined;
      do {
        const page: { items: I[]; next?: string } = await perform(client, id, { ...input, ...(cursor ? { cursor } : {}) }, signal);
        items.push(...page.items);
        cursor = page.next;
      } while (cursor && items.length < MOST && input.limit === undefined);
      return items;
    },
  });
  useEvents(topics, () => void client.invalidateQueries({ queryKey: JSON.parse(text) as unknown[] }));
  return query;
}

/** Hears events by topic patterns; calls at most four times a second, with the last one of each burst. */
export function useEvents(patterns: string[], hear: (event: Happened) => void): void {
  const latest = useRef(hear);
  latest.current = hear;
  const text = patterns.join(' ');
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last: Happened | undefined;
    const flush = () => {
      timer = undefined;
      latest.current(last!);
    };
    const leaving = text.split(' ').filter(Boolean).map((pattern) => onEvent(pattern, (event) => {
      last = event;
      timer ??= setTimeout(flush, 250);
    }));
    return () => {
      clearTimeout(timer);
      leaving.forEach((leave) => leave());
    };
  }, [text]);
}

/** A STREAM action, for as long as the component is there. */
export function useStream(id: string, input: Input | undefined, onItems: (items: Item[]) => void,
  onEnd?: (reason: string, message?: string) => void): void {
  const operation = useOperation(id);
  const hear = useRef({ onItems, onEnd });
  hear.current = { onItems, onEnd };
  const text = input && operation ? JSON.stringify(input) : undefined;
  const resumes = Boolean(operation?.input.properties?.after);
  useEffect(() => {
    if (text === undefined) {
      return undefined;
    }
    return live.subscribe({ action: id, input: JSON.parse(text) as Input, resumes,
      onItems: (items) => hear.current.onItems(items), onEnd: (reason, message) => hear.current.onEnd?.(reason, message) });
  }, [id, text, resumes]);
}

export interface JobStep { name: string; state: string; startedAt?: string; finishedAt?: string }

export interface Job {
  job: string;
  action: string;
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  progress?: number;
  attempt?: number;
  createdAt?: string;
  startedAt?: string;
  finishedAt?: string;
  steps: JobStep[];
  result?: Record<string, unknown>;
  error?: { kind: string; message: string };
  resource?: string;
  resourceName?: string;
  caller?: string;
}

export const jobEnded = (job?: { state: string }): boolean => Boolean(job && ['done', 'failed', 'cancelled'].includes(job.state));

/** A job and its steps, current until it ends. */
export function useJob(job: string | undefined): UseQueryResult<Job> {
  const client = useQueryClient();
  useEvents(job ? ['job.*', 'deployment.*'] : [], () => void client.invalidateQueries({ queryKey: ['action', 'job.get', { job }] }));
  return useQuery({
    queryKey: ['action', 'job.get', { job }], enabled: Boolean(job),
    queryFn: ({ signal }) => perform<Job>(client, 'job.get', { job }, signal),
    refetchInterval: (query) => (jobEnded(query.state.data) ? false : 1000),
  });
}

export function useMe() {
  const current = useStore(session);
  return current.state === 'in' ? current.tokens : undefined;
}

/** A value in the address' query, so that it survives reload and can be shared. */
export function useQueryParam(name: string): [string | undefined, (value: string | undefined) => void] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const value = new URLSearchParams(search).get(name) ?? undefined;
  const set = (next: string | undefined) => {
    const query = new URLSearchParams(window.location.search);
    if (next) {
      query.set(name, next);
    } else {
      query.delete(name);
    }
    const text = query.toString();
    navigate(text ? `${path}?${text}` : path, { replace: true });
  };
  return [value, set];
}

export function useNavigate(): (to: string, options?: { replace?: boolean }) => void {
  return useLocation()[1];
}

export interface Contribution extends Drawn { id: string; title: string; order: number; plugin: PluginSpec }

/** Tabs that bundles add to a kind's page. */
export function useTabs(on: string): Contribution[] {
  const { data } = useRegistry();
  const locale = useLocale();
  return useMemo(() => tabsOf(data, on).map((tab) => ({ ...tab, title: titleOf(tab.plugin, tab.title, locale) })), [data, on, locale]);
}

export function useWidgets(on: string): Contribution[] {
  const { data } = useRegistry();
  const locale = useLocale();
  return useMemo(() => widgetsOf(data, on).map((widget) => ({ ...widget, title: widget.title ? titleOf(widget.plugin, widget.title, locale) : '' })), [data, on, locale]);
}

const modules = new Map<string, ComponentType<Record<string, unknown>>>();

function moduleAt(url: string): ComponentType<Record<string, unknown>> {
  let found = modules.get(url);
  if (!found) {
    found = lazy(() => import(/* @vite-ignore */ url) as Promise<{ default: ComponentType<Record<string, unknown>> }>);
    modules.set(url, found);
  }
  return found;
}

const Framed = lazy(() => import('./Framed'));

/** What a bundle put into the console, drawn; an error in it stays in it. */
export function Contributed({ part, fallback, ...props }: { part: Drawn & { plugin: PluginSpec; title: string }; fallback?: React.ReactNode } & Record<string, unknown>) {
  const { plugin, module, frame, title } = part;
  if (frame) {
    return <Boundary><Suspense fallback={fallback ?? null}><Framed plugin={plugin} frame={frame} title={title} resource={props.resource as string | undefined} /></Suspense></Boundary>;
  }
  const url = moduleUrl(plugin, module ?? '');
  const Module = moduleAt(url);
  return (
    <Boundary key={url} onRetry={() => modules.delete(url)}>
      <PluginContext.Provider value={plugin.id}>
        <Suspense fallback={fallback ?? null}><Module {...props} /></Suspense>
      </PluginContext.Provider>
    </Boundary>
  );
}

/** A part of a page that a bundle adds; a module draws its own card. */
export function Widget({ part, ...props }: { part: Contribution } & Record<string, unknown>) {
  const drawn = <Contributed part={part} {...props} />;
  return part.frame ? <Card title={part.title}><div className="body">{drawn}</div></Card> : drawn;
}

/** Everything that bundles add to a page, or to the frame around all of them, under this name. */
export function Extras({ on, ...props }: { on: string } & Record<string, unknown>) {
  return <>{useWidgets(on).map((each) => <Widget key={`${each.plugin.id} ${each.id}`} part={each} {...props} />)}</>;
}

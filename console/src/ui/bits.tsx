import { useEffect, useState, type ReactNode } from 'react';
import { Store, useStore } from '../client/store';
import { useLocale, useT } from '../i18n/i18n';
import { formatAgo, formatBytes, formatExact, formatMillis, initials, parseDuration } from './format';

const clock = new Store(Date.now());
setInterval(() => document.visibilityState === 'visible' && clock.set(Date.now()), 10_000);

/** "3 min ago", exact on hover. */
export function RelativeTime({ at }: { at?: string | number }) {
  const locale = useLocale();
  const now = useStore(clock);
  if (at === undefined) {
    return <span className="faint">–</span>;
  }
  const time = typeof at === 'number' ? at : Date.parse(at);
  return <time dateTime={new Date(time).toISOString()} title={formatExact(time, locale)}>{formatAgo(time, Math.max(now, Date.now()), locale)}</time>;
}

export function Bytes({ value }: { value?: number }) {
  const locale = useLocale();
  return <span className="num">{value === undefined ? '–' : formatBytes(value, locale)}</span>;
}

/** From an ISO duration, or between two moments; still counting where the second is open. */
export function Duration({ value, from, to }: { value?: string; from?: string; to?: string }) {
  const locale = useLocale();
  const counting = Boolean(from && !to);
  const [, tick] = useState(0);
  useEffect(() => {
    if (!counting) {
      return undefined;
    }
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, [counting]);
  const millis = value ? parseDuration(value) : from ? (to ? Date.parse(to) : Date.now()) - Date.parse(from) : undefined;
  if (millis === undefined) {
    return <span className="faint">–</span>;
  }
  return <span className="num">{formatMillis(counting ? Math.floor(millis / 1000) * 1000 : millis, locale)}</span>;
}

const TONES: Record<string, string> = {
  running: 'green', healthy: 'green', finished: 'green', done: 'green', active: 'green', online: 'green', applied: 'green', ok: 'green',
  starting: 'blue live', queued: 'blue', building: 'blue live', deploying: 'blue live', switching: 'blue live', cloning: 'blue live',
  degraded: 'amber', pending: 'amber', paused: 'amber', unhealthy: 'amber',
  failed: 'red', blocked: 'red', quarantined: 'red', unavailable: 'red', error: 'red', denied: 'red',
};

/** Dot and word; `badge` for titles. `as` keeps a running job apart from a running app. */
export function Status({ value, badge, as }: { value?: string; badge?: boolean; as?: 'job' }) {
  const t = useT('');
  const word = (value ?? 'unknown').toLowerCase();
  const tone = as === 'job' && word === 'running' ? 'blue live' : TONES[word] ?? '';
  const key = as === 'job' && word === 'running' ? 'status.in-progress' : `status.${word}`;
  const said = t(key);
  return <span className={`status ${tone} ${badge ? 'badge' : ''}`}>{said === key ? value : said}</span>;
}

export const statusRank = (value?: string): number => {
  const order = ['failed', 'unavailable', 'degraded', 'starting', 'building', 'queued', 'paused', 'unknown', 'stopped', 'running', 'healthy'];
  const at = order.indexOf((value ?? '').toLowerCase());
  return at < 0 ? order.length : at;
};

export const Avatar = ({ name, square }: { name: string; square?: boolean }) =>
  <span className={`avatar ${square ? 'square' : ''}`} aria-hidden>{initials(name)}</span>;

/** Names and values beside one another; empty ones are left out. */
export function Facts({ items }: { items: ([string, ReactNode] | false | undefined)[] }) {
  return (
    <dl className="facts">
      {items.filter((item): item is [string, ReactNode] => Boolean(item && item[1] !== undefined && item[1] !== null && item[1] !== false && item[1] !== ''))
        .flatMap(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name} value`}>{value}</dd>])}
    </dl>
  );
}

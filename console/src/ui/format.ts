const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];

/** Powers of 1024 under their everyday names, as memory and disks are spoken of. */
export function formatBytes(bytes: number, locale = 'en'): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, Math.abs(bytes))) / 10)));
  const value = bytes / 1024 ** power;
  return `${value.toLocaleString(locale, { maximumFractionDigits: value < 10 && power > 0 ? 1 : 0 })} ${UNITS[power]}`;
}

/** `512 MB` → 536870912; undefined where it is no size. */
export function parseBytes(text: string): number | undefined {
  const match = /^\s*(\d+(?:[.,]\d+)?)\s*([kmgtp]?)i?b?\s*$/i.exec(text);
  if (!match) {
    return undefined;
  }
  const power = ['', 'k', 'm', 'g', 't', 'p'].indexOf((match[2] ?? '').toLowerCase());
  return Math.round(Number(match[1]!.replace(',', '.')) * 1024 ** power);
}

export function formatMillis(millis: number, locale = 'en'): string {
  const seconds = Math.max(0, millis) / 1000;
  if (seconds > 0 && seconds < 0.1) {
    return `${Math.round(seconds * 1000)} ms`;
  }
  if (seconds < 10) {
    return `${seconds.toLocaleString(locale, { maximumFractionDigits: 1 })} s`;
  }
  if (seconds < 60) {
    return `${Math.round(seconds)} s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return `${minutes} min ${Math.round(seconds % 60)} s`;
  }
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** ISO 8601 (`PT1M30.5S`) → milliseconds. */
export function parseDuration(iso: string): number | undefined {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(iso);
  if (!match) {
    return undefined;
  }
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = match.map((part) => (part === undefined ? undefined : Number(part)));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

const SPANS = [['d', 86_400_000], ['h', 3_600_000], ['m', 60_000], ['s', 1000], ['ms', 1]] as const;

/** `PT1M` → `1m`, as a person writes it and the panel reads it. */
export function shortDuration(iso: string): string {
  const millis = parseDuration(iso);
  const span = millis ? SPANS.find(([, size]) => millis % size === 0) : undefined;
  return millis && span ? `${millis / span[1]}${span[0]}` : iso;
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['second', 60], ['minute', 60], ['hour', 24], ['day', 30], ['month', 12], ['year', Infinity]];

/** Formatters cost more to make than a whole page to draw; one of each language is kept. */
function kept<F>(make: (locale: string) => F): (locale: string) => F {
  const made = new Map<string, F>();
  return (locale) => {
    let found = made.get(locale);
    if (!found) {
      found = make(locale);
      made.set(locale, found);
    }
    return found;
  };
}

const ago = kept((locale) => new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' }));
const exact = kept((locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }));

export function formatAgo(at: number, now: number, locale = 'en'): string {
  let value = (at - now) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(value) < size) {
      // What is past is over whole units; what is to come is nearly there: 89.9 days are three months.
      const whole = value > 0 ? Math.round(value) : Math.trunc(value);
      // Units stand without the full stop that some languages put behind what they cut short: 3 min, not 3 min.
      return ago(locale).format(unit === 'second' && Math.abs(value) < 10 ? 0 : whole, unit).replace(/\.(?=\s|$)/g, '');
    }
    value /= size;
  }
  return '';
}

export const formatExact = (at: number, locale = 'en'): string => exact(locale).format(at);

/** `startedAt`, `api-key` → `Started at`, `Api key`. */
export function humanise(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/[-_.]/g, ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const initials = (name: string): string =>
  name.split(/[\s@._-]+/).filter(Boolean).slice(0, 2).map((word) => word[0]!.toUpperCase()).join('') || '·';

export const formatNumber = (value: number, locale = 'en'): string => new Intl.NumberFormat(locale).format(value);

import { refresh } from './session';
import { live, type Item } from './stream';

export interface Happened {
  id: string;
  topic: string;
  at: string;
  caller?: string;
  ref?: string;
  data: Record<string, unknown>;
}

const hearers = new Set<{ pattern: RegExp; hear: (event: Happened) => void }>();
const seen = new Set<string>();
let leave: (() => void) | undefined;

/** `*` is one word, `**` any. */
export function topicPattern(pattern: string): RegExp {
  return new RegExp(`^${pattern.split('.').map((word) => (
    word === '**' ? '.*' : word === '*' ? '[^.]+' : word.replace(/[^\w-]/g, ''))).join('\\.')}$`);
}

/** Hears events of the panel for as long as the returned function is not called; all hearers share one topic. */
export function onEvent(pattern: string, hear: (event: Happened) => void): () => void {
  const hearer = { pattern: topicPattern(pattern), hear };
  hearers.add(hearer);
  return () => hearers.delete(hearer);
}

export function startEvents(): () => void {
  // Whoever may hear nothing any more may be logged out: then the page goes with the session.
  leave ??= live.subscribe({ action: 'event.watch', input: { topics: ['**'] }, resumes: false, onItems: dispatch,
    onEnd: (reason) => reason === 'denied' && void refresh() });
  return () => {
    leave?.();
    leave = undefined;
  };
}

function dispatch(items: Item[]): void {
  for (const event of items as unknown as Happened[]) {
    if (event.id && seen.has(event.id)) {
      continue;
    }
    seen.add(event.id);
    if (seen.size > 1000) {
      seen.delete(seen.values().next().value!);
    }
    hearers.forEach(({ pattern, hear }) => pattern.test(event.topic) && hear(event));
  }
}

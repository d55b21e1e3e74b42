import type { Messages } from './i18n';

const KEY = 'said.';

interface Saying { pattern: RegExp; words: string; letters: number }

const known = new WeakMap<Messages, Saying[]>();

function sayings(messages: Messages): Saying[] {
  let list = known.get(messages);
  if (!list) {
    list = Object.entries(messages).filter(([key]) => key.startsWith(KEY)).map(([key, words]) => saying(key.slice(KEY.length), words));
    known.set(messages, list);
  }
  return list;
}

function saying(message: string, words: string): Saying {
  const parts = message.split(/\{\d\}/);
  return { pattern: new RegExp(`^${parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('([^]*?)')}$`), words, letters: parts.join('').length };
}

/**
 * What the panel says when it refuses or fails, in the person's language. It says so in English, once; `pt-BR.json` beside
 * the code that says it tells the same as `said.<the message>`, with {0}, {1} … for what differs from time to time. What
 * stands there may be such a message itself, as a reason behind a colon.
 */
export function retell(message: string, tables: (Messages | undefined)[]): string {
  let best: Saying | undefined;
  for (const each of tables.flatMap((messages) => (messages ? sayings(messages) : []))) {
    if ((!best || each.letters > best.letters) && each.pattern.test(message)) {
      best = each;
    }
  }
  const found = best?.pattern.exec(message);
  return found ? best!.words.replace(/\{(\d)\}/g, (_all, place: string) => retell(found[Number(place) + 1] ?? '', tables)) : message;
}

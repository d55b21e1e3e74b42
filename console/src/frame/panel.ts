import type { Told } from '../client/bridge';

type Look = Extract<Told, { what: 'look' }>;

interface Waiting { done: (result: unknown) => void; fail: (error: Error) => void }

const root = document.documentElement;
const waiting = new Map<number, Waiting>();
const hearers = new Map<string, Set<(event: unknown) => void>>();
let count = 0;
let look: Look | undefined;
let begin: (panel: object) => void;

const say = (message: object) => window.parent.postMessage(message, '*');

/** The console, as far as a page in a frame has it. */
const panel = {
  /** Kept once the console has said how it looks; answers with this. */
  ready: new Promise<object>((done) => {
    begin = done;
  }),
  get language() { return look?.language ?? 'en'; },
  /** What the page's tab or widget is about, such as `app:4k2…`. */
  get resource() { return look?.resource; },
  /** A text of the plugin's `i18n` files, with what stands in braces filled in. */
  t(key: string, values: Record<string, string | number> = {}): string {
    return (look?.words[key] ?? key).replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
  },
  /** Calls an action of the plugin; rejects with an Error that has `status` and `kind`. */
  call(action: string, input: object = {}): Promise<unknown> {
    return new Promise((done, fail) => {
      const id = count++;
      waiting.set(id, { done, fail });
      say({ what: 'call', id, action, input });
    });
  },
  /** Hears events of the plugin. */
  on(topic: string, hear: (event: unknown) => void): void {
    hearers.set(topic, (hearers.get(topic) ?? new Set()).add(hear));
    say({ what: 'hear', topic });
  },
  /** Goes to a page of the console, after somebody pressed something. */
  open: (path: string) => say({ what: 'open', path }),
};

window.addEventListener('message', ({ source, data }: MessageEvent<Told>) => {
  if (source !== window.parent) {
    return;
  }
  if (data.what === 'look') {
    look = data;
    root.lang = data.language;
    root.dataset.mantineColorScheme = data.scheme;
    begin(panel);
  } else if (data.what === 'event') {
    hearers.get(data.topic)?.forEach((hear) => hear(data.event));
  } else if (data.what === 'answer') {
    const { done, fail } = waiting.get(data.id) ?? {};
    waiting.delete(data.id);
    if (data.problem) {
      fail?.(Object.assign(new Error(data.problem.message), data.problem));
    } else {
      done?.(data.result);
    }
  }
});

root.dataset.mantineColorScheme = window.location.hash.slice(1) || 'light';
new ResizeObserver(() => say({ what: 'size', height: root.getBoundingClientRect().height })).observe(root);
Object.assign(window, { panel });
say({ what: 'ready' });

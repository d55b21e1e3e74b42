import { Problem } from './problem';
import { send } from './http';
import { Store } from './store';

export interface Subscription {
  action: string;
  input: Record<string, unknown>;
  /** Whether the action takes `after`, so that nothing is sent twice or missed. */
  resumes: boolean;
  onItems: (items: Item[]) => void;
  onEnd?: (reason: string, message?: string) => void;
  /** Told true while nothing can come because the panel, or the plugin that answers, is away; false once it is back. */
  onAway?: (away: boolean) => void;
}

export type Item = Record<string, unknown> & { seq?: number };

interface Topic extends Subscription {
  key: string;
  after: number;
  ended: boolean;
  /** How often in a row its plugin was away. */
  moves: number;
}

const SETTLE = 20;
const MOST_WAIT = 30_000;
const MOST_MOVED = 5_000;
const MOST_OPENING = 5_000;
/** The panel gathers what it sends: what happened before another connection flowed may still be on its way by the former. */
const FAREWELL = 1_000;
/** Browsers open six connections to a server at most, and pages need some. */
const MOST_FORMER = 2;

/** One try to be connected. */
interface Connection {
  abort: AbortController;
  /** The topics that do not flow yet. */
  opening: Set<string>;
}

/** The tab's one live connection: topics join and leave, and it heals by itself. */
export class LiveStream {
  private topics = new Map<string, Topic>();
  private count = 0;
  private connection: Connection | undefined;
  /** Those before it, which are read until the newest one has all its topics: nothing falls between two. */
  private former: Connection[] = [];
  private missed = false;
  private wanted: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private lostListeners = new Set<() => void>();
  /** Whether the panel does not answer, so that what is shown may be old; one attempt that fails is no news yet. */
  readonly lost = new Store(false);

  constructor(private readonly open: typeof send = send) {}

  subscribe(subscription: Subscription): () => void {
    const key = (this.count++).toString(36);
    this.topics.set(key, { ...subscription, key, after: Number(subscription.input.after ?? 0), ended: false, moves: 0 });
    this.reconnect(SETTLE);
    return () => {
      this.topics.delete(key);
      this.reconnect(SETTLE);
    };
  }

  /** Runs after the stream broke and came back: what has no memory may have been missed. */
  onLost(listener: () => void): () => void {
    this.lostListeners.add(listener);
    return () => this.lostListeners.delete(listener);
  }

  close(): void {
    clearTimeout(this.wanted);
    this.leaveFormer();
    this.connection?.abort.abort();
    this.connection = undefined;
  }

  private leaveFormer(leaving = this.former): void {
    leaving.forEach((each) => each.abort.abort());
    this.former = this.former.filter((each) => !leaving.includes(each));
  }

  private reconnect(delay: number): void {
    clearTimeout(this.wanted);
    this.wanted = setTimeout(() => void this.connect(), delay);
  }

  private async connect(): Promise<void> {
    const live = [...this.topics.values()].filter((topic) => !topic.ended);
    if (!live.length) {
      this.close();
      return;
    }
    const mine: Connection = { abort: new AbortController(), opening: new Set(live.map(({ key }) => key)) };
    if (this.connection) {
      this.former.push(this.connection);
    }
    this.connection = mine;
    try {
      const response = await this.open('/api/v1/stream', {
        method: 'POST', signal: mine.abort.signal, headers: { Accept: 'text/event-stream' },
        body: { topics: live.map(({ key, action, input, resumes, after }) => (
          { key, action, input: without(input, 'after'), ...(resumes && after > 0 ? { after } : {}) })) },
      });
      this.failures = 0;
      this.lost.set(false);
      this.settle(live);
      setTimeout(() => this.opened(mine), MOST_OPENING);
      await this.read(response, mine);
    } catch (error) {
      if (mine.abort.signal.aborted) {
        return;
      }
      const { status } = Problem.from(error);
      if (status === 401 || status === 403) {
        this.leaveFormer();
        return;
      }
    }
    if (this.connection === mine) {
      this.leaveFormer();
      this.failures++;
      this.lost.set(this.failures > 1);
      this.missed = true;
      this.topics.forEach((topic) => topic.ended || topic.onAway?.(true));
      this.reconnect(Math.min(MOST_WAIT, 500 * 2 ** Math.min(this.failures - 1, 6)) * (0.5 + Math.random()));
    }
  }

  /** From here on everything comes by this connection. */
  private opened(connection: Connection): void {
    if (this.connection !== connection) {
      return;
    }
    const former = [...this.former];
    this.leaveFormer(former.slice(0, -MOST_FORMER));
    setTimeout(() => this.leaveFormer(former), FAREWELL);
    if (this.missed) {
      this.missed = false;
      this.lostListeners.forEach((listener) => listener());
    }
  }

  /** A topic whose plugin is away says so at once; one that says nothing is there, though it may be quiet. */
  private settle(topics: Topic[]): void {
    const moves = new Map(topics.map((topic) => [topic, topic.moves]));
    setTimeout(() => moves.forEach((before, topic) => {
      if (topic.moves === before && !topic.ended && this.failures === 0) {
        topic.moves = 0;
        topic.onAway?.(false);
      }
    }), 700);
  }

  private async read(response: Response, mine: Connection): Promise<void> {
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const parser = new EventParser((event, data) => {
      if (!mine.abort.signal.aborted) {
        this.receive(event, data, mine);
      }
    });
    while (true) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      parser.feed(value);
    }
  }

  private receive(event: string, data: string, connection: Connection): void {
    const { key, items = [], reason = '', message } = JSON.parse(data) as
      { key: string; items?: Item[]; reason?: string; message?: string };
    if (event !== 'items' && connection.opening.delete(key) && connection.opening.size === 0) {
      this.opened(connection);
    }
    const topic = this.topics.get(key);
    if (!topic || topic.ended) {
      return;
    }
    if (event === 'end') {
      if (reason === 'moved') {
        this.missed ||= !topic.resumes;
        topic.onAway?.(true);
        this.reconnect(Math.min(MOST_MOVED, 300 * 2 ** topic.moves++));
        return;
      }
      topic.ended = true;
      topic.onEnd?.(reason, message);
      return;
    }
    const fresh = topic.resumes ? items.filter((item) => (item.seq ?? Infinity) > topic.after) : items;
    const last = fresh.at(-1)?.seq;
    if (topic.resumes && last !== undefined) {
      topic.after = last;
    }
    if (fresh.length) {
      topic.moves = 0;
      topic.onAway?.(false);
      topic.onItems(fresh);
    }
  }
}

/** Server-sent events out of text that arrives in pieces. */
export class EventParser {
  private rest: string[] = [];
  private event = '';
  private data: string[] = [];

  constructor(private readonly hear: (event: string, data: string) => void) {}

  feed(text: string): void {
    this.rest.push(text);
    // A long line arrives in many pieces; looking through all of them at each would take the square of its length.
    if (!/[\r\n]/.test(text) && !this.rest.at(-2)?.endsWith('\r')) {
      return;
    }
    const lines = this.rest.join('').split(/\r\n|\n|\r(?!$)/);
    this.rest = [lines.pop() ?? ''];
    lines.forEach((line) => this.line(line));
  }

  private line(line: string): void {
    if (line === '') {
      if (this.data.length) {
        this.hear(this.event || 'message', this.data.join('\n'));
      }
      this.event = '';
      this.data = [];
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') {
      this.event = value;
    }
    if (field === 'data') {
      this.data.push(value);
    }
  }
}

function without(input: Record<string, unknown>, name: string): Record<string, unknown> {
  const { [name]: _dropped, ...rest } = input;
  return rest;
}

export const live = new LiveStream();

import type { Happened } from './events';
import type { Input, Operation } from './catalogue';
import { Problem } from './problem';

/** What a page in a frame may say to the console. */
type Said =
  | { what: 'ready' }
  | { what: 'size'; height: number }
  | { what: 'open'; path: string }
  | { what: 'hear'; topic: string }
  | { what: 'call'; id: number; action: string; input?: Input };

/** What the console tells it. */
export type Told =
  | { what: 'look'; scheme: string; language: string; resource?: string; words: Record<string, string> }
  | { what: 'event'; topic: string; event: Happened }
  | { what: 'answer'; id: number; result?: unknown; problem?: { status: number; kind: string; message: string } };

/** What the console does for a page in a frame. */
export interface Deeds {
  tell: (message: Told) => void;
  look: () => Omit<Extract<Told, { what: 'look' }>, 'what'>;
  operation: (action: string) => Promise<Operation>;
  perform: (action: string, input: Input) => Promise<unknown>;
  /** Asks whether something may be destroyed; the name has to be typed. Resolves when it was done, rejects when not. */
  confirm: (operation: Operation, name: string, run: () => Promise<unknown>) => Promise<unknown>;
  /** Whether the person pressed a key or a button in the page a moment ago. */
  pressed: () => boolean;
  hear: (topic: string, hear: (event: Happened) => void) => () => void;
  resize: (height: number) => void;
  open: (path: string) => void;
}

const MOST_CALLS = 8;
const MOST_TOPICS = 16;
const TALLEST = 20_000;

/**
 * Between a plugin's page in a frame and the console. The page has no session: it asks here, and may do with the rights of
 * the person before it no more than its plugin's own actions do, whose code and limits she has agreed to.
 */
export class Bridge {
  private calls = 0;
  private readonly topics = new Map<string, () => void>();

  constructor(private readonly plugin: string, private readonly deeds: Deeds) {}

  /** Takes a message; what is none of the above is dropped. */
  hear(message: unknown): void {
    const said = message as Said;
    if (typeof message !== 'object' || message === null) {
      return;
    }
    if (said.what === 'ready') {
      this.show();
    } else if (said.what === 'size' && Number.isFinite(said.height)) {
      this.deeds.resize(Math.min(Math.max(Math.ceil(said.height), 0), TALLEST));
    } else if (said.what === 'open' && isPath(said.path) && this.deeds.pressed()) {
      this.deeds.open(said.path);
    } else if (said.what === 'hear' && typeof said.topic === 'string') {
      this.listen(said.topic);
    } else if (said.what === 'call' && typeof said.id === 'number' && typeof said.action === 'string') {
      void this.answer(said.id, said.action, said.input);
    }
  }

  /** Tells how the console looks now. */
  show(): void {
    this.deeds.tell({ what: 'look', ...this.deeds.look() });
  }

  close(): void {
    this.topics.forEach((leave) => leave());
    this.topics.clear();
  }

  private listen(topic: string): void {
    if (this.owns(topic) && !this.topics.has(topic) && this.topics.size < MOST_TOPICS) {
      this.topics.set(topic, this.deeds.hear(topic, (event) => this.deeds.tell({ what: 'event', topic, event })));
    }
  }

  /** Whether the noun before the dot is the plugin's. */
  private owns(name: string): boolean {
    const noun = name.slice(0, name.indexOf('.'));
    return noun === this.plugin || noun.startsWith(`${this.plugin}-`);
  }

  private async answer(id: number, action: string, input: unknown): Promise<void> {
    this.calls++;
    try {
      this.deeds.tell({ what: 'answer', id, result: await this.call(action, input) });
    } catch (error) {
      const { status, kind = 'unexpected', message } = Problem.from(error);
      this.deeds.tell({ what: 'answer', id, problem: { status, kind, message } });
    } finally {
      this.calls--;
    }
  }

  private async call(action: string, given: unknown): Promise<unknown> {
    const input = (typeof given === 'object' && given !== null ? given : {}) as Input;
    if (this.calls > MOST_CALLS) {
      throw refusal(429, 'too_many', `A page may wait for ${MOST_CALLS} answers at once`);
    }
    const operation = await this.deeds.operation(action);
    if (operation.plugin !== this.plugin || !this.owns(action)) {
      throw refusal(403, 'forbidden', `A page of ${this.plugin} calls actions of ${this.plugin}; what it needs of others, those call`);
    }
    if (operation.form !== 'record') {
      throw refusal(400, 'invalid', `${action} answers with more than a record, which a page in a frame cannot read`);
    }
    if (operation.effect === 'destroy') {
      if (typeof input.confirm !== 'string') {
        throw refusal(428, 'confirm', `${action} needs confirm: the name of what it destroys`);
      }
      return this.deeds.confirm(operation, input.confirm, () => this.deeds.perform(action, input));
    }
    if (operation.effect === 'change' && !this.deeds.pressed()) {
      throw refusal(403, 'forbidden', `${action} changes something: a page may call it right after somebody pressed a button in it`);
    }
    return this.deeds.perform(action, input);
  }
}

/** An address of the console, not of elsewhere. */
const isPath = (path: unknown): path is string => typeof path === 'string' && /^\/(?![/\\])/.test(path);

const refusal = (status: number, kind: string, detail: string) => new Problem(status, kind, detail, undefined, kind);

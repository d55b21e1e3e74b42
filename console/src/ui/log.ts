export interface LogLine {
  seq: number;
  at?: string;
  text: string;
  step?: string;
  stream?: string;
}

export interface Span { text: string; color?: string; bold?: boolean; dim?: boolean }

const MOST = 200_000;
/** Cut in pieces, since each cut copies what stays. */
const SLACK = 5_000;
/** Nobody reads faster; each time costs a whole pane of new lines. */
const PACE = 125;

/** Lines as they come. Who listens is told in a frame, a few times a second, however many there are. */
export class LogBuffer {
  lines: LogLine[] = [];
  /** How many older ones were let go. */
  dropped = 0;
  /** The number of the newest, to read on from. */
  last: number | undefined;
  version = 0;
  private listeners = new Set<() => void>();
  private telling = false;
  private told = 0;

  add(items: { seq?: number; at?: string; line?: string; step?: string; stream?: string }[]): void {
    for (const { seq, at, line = '', step, stream } of items) {
      this.lines.push({ seq: seq ?? this.dropped + this.lines.length + 1, at, text: line, step, stream });
    }
    this.last = items.at(-1)?.seq ?? this.last;
    if (this.lines.length > MOST + SLACK) {
      this.dropped += this.lines.length - MOST;
      this.lines = this.lines.slice(-MOST);
    }
    this.version++;
    this.tellSoon();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  read = (): number => this.version;

  private tellSoon(): void {
    if (this.telling) {
      return;
    }
    this.telling = true;
    const tell = () => {
      this.telling = false;
      this.told = performance.now();
      this.listeners.forEach((listener) => listener());
    };
    const wait = this.told + PACE - performance.now();
    // A page in the background gets no frames.
    if (wait > 0 || document.visibilityState === 'hidden') {
      setTimeout(tell, Math.max(0, wait));
    } else {
      requestAnimationFrame(tell);
    }
  }
}

/** The lines of a buffer that are wanted; each is looked at once, however long the log grows. */
export class LogView {
  private found: number[] = [];
  private first = 0;
  private upTo = 0;
  /** How many of its lines were let go with the buffer's. */
  dropped = 0;

  constructor(private readonly buffer: LogBuffer, private readonly wants?: (line: LogLine) => boolean) {}

  /** Takes in what has come since. */
  refresh(): this {
    const { lines, dropped } = this.buffer;
    if (!this.wants) {
      this.dropped = dropped;
      return this;
    }
    for (let at = Math.max(this.upTo, dropped); at < dropped + lines.length; at++) {
      if (this.wants(lines[at - dropped]!)) {
        this.found.push(at);
      }
    }
    this.upTo = dropped + lines.length;
    while (this.first < this.found.length && this.found[this.first]! < dropped) {
      this.first++;
      this.dropped++;
    }
    if (this.first > SLACK) {
      this.found = this.found.slice(this.first);
      this.first = 0;
    }
    return this;
  }

  get length(): number {
    return this.wants ? this.found.length - this.first : this.buffer.lines.length;
  }

  at(row: number): LogLine | undefined {
    return this.buffer.lines[this.numberOf(row) - this.buffer.dropped];
  }

  /** The line's place in everything the buffer ever held. */
  numberOf(row: number): number {
    return this.wants ? this.found[this.first + row]! : this.buffer.dropped + row;
  }

  rowOf(number: number): number {
    if (!this.wants) {
      return number - this.buffer.dropped;
    }
    let low = this.first;
    let high = this.found.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.found[middle]! < number) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - this.first;
  }
}

export function levelOf(text: string): 'error' | 'warn' | undefined {
  if (/\b(ERROR|FATAL|SEVERE|PANIC|CRITICAL)\b|^(error|fatal|panic)[:\s[]|\b(exit(ed)? (code|status)|non-zero code):? [1-9]/.test(text)) {
    return 'error';
  }
  return /\bWARN(ING)?\b|^warn(ing)?[:\s]/.test(text) ? 'warn' : undefined;
}

const COLORS = ['var(--text-3)', 'var(--red)', 'var(--green)', 'var(--amber)', 'var(--blue)', '#b06fc9', 'var(--accent-text)', 'var(--text)'];

// eslint-disable-next-line no-control-regex
const ESCAPES = /\u001b\[([\d;]*)([A-Za-z])|\u001b\][^\u0007]*\u0007|\r/g;

export const plain = (text: string): string => text.replace(ESCAPES, '');

/** ANSI colours as spans; every other escape is dropped. */
export function ansi(text: string): Span[] {
  if (!text.includes('\u001b') && !text.includes('\r')) {
    return [{ text }];
  }
  const spans: Span[] = [];
  let style: Omit<Span, 'text'> = {};
  let from = 0;
  const push = (to: number) => to > from && spans.push({ text: text.slice(from, to), ...style });
  for (const match of text.matchAll(ESCAPES)) {
    push(match.index);
    from = match.index + match[0].length;
    if (match[2] === 'm') {
      (match[1] || '0').split(';').forEach((code) => {
        style = styled(style, Number(code));
      });
    }
  }
  push(text.length);
  return spans;
}

function styled(style: Omit<Span, 'text'>, code: number): Omit<Span, 'text'> {
  if (code === 0) {
    return {};
  }
  if (code === 1) {
    return { ...style, bold: true };
  }
  if (code === 2) {
    return { ...style, dim: true };
  }
  const color = code >= 30 && code <= 37 ? COLORS[code - 30] : code >= 90 && code <= 97 ? COLORS[code - 90] : undefined;
  return color ? { ...style, color } : code === 39 ? { ...style, color: undefined } : style;
}

export interface LogLine {
  seq: number;
  at?: string;
  text: string;
  step?: string;
  stream?: string;
  level?: 'error' | 'warn';
}

export interface Span { text: string; color?: string; bold?: boolean; dim?: boolean }

const MOST = 200_000;
/** Cut in pieces, since each cut copies what stays. */
const SLACK = 5_000;

/** Lines as they come, with a number that changes, so that a pane draws only what it shows. */
export class LogBuffer {
  lines: LogLine[] = [];
  version = 0;
  private listeners = new Set<() => void>();

  add(items: { seq?: number; at?: string; line?: string; step?: string; stream?: string }[]): void {
    for (const item of items) {
      const text = item.line ?? '';
      this.lines.push({ seq: item.seq ?? this.lines.length + 1, at: item.at, text, step: item.step, stream: item.stream, level: levelOf(text) });
    }
    if (this.lines.length > MOST + SLACK) {
      this.lines = this.lines.slice(-MOST);
    }
    this.changed();
  }

  clear(): void {
    this.lines = [];
    this.changed();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  read = (): number => this.version;

  private changed(): void {
    this.version++;
    this.listeners.forEach((listener) => listener());
  }
}

export function levelOf(text: string): LogLine['level'] {
  if (/\b(ERROR|FATAL|SEVERE|PANIC|CRITICAL)\b|^(error|fatal|panic)[:\s[]|\bexit(ed)? (code|status) [1-9]/.test(text)) {
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

// A part of its own: only pages with a terminal load it.
import { FitAddon } from '@xterm/addon-fit';
import { Terminal, type ITheme } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';

export interface Screen { terminal: Terminal; fit: () => void; close: () => void }

const COLOURS: Record<'light' | 'dark', ITheme> = {
  light: { black: '#111918', red: '#b3261e', green: '#177245', yellow: '#8a5300', blue: '#1f5bb5', magenta: '#8b3d94', cyan: '#0a625d', white: '#6b7877',
    brightBlack: '#5f6c6b', brightRed: '#c7362d', brightGreen: '#1a8350', brightYellow: '#9c6100', brightBlue: '#2c6cca', brightMagenta: '#a04daa', brightCyan: '#0b7a74', brightWhite: '#475453' },
  dark: { black: '#202929', red: '#f08a82', green: '#5ccb90', yellow: '#e6b05a', blue: '#83b1f5', magenta: '#d59be0', cyan: '#4fcabd', white: '#c9d3d2',
    brightBlack: '#8b9998', brightRed: '#f5a7a1', brightGreen: '#83dcae', brightYellow: '#f0c787', brightBlue: '#a6c8fa', brightMagenta: '#e3b9eb', brightCyan: '#7fdcd2', brightWhite: '#ffffff' },
};

function theme(): ITheme {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(name).trim();
  const dark = document.documentElement.getAttribute('data-mantine-color-scheme') === 'dark';
  return { ...COLOURS[dark ? 'dark' : 'light'], background: of('--log'), foreground: of('--text'), cursor: of('--accent-text'), cursorAccent: of('--log'),
    selectionBackground: dark ? '#2b5a56' : '#b9dcd9' };
}

/** The policy of the page takes style elements with its nonce only, and the library knows of none. */
function withNonce(nonce: string, work: () => void): void {
  const make = document.createElement;
  document.createElement = function create(this: Document, tag: string, options?: ElementCreationOptions) {
    const element = make.call(document, tag, options);
    if (tag === 'style') {
      element.nonce = nonce;
    }
    return element;
  } as typeof make;
  try {
    work();
  } finally {
    document.createElement = make;
  }
}

interface Row { _addStyle?: (element: HTMLElement, style: string) => void }

/** Nor does the policy take style attributes: the same said to the object model is another matter. */
function withoutStyleAttributes(terminal: Terminal): void {
  const rows = (terminal as unknown as { _core?: { _renderService?: { _renderer?: { value?: { _rowFactory?: Row } } } } })._core?._renderService?._renderer?.value?._rowFactory;
  if (rows?._addStyle) {
    rows._addStyle = (element, style) => {
      element.style.cssText += style;
    };
  }
}

export function screen(into: HTMLElement, nonce: string, label: string): Screen {
  const terminal = new Terminal({ fontFamily: getComputedStyle(into).getPropertyValue('--mono'), fontSize: 13, lineHeight: 1.25, cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    scrollback: 5_000, minimumContrastRatio: 4.5, theme: theme() });
  const fitting = new FitAddon();
  terminal.loadAddon(fitting);
  withNonce(nonce, () => terminal.open(into));
  withoutStyleAttributes(terminal);
  terminal.textarea?.setAttribute('aria-label', label);
  const themes = new MutationObserver(() => {
    terminal.options.theme = theme();
  });
  themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-mantine-color-scheme'] });
  const fit = () => fitting.fit();
  const sizes = new ResizeObserver(fit);
  sizes.observe(into);
  fit();
  return { terminal, fit, close: () => {
    sizes.disconnect();
    themes.disconnect();
    terminal.dispose();
  } };
}

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { Input } from '../client/catalogue';
import { Problem } from '../client/problem';
import { TerminalLine, type Ending } from '../client/terminal';
import { useT } from '../i18n/i18n';
import { styleNonce } from '../shell/theme';
import { Button, copyText, IconButton } from './controls';
import { IconCopy, IconMaximize, IconRefresh } from './icons';
import { useFill } from './useFill';

type State = 'opening' | 'open' | Ending;

/** A two-way stream as a terminal. Shift+F6 leaves it by keyboard, since every other key is the program's. */
export function TerminalPane({ action, input, name }: { action: string; input: Input; name: string }) {
  const t = useT('');
  const client = useQueryClient();
  const pane = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const leave = useRef<HTMLButtonElement>(null);
  const selected = useRef<() => string>(() => '');
  const [state, setState] = useState<State>('opening');
  const [round, setRound] = useState(0);
  const text = JSON.stringify(input);
  useFill(pane, true);

  useEffect(() => {
    let gone = false;
    let close = () => {};
    setState('opening');
    void import('./xterm').then(({ screen }) => {
      if (gone) {
        return;
      }
      const { terminal, close: closeScreen } = screen(box.current!, styleNonce(), t('terminal.label', { name }));
      const line = new TerminalLine({
        onOpen: () => {
          setState('open');
          line.resize(terminal.cols, terminal.rows);
          terminal.focus();
        },
        onBytes: (bytes) => terminal.write(bytes),
        onDropped: (bytes) => terminal.write(`\r\n\x1b[33m[${t('terminal.dropped', { bytes })}]\x1b[0m\r\n`),
        onEnd: setState,
      });
      terminal.onData((typed) => line.type(typed));
      terminal.onBinary((typed) => line.typeBytes(typed));
      terminal.onResize(({ cols, rows }) => line.resize(cols, rows));
      terminal.attachCustomKeyEventHandler((event) => {
        if (event.shiftKey && event.key === 'F6') {
          leave.current?.focus();
          return false;
        }
        if (event.ctrlKey && event.shiftKey && event.code === 'KeyC' && terminal.hasSelection()) {
          event.preventDefault();
          if (event.type === 'keydown') {
            void copyText(terminal.getSelection());
          }
          return false;
        }
        // The browser's own: it pastes.
        return !(event.ctrlKey && event.shiftKey && event.code === 'KeyV');
      });
      selected.current = () => terminal.getSelection() || contents(terminal);
      line.open(client, action, JSON.parse(text) as Input).catch((error: unknown) => {
        const problem = Problem.from(error);
        setState({ reason: problem.kind ?? 'failed', message: problem.detail || undefined });
      });
      close = () => {
        line.close();
        closeScreen();
      };
    });
    return () => {
      gone = true;
      close();
    };
    // Words in another language are no reason to end what runs.
  }, [client, action, text, name, round]);

  const ended = typeof state === 'object' ? state : undefined;
  return (
    <div className="log fill terminal" ref={pane}>
      <div className="bar" role="toolbar" aria-label={t('terminal.tools')}>
        <span className="hint faint wide-only">{t('terminal.leave')}</span>
        <IconButton small ref={leave} label={t('copy')} icon={<IconCopy size={15} />} onClick={() => void copyText(selected.current())} />
        <IconButton small label={t('log.full')} icon={<IconMaximize size={15} />} onClick={() => void (document.fullscreenElement ? document.exitFullscreen() : pane.current?.requestFullscreen())} />
        <Button small icon={<IconRefresh size={14} />} onClick={() => setRound(round + 1)}>{t('terminal.again')}</Button>
      </div>
      <div className="screen" ref={box} />
      {state === 'opening' && <div className="tail" role="status"><span className="spinner" aria-hidden />{t('terminal.opening')}</div>}
      {ended && <div className={ended.reason === 'exited' ? 'tail' : 'tail away'} role="status">{sayEnd(t, ended)}</div>}
    </div>
  );
}

const KNOWN = new Set(['moved', 'cut', 'idle', 'unauthenticated', 'denied', 'unreachable']);

function sayEnd(t: ReturnType<typeof useT>, { reason, message, exitCode }: Ending): string {
  if (reason === 'exited') {
    return exitCode === undefined ? t('terminal.ended') : t('terminal.exited', { code: exitCode });
  }
  return KNOWN.has(reason) ? t(`terminal.${reason}`) : message ?? t('terminal.cut');
}

function contents({ buffer }: { buffer: { active: { length: number; getLine: (row: number) => { translateToString: (trim: boolean) => string } | undefined } } }): string {
  return Array.from({ length: buffer.active.length }, (_, row) => buffer.active.getLine(row)?.translateToString(true) ?? '').join('\n').trimEnd();
}

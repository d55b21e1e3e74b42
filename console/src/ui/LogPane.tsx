import { useEffect, useMemo, useRef, useState, useSyncExternalStore, type ReactNode } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useLocale, useT } from '../i18n/i18n';
import type { Input } from '../client/catalogue';
import { Button, copyText, IconButton } from './controls';
import { formatAgo, formatExact } from './format';
import { useStream } from './hooks';
import { IconArrowDown, IconArrowNarrowDown, IconArrowUp, IconClock, IconCopy, IconDownload, IconFilter, IconMaximize, IconPlayerPause, IconPlayerPlay, IconSearch, IconTextWrap } from './icons';
import { ansi, LogBuffer, plain, type LogLine } from './log';

type Stamp = 'off' | 'exact' | 'ago';
const NEXT: Record<Stamp, Stamp> = { off: 'exact', exact: 'ago', ago: 'off' };
const LINE = 20;

/** Follows a stream of lines into a buffer. */
export function useLog(action: string, input: Input | undefined): { buffer: LogBuffer; ended?: string; message?: string } {
  const text = JSON.stringify(input);
  const buffer = useMemo(() => new LogBuffer(), [action, text]);
  const [end, setEnd] = useState<{ reason: string; message?: string }>();
  useEffect(() => setEnd(undefined), [buffer]);
  useStream(action, input, (items) => buffer.add(items as never), (reason, message) => setEnd({ reason, message }));
  return { buffer, ended: end?.reason, message: end?.message };
}

export function LogPane({ buffer, name, height = 480, step, live = true, empty, message }: { buffer: LogBuffer; name: string; height?: number | string;
  step?: string; live?: boolean; empty?: ReactNode; message?: string }) {
  const t = useT('');
  const locale = useLocale();
  const pane = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const version = useSyncExternalStore(buffer.subscribe, buffer.read);
  const [follow, setFollow] = useState(true);
  const [wrap, setWrap] = useState(false);
  const [stamp, setStamp] = useState<Stamp>(() => (localStorage.getItem('openpanel-log-time') as Stamp | null) ?? 'exact');
  const [wanted, setWanted] = useState('');
  const [at, setAt] = useState(0);
  const [loud, setLoud] = useState(false);
  const [seen, setSeen] = useState(0);

  const lines = useMemo(() => (step || loud ? buffer.lines.filter((line) => (!step || line.step === step) && (!loud || line.level)) : buffer.lines),
    // The buffer is one object that grows; its version says when.
    [buffer, version, step, loud]);
  const hits = useMemo(() => {
    const word = wanted.toLowerCase();
    return word ? lines.flatMap((line, index) => (plain(line.text).toLowerCase().includes(word) ? [index] : [])) : [];
  }, [lines, version, wanted]);
  const current = hits.length ? hits[Math.min(at, hits.length - 1)] : undefined;

  const virtualizer = useVirtualizer({ count: lines.length, getScrollElement: () => scroller.current, estimateSize: () => LINE, overscan: 20 });
  useEffect(() => virtualizer.measure(), [wrap, virtualizer]);
  useEffect(() => {
    if (follow && lines.length) {
      virtualizer.scrollToIndex(lines.length - 1, { align: 'end' });
      setSeen(lines.length);
    }
  }, [follow, lines.length, virtualizer]);
  useEffect(() => {
    if (current !== undefined) {
      setFollow(false);
      virtualizer.scrollToIndex(current, { align: 'center' });
    }
  }, [current, virtualizer]);

  const onScroll = () => {
    const box = scroller.current!;
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < LINE * 1.5;
    if (atEnd !== follow && (atEnd || box.scrollHeight > box.clientHeight)) {
      setFollow(atEnd);
    }
  };
  const all = () => lines.map((line) => `${line.at ? `${line.at} ` : ''}${plain(line.text)}`).join('\n');
  const jump = (by: number) => setAt((now) => (hits.length ? (Math.min(now, hits.length - 1) + by + hits.length) % hits.length : 0));

  return (
    <div className="log" ref={pane} style={{ height }}>
      <div className="bar" role="toolbar" aria-label={t('log.tools')}>
        <label className="find">
          <IconSearch size={15} />
          <input value={wanted} placeholder={t('log.search')} aria-label={t('log.search')} spellCheck={false}
            onChange={(event) => { setWanted(event.currentTarget.value); setAt(0); }}
            onKeyDown={(event) => event.key === 'Enter' && jump(event.shiftKey ? -1 : 1)} />
          {wanted && <span className="count">{hits.length ? t('log.hits', { n: Math.min(at, hits.length - 1) + 1, m: hits.length }) : t('log.no-hits')}</span>}
        </label>
        {wanted && <><IconButton small label={t('log.previous')} icon={<IconArrowUp size={15} />} onClick={() => jump(-1)} />
          <IconButton small label={t('log.next')} icon={<IconArrowDown size={15} />} onClick={() => jump(1)} /></>}
        <IconButton small label={t('log.loud')} aria-pressed={loud} icon={<IconFilter size={15} />} onClick={() => setLoud(!loud)} />
        <IconButton small label={t(`log.time-${stamp}`)} aria-pressed={stamp !== 'off'} icon={<IconClock size={15} />} onClick={() => {
          localStorage.setItem('openpanel-log-time', NEXT[stamp]);
          setStamp(NEXT[stamp]);
        }} />
        <IconButton small label={t('log.wrap')} aria-pressed={wrap} icon={<IconTextWrap size={15} />} onClick={() => setWrap(!wrap)} />
        <IconButton small label={t('copy')} icon={<IconCopy size={15} />} onClick={() => void copyText(all())} />
        <IconButton small label={t('log.download')} icon={<IconDownload size={15} />} onClick={() => download(`${name}.log`, all())} />
        <IconButton small label={t('log.full')} icon={<IconMaximize size={15} />} onClick={() => void (document.fullscreenElement ? document.exitFullscreen() : pane.current?.requestFullscreen())} />
        {live && <Button small aria-pressed={follow} icon={follow ? <IconPlayerPause size={14} /> : <IconPlayerPlay size={14} />} onClick={() => setFollow(!follow)}>{t(follow ? 'log.pause' : 'log.follow')}</Button>}
      </div>
      <div className={`lines ${wrap ? 'wrapped' : ''}`} ref={scroller} onScroll={onScroll} tabIndex={0} role="log" aria-label={name} aria-live="off">
        {lines.length === 0 && <div className="quiet-state">{message ?? empty ?? t(live ? 'log.waiting' : 'log.empty')}</div>}
        <div style={{ height: virtualizer.getTotalSize() + (lines.length ? 16 : 0), position: 'relative', minWidth: wrap ? undefined : 'max-content' }}>
          {virtualizer.getVirtualItems().map((item) => {
            const line = lines[item.index]!;
            return (
              <div key={item.key} data-index={item.index} ref={wrap ? virtualizer.measureElement : undefined} style={{ transform: `translateY(${item.start + 8}px)` }}
                className={`line ${line.level ?? ''} ${wanted && hits.length && plain(line.text).toLowerCase().includes(wanted.toLowerCase()) ? 'hit' : ''} ${item.index === current ? 'at' : ''}`}>
                {stamp !== 'off' && line.at && <time dateTime={line.at} title={formatExact(Date.parse(line.at), locale)}>{stampOf(line, stamp, locale)}</time>}
                <span>{ansi(line.text).map((span, index) => <Marked key={index} span={span} wanted={wanted} />)}</span>
              </div>
            );
          })}
        </div>
      </div>
      {!follow && live && lines.length > 0 && (
        <Button small className="latest" icon={<IconArrowNarrowDown size={14} />} onClick={() => setFollow(true)}>
          {lines.length > seen ? t('log.latest-count', { count: lines.length - seen }) : t('log.latest')}
        </Button>
      )}
    </div>
  );
}

function stampOf(line: LogLine, stamp: Stamp, locale: string): string {
  return stamp === 'ago' ? formatAgo(Date.parse(line.at!), Date.now(), locale).padStart(12) : new Date(line.at!).toLocaleTimeString('en-GB', { hour12: false });
}

function Marked({ span, wanted }: { span: ReturnType<typeof ansi>[number]; wanted: string }) {
  const style = { color: span.color, fontWeight: span.bold ? 700 : undefined, opacity: span.dim ? 0.7 : undefined };
  if (!wanted) {
    return <span style={style}>{span.text}</span>;
  }
  const pieces = span.text.split(new RegExp(`(${wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')})`, 'i'));
  return <span style={style}>{pieces.map((piece, index) => (index % 2 ? <mark key={index}>{piece}</mark> : piece))}</span>;
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

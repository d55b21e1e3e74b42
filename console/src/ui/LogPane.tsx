import { memo, useDeferredValue, useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore, type ReactNode } from 'react';
import { useLocale, useT } from '../i18n/i18n';
import { Button, copyText, IconButton } from './controls';
import { formatAgo, formatExact } from './format';
import { download } from './download';
import { IconArrowDown, IconArrowNarrowDown, IconArrowUp, IconClock, IconCopy, IconDownload, IconFilter, IconMaximize, IconPlayerPause, IconPlayerPlay, IconSearch, IconTextWrap } from './icons';
import { ansi, levelOf, LogView, plain, type LogBuffer, type LogLine } from './log';
import { LINE, useRows } from './logRows';
import { useFill } from './useFill';
import type { LogState } from './useLog';

type Stamp = 'off' | 'exact' | 'ago';
const NEXT: Record<Stamp, Stamp> = { off: 'exact', exact: 'ago', ago: 'off' };
const PADDING = 8;
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

/** `height`: of the pane; where left out it reaches to the bottom of the window. */
export function LogPane({ buffer, name, height, step, live = true, state = 'live', empty, message }: { buffer: LogBuffer; name: string; height?: number | string;
  step?: string; live?: boolean; state?: LogState; empty?: ReactNode; message?: string }) {
  const t = useT('');
  const locale = useLocale();
  const pane = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const version = useSyncExternalStore(buffer.subscribe, buffer.read);
  const [follow, setFollow] = useState(true);
  const [wrap, setWrap] = useState(() => (localStorage.getItem('openpanel-log-wrap') ?? (window.matchMedia('(max-width: 720px)').matches ? 'yes' : 'no')) === 'yes');
  const [stamp, setStamp] = useState<Stamp>(() => (localStorage.getItem('openpanel-log-time') as Stamp | null) ?? 'exact');
  const [typed, setTyped] = useState('');
  const wanted = useDeferredValue(typed);
  const [at, setAt] = useState(0);
  const [loud, setLoud] = useState(false);
  const [seen, setSeen] = useState(0);

  const view = useMemo(() => new LogView(buffer, step || loud ? (line) => (!step || line.step === step) && (!loud || Boolean(levelOf(line.text))) : undefined), [buffer, step, loud]).refresh();
  const found = useMemo(() => {
    const word = wanted.toLowerCase();
    return word ? new LogView(buffer, (line) => (!step || line.step === step) && (!loud || Boolean(levelOf(line.text))) && plain(line.text).toLowerCase().includes(word)) : undefined;
  }, [buffer, step, loud, wanted])?.refresh();
  const hits = found?.length ?? 0;
  const hit = found && hits ? found.numberOf(Math.min(at, hits - 1)) : undefined;
  const rows = useRows(scroller, view.length, wrap);
  const count = view.dropped + view.length;

  const top = useRef(0);
  const dropped = useRef(view.dropped);
  useLayoutEffect(() => {
    const box = scroller.current!;
    const gone = view.dropped - dropped.current;
    dropped.current = view.dropped;
    if (follow) {
      box.scrollTop = box.scrollHeight;
      setSeen(count);
    } else if (gone > 0) {
      // What was let go lay above: what is read stays where it is.
      box.scrollTop -= gone * LINE;
    }
    top.current = box.scrollTop;
  }, [follow, version, view, count, rows.height, wrap]);
  useEffect(() => {
    if (hit !== undefined) {
      setFollow(false);
      rows.show(view.rowOf(hit));
    }
    // As lines come the hit stays the same one.
  }, [hit]);
  useFill(pane, height === undefined);

  const onScroll = () => {
    const box = scroller.current!;
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < LINE * 1.5;
    // Lines that came since the last frame also leave the end behind; only going up means to stay.
    if (atEnd ? !follow : follow && box.scrollTop < top.current - 1) {
      setFollow(atEnd);
    }
    top.current = box.scrollTop;
  };
  const all = () => Array.from({ length: view.length }, (_, row) => view.at(row)!).map((line) => `${line.at ? `${line.at} ` : ''}${plain(line.text)}`).join('\n');
  const jump = (by: number) => setAt((now) => (hits ? (Math.min(now, hits - 1) + by + hits) % hits : 0));

  return (
    <div className={height === undefined ? 'log fill' : 'log'} ref={pane} style={{ height }}>
      <div className="bar" role="toolbar" aria-label={t('log.tools')}>
        <label className="find">
          <IconSearch size={15} />
          <input value={typed} placeholder={t('log.search')} aria-label={t('log.search')} spellCheck={false}
            onChange={(event) => { setTyped(event.currentTarget.value); setAt(0); }}
            onKeyDown={(event) => event.key === 'Enter' && jump(event.shiftKey ? -1 : 1)} />
          {wanted && <span className="count">{hits ? t('log.hits', { n: Math.min(at, hits - 1) + 1, m: hits }) : t('log.no-hits')}</span>}
        </label>
        {wanted && <><IconButton small label={t('log.previous')} icon={<IconArrowUp size={15} />} onClick={() => jump(-1)} />
          <IconButton small label={t('log.next')} icon={<IconArrowDown size={15} />} onClick={() => jump(1)} /></>}
        <IconButton small label={t('log.loud')} aria-pressed={loud} icon={<IconFilter size={15} />} onClick={() => setLoud(!loud)} />
        <IconButton small label={t(`log.time-${stamp}`)} aria-pressed={stamp !== 'off'} icon={<IconClock size={15} />} onClick={() => {
          localStorage.setItem('openpanel-log-time', NEXT[stamp]);
          setStamp(NEXT[stamp]);
        }} />
        <IconButton small label={t('log.wrap')} aria-pressed={wrap} icon={<IconTextWrap size={15} />} onClick={() => {
          localStorage.setItem('openpanel-log-wrap', wrap ? 'no' : 'yes');
          setWrap(!wrap);
        }} />
        <IconButton small label={t('copy')} icon={<IconCopy size={15} />} onClick={() => void copyText(all())} />
        <IconButton small label={t('log.download')} icon={<IconDownload size={15} />} onClick={() => download(`${name}.log`, all())} />
        <IconButton small label={t('log.full')} icon={<IconMaximize size={15} />} onClick={() => void (document.fullscreenElement ? document.exitFullscreen() : pane.current?.requestFullscreen())} />
        {live && <Button small className="follow" aria-pressed={follow} icon={follow ? <IconPlayerPause size={14} /> : <IconPlayerPlay size={14} />} onClick={() => setFollow(!follow)}><span>{t(follow ? 'log.pause' : 'log.follow')}</span></Button>}
      </div>
      <div className={`lines ${wrap ? 'wrapped' : ''}`} ref={scroller} onScroll={onScroll} tabIndex={0} role="log" aria-label={name} aria-live="off">
        {view.length === 0 && <div className="quiet-state">{state === 'away' ? t('log.away') : message ?? empty ?? t(live && state === 'live' ? 'log.waiting' : 'log.empty')}</div>}
        <div style={{ height: rows.height + (view.length ? 2 * PADDING : 0), position: 'relative', minWidth: wrap ? undefined : 'max-content' }}>
          {rows.shown.map(({ index, start }) => {
            const line = view.at(index);
            return line && <Line key={view.dropped + index} line={line} index={index} start={start + PADDING} measure={rows.measure} stamp={stamp} locale={locale} wanted={wanted} current={hit !== undefined && view.numberOf(index) === hit} />;
          })}
        </div>
      </div>
      {view.length > 0 && state !== 'live' && (live || state === 'away') && (
        <div className={`tail ${state}`} role="status">{state === 'away' ? <><span className="spinner" aria-hidden />{t('log.away')}</> : message ?? t('log.over')}</div>
      )}
      {!follow && live && view.length > 0 && (
        <Button small className="latest" icon={<IconArrowNarrowDown size={14} />} onClick={() => setFollow(true)}>
          {count > seen ? t('log.latest-count', { count: count - seen }) : t('log.latest')}
        </Button>
      )}
    </div>
  );
}

const Line = memo(function Line({ line, index, start, measure, stamp, locale, wanted, current }: { line: LogLine; index: number; start: number; measure?: (element: Element | null) => void;
  stamp: Stamp; locale: string; wanted: string; current: boolean }) {
  const hit = wanted && plain(line.text).toLowerCase().includes(wanted.toLowerCase());
  return (
    <div data-index={index} ref={measure} style={{ transform: `translateY(${start}px)` }} className={`line ${levelOf(line.text) ?? ''} ${hit ? 'hit' : ''} ${current ? 'at' : ''}`}>
      {stamp !== 'off' && line.at && <time dateTime={line.at} title={formatExact(Date.parse(line.at), locale)}>{stampOf(line, stamp, locale)}</time>}
      <span>{ansi(line.text).map((span, part) => <Marked key={part} span={span} wanted={wanted} />)}</span>
    </div>
  );
});

function stampOf(line: LogLine, stamp: Stamp, locale: string): string {
  return stamp === 'ago' ? formatAgo(Date.parse(line.at!), Date.now(), locale).padStart(12) : CLOCK.format(new Date(line.at!));
}

function Marked({ span, wanted }: { span: ReturnType<typeof ansi>[number]; wanted: string }) {
  const style = { color: span.color, fontWeight: span.bold ? 700 : undefined, opacity: span.dim ? 0.7 : undefined };
  if (!wanted) {
    return <span style={style}>{span.text}</span>;
  }
  const pieces = span.text.split(new RegExp(`(${wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')})`, 'i'));
  return <span style={style}>{pieces.map((piece, index) => (index % 2 ? <mark key={index}>{piece}</mark> : piece))}</span>;
}

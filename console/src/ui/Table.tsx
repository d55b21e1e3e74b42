import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode, type SyntheticEvent } from 'react';
import { Menu as MantineMenu, TextInput } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useT } from '../i18n/i18n';
import { Button, IconButton, IN_MAIN, Menu, type MenuItem } from './controls';
import { useNavigate, useQueryParam } from './hooks';
import { IconArrowDown, IconArrowUp, IconColumns3, IconSearch, IconX } from './icons';
import { ErrorState, Skeleton, useFailure } from './states';

export interface Column<R> {
  id: string;
  header: string;
  cell: (row: R) => ReactNode;
  /** Makes the column sortable. */
  sort?: (row: R) => string | number;
  width?: number | string;
  end?: boolean;
  /** Left out on narrow screens. */
  wideOnly?: boolean;
}

export interface Filter<R> { id: string; label: string; match: (row: R) => boolean }

export interface BulkAction<R> { label: string; icon?: ReactNode; tone?: 'danger'; run: (rows: R[]) => void }

interface TableProps<R> {
  label: string;
  query: Pick<UseQueryResult<R[]>, 'data' | 'error' | 'refetch'>;
  columns: Column<R>[];
  rowKey: (row: R) => string;
  /** Where Enter and a click lead; without it Enter opens the row's menu. */
  href?: (row: R) => string;
  search?: (row: R) => string;
  filters?: Filter<R>[];
  menu?: (row: R) => (MenuItem | false | undefined)[];
  bulk?: BulkAction<R>[];
  empty: ReactNode;
  tools?: ReactNode;
  /** Id of the column sorted by at first; `-id` for descending. */
  order?: string;
  /** On narrow screens, below the first column: what of the columns left out is worth a line. */
  under?: (row: R) => ReactNode[];
  /** Inside a card: no search and no frame of its own. */
  bare?: boolean;
}

const ROW = 38;
const TALL = 58;
const VIRTUAL_FROM = 80;

export function Table<R>(props: TableProps<R>) {
  const { query, columns, rowKey, search, filters = [], bulk = [], label, bare } = props;
  const t = useT('');
  const [words, setWords] = useQueryParam('q');
  const [filter, setFilter] = useQueryParam('show');
  const [sortParam, setSort] = useQueryParam('sort');
  const [hidden, setHidden] = useState<Set<string>>(() => new Set(JSON.parse(localStorage.getItem(`openpanel-columns-${label}`) ?? '[]') as string[]));
  const [picked, setPicked] = useState<Set<string>>(new Set());
  const frame = useRef<HTMLDivElement>(null);
  const [, leave] = useState(0);
  const narrow = useNarrow();
  const sort = sortParam ?? props.order;
  const shown = columns.filter((column) => !hidden.has(column.id) && !(narrow && column.wideOnly));

  const active = filters.find((each) => each.id === filter);
  const sorted = useMemo(() => {
    let rows = query.data ?? [];
    if (active) {
      rows = rows.filter(active.match);
    }
    if (words && search) {
      const wanted = words.toLowerCase();
      rows = rows.filter((row) => search(row).toLowerCase().includes(wanted));
    }
    const column = columns.find((each) => each.id === sort?.replace(/^-/, ''));
    if (!column?.sort) {
      return rows;
    }
    const down = sort!.startsWith('-') ? -1 : 1;
    return [...rows].sort((a, b) => down * compare(column.sort!(a), column.sort!(b)));
    // Columns and filters are made anew at each render; what they depend on is the data.
  }, [query.data, active?.id, words, sort]);
  const rows = useSteady(sorted, rowKey, () => Boolean(frame.current?.matches(':hover')), `${filter}|${words}|${sort}`);

  const choose = (key: string) => setPicked((former) => toggled(former, key));
  const chosen = rows.filter((row) => picked.has(rowKey(row)));
  const total = query.data?.length ?? 0;
  const failure = useFailure(query);
  // There is nothing to search or to choose columns of while there are no rows.
  const empty = query.data ? query.data.length === 0 : Boolean(failure);
  const hasTools = !bare && (empty ? props.tools : search || filters.length > 0 || props.tools);

  return (
    <>
      {hasTools && (
        <div className="tools">
          {search && !empty && (
            <TextInput className="search" aria-label={t('table.search')} placeholder={t('table.search')} value={words ?? ''} type="search"
              leftSection={<IconSearch size={15} />} leftSectionWidth={32} onChange={(event) => setWords(event.currentTarget.value || undefined)} />
          )}
          {filters.length > 0 && !empty && (
            <div className="chips" role="group" aria-label={t('table.filters')}>
              {filters.map((each) => {
                const count = query.data?.filter(each.match).length;
                return (
                  <button key={each.id} type="button" className="chip" aria-pressed={filter === each.id} onClick={() => setFilter(filter === each.id ? undefined : each.id)}>
                    {each.label}{count !== undefined && <span className="num">{count}</span>}
                  </button>
                );
              })}
            </div>
          )}
          <span className="grow" />
          {props.tools}
          {!narrow && !empty && columns.length > 3 && <ColumnChooser columns={columns} hidden={hidden} onChange={(next) => {
            localStorage.setItem(`openpanel-columns-${label}`, JSON.stringify([...next]));
            setHidden(next);
          }} />}
        </div>
      )}
      <div ref={frame} className={bare ? 'table bare' : 'table'} onPointerLeave={() => leave((count) => count + 1)}>
        <Body {...props} under={narrow ? props.under : undefined} rows={rows} columns={shown} sort={sort} onSort={setSort} picked={picked} onPick={choose}
          onPickAll={(all) => setPicked(all ? new Set(rows.map(rowKey)) : new Set())}
          nothingFound={total > 0 ? <div className="state"><p>{t('table.nothing')}</p><div className="actions"><Button small onClick={() => { setWords(undefined); setFilter(undefined); }}>{t('table.clear')}</Button></div></div> : undefined} />
      </div>
      {chosen.length > 0 && (
        <div className="bulk" role="region" aria-label={t('table.bulk')}>
          <span>{t('table.chosen', { count: chosen.length })}</span>
          {bulk.map((action) => <Button key={action.label} small tone={action.tone ?? 'plain'} icon={action.icon} onClick={() => { action.run(chosen); setPicked(new Set()); }}>{action.label}</Button>)}
          <IconButton small label={t('table.unpick')} icon={<IconX size={15} />} onClick={() => setPicked(new Set())} />
        </div>
      )}
    </>
  );
}

type BodyProps<R> = TableProps<R> & { rows: R[]; sort?: string; onSort: (sort: string | undefined) => void; picked: Set<string>;
  onPick: (key: string) => void; onPickAll: (all: boolean) => void; nothingFound?: ReactNode };

function Body<R>({ label, query, columns, rows, rowKey, href, menu, bulk, under, empty, bare, sort, onSort, picked, onPick, onPickAll, nothingFound }: BodyProps<R>) {
  const t = useT('');
  const navigate = useNavigate();
  const body = useRef<HTMLTableSectionElement>(null);
  const failure = useFailure(query);
  const height = under ? TALL : ROW;
  const virtual = rows.length > VIRTUAL_FROM;
  const virtualizer = useWindowVirtualizer({ count: virtual ? rows.length : 0, estimateSize: () => height, overscan: 12,
    scrollMargin: body.current?.offsetTop ?? 0 });
  const visible = virtual ? virtualizer.getVirtualItems().map((item) => item.index) : rows.map((_, index) => index);
  const before = virtual && visible.length ? visible[0]! * height : 0;
  const after = virtual && visible.length ? (rows.length - visible.at(-1)! - 1) * height : 0;
  const pickable = Boolean(bulk?.length);
  const width = columns.length + (pickable ? 1 : 0) + (menu ? 1 : 0);

  function keys(event: KeyboardEvent<HTMLTableRowElement>, row: R) {
    if (event.target !== event.currentTarget) {
      return;
    }
    const move = { j: 'nextElementSibling', ArrowDown: 'nextElementSibling', k: 'previousElementSibling', ArrowUp: 'previousElementSibling' } as const;
    const to = move[event.key as keyof typeof move];
    if (to) {
      event.preventDefault();
      const next = event.currentTarget[to];
      if (next instanceof HTMLElement && next.tabIndex >= 0) {
        next.focus();
      }
    }
    if (event.key === 'x' && pickable) {
      onPick(rowKey(row));
    }
    if (event.key === 'Enter' && href) {
      navigate(href(row));
    } else if (event.key === 'Enter') {
      openMenu(event);
    }
  }

  const reachable = Boolean(href || pickable || menu);
  useFirstRow(body, !bare && reachable);

  function openMenu(event: SyntheticEvent<HTMLTableRowElement>) {
    const button = event.currentTarget.querySelector<HTMLButtonElement>('td.menu button');
    if (button) {
      event.preventDefault();
      button.click();
    }
  }

  return (
    <table aria-label={label} aria-rowcount={rows.length} aria-busy={query.data === undefined && !failure}>
      <colgroup>
        {pickable && <col style={{ width: 36 }} />}
        {columns.map((column) => <col key={column.id} style={{ width: column.width }} />)}
        {menu && <col style={{ width: 44 }} />}
      </colgroup>
      {(query.data ? query.data.length > 0 : !failure) && <thead>
        <tr>
          {pickable && <th className="pick"><input type="checkbox" className="pickbox" aria-label={t('table.all')} checked={rows.length > 0 && picked.size >= rows.length} onChange={(event) => onPickAll(event.currentTarget.checked)} /></th>}
          {columns.map((column) => {
            const way = sort === column.id ? 'ascending' : sort === `-${column.id}` ? 'descending' : undefined;
            return (
              <th key={column.id} className={column.end ? 'end' : ''} aria-sort={way}>
                {column.sort ? (
                  <button type="button" onClick={() => onSort(way === 'ascending' ? `-${column.id}` : column.id)}>
                    {column.header}{way === 'ascending' ? <IconArrowUp size={13} /> : way === 'descending' ? <IconArrowDown size={13} /> : null}
                  </button>
                ) : column.header}
              </th>
            );
          })}
          {menu && <th><span className="sr">{t('more')}</span></th>}
        </tr>
      </thead>}
      <tbody ref={body}>
        {query.data === undefined && !failure && Array.from({ length: 8 }, (_, index) => (
          <tr key={index} className={under ? 'quiet tall' : 'quiet'}>
            {Array.from({ length: width }, (_unused, cell) => <td key={cell}>{(cell > 0 || !pickable) && !(menu && cell === width - 1) && <Skeleton width={`${72 - ((index * 13 + cell * 29) % 38)}%`} />}</td>)}
          </tr>
        ))}
        {query.data === undefined && Boolean(failure) && <tr className="quiet"><td className="none" colSpan={width}><ErrorState error={failure} onRetry={query.refetch} /></td></tr>}
        {query.data !== undefined && rows.length === 0 && <tr className="quiet"><td className="none" colSpan={width}>{nothingFound ?? empty}</td></tr>}
        {before > 0 && <tr aria-hidden><td colSpan={width} style={{ height: before, padding: 0 }} /></tr>}
        {visible.map((index) => {
          const row = rows[index];
          if (row === undefined) {
            return null;
          }
          const key = rowKey(row);
          return (
            <tr key={key} className={under ? 'tall' : undefined} tabIndex={reachable ? 0 : undefined} aria-selected={pickable ? picked.has(key) : undefined} aria-rowindex={index + 1}
              onKeyDown={(event) => keys(event, row)} onContextMenu={menu ? openMenu : undefined} style={href ? { cursor: 'pointer' } : undefined}
              onClick={(event) => href && !(event.target as Element).closest('a,button,input,[role=menu]') && navigate(href(row))}>
              {pickable && <td className="pick"><input type="checkbox" className="pickbox" aria-label={t('table.pick')} tabIndex={-1} checked={picked.has(key)} onChange={() => onPick(key)} /></td>}
              {columns.map((column, at) => <td key={column.id} className={column.end ? 'end' : ''}>{column.cell(row)}{at === 0 && under && <div className="under">{under(row).map((part, index) => (part ? <span key={index}>{part}</span> : null))}</div>}</td>)}
              {menu && <td className="menu" onClick={(event) => event.stopPropagation()}><Menu small items={menu(row)} /></td>}
            </tr>
          );
        })}
        {after > 0 && <tr aria-hidden><td colSpan={width} style={{ height: after, padding: 0 }} /></tr>}
      </tbody>
    </table>
  );
}

/** `j` and `k` begin at the first row, wherever on the page one is. */
function useFirstRow(body: React.RefObject<HTMLTableSectionElement | null>, wanted: boolean): void {
  useEffect(() => {
    if (!wanted) {
      return undefined;
    }
    const hear = (event: globalThis.KeyboardEvent) => {
      const at = event.target as Element;
      if (/^[jk]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey && !at.closest('input,textarea,[contenteditable],[role=dialog],[role=menu],tbody,.log')) {
        body.current?.querySelector<HTMLElement>('tr[tabindex]')?.focus();
      }
    };
    window.addEventListener('keydown', hear);
    return () => window.removeEventListener('keydown', hear);
  }, [body, wanted]);
}

function ColumnChooser<R>({ columns, hidden, onChange }: { columns: Column<R>[]; hidden: Set<string>; onChange: (hidden: Set<string>) => void }) {
  const t = useT('');
  return (
    <MantineMenu position="bottom-end" portalProps={IN_MAIN} withInitialFocusPlaceholder={false} closeOnItemClick={false} transitionProps={{ duration: 80 }} offset={4}>
      <MantineMenu.Target><Button tone="quiet" aria-label={t('table.columns')} title={t('table.columns')} icon={<IconColumns3 size={16} />} /></MantineMenu.Target>
      <MantineMenu.Dropdown miw={180}>
        {columns.slice(1).map((column) => (
          <MantineMenu.CheckboxItem key={column.id} checked={!hidden.has(column.id)} onChange={() => onChange(toggled(hidden, column.id))}>
            {column.header}
          </MantineMenu.CheckboxItem>
        ))}
      </MantineMenu.Dropdown>
    </MantineMenu>
  );
}

/** The order stays as it is while the pointer is over the table; what is new comes last. */
function useSteady<R>(rows: R[], rowKey: (row: R) => string, hold: () => boolean, reason: string): R[] {
  const former = useRef<{ keys: string[]; reason: string }>({ keys: [], reason });
  // Asked of the page: a menu that goes away under the pointer tells nobody that the pointer left.
  const held = hold() && former.current.reason === reason && former.current.keys.length > 0;
  const steady = useMemo(() => {
    if (!held) {
      return rows;
    }
    const place = new Map(former.current.keys.map((key, index) => [key, index]));
    return [...rows].sort((a, b) => (place.get(rowKey(a)) ?? Infinity) - (place.get(rowKey(b)) ?? Infinity) || 0);
  }, [rows, held]);
  useEffect(() => {
    former.current = { keys: steady.map(rowKey), reason };
  });
  return steady;
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true });
}

function toggled(set: Set<string>, key: string): Set<string> {
  const next = new Set(set);
  if (!next.delete(key)) {
    next.add(key);
  }
  return next;
}

export function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => window.matchMedia('(max-width: 720px)').matches);
  useEffect(() => {
    const media = window.matchMedia('(max-width: 720px)');
    const hear = () => setNarrow(media.matches);
    media.addEventListener('change', hear);
    return () => media.removeEventListener('change', hear);
  }, []);
  return narrow;
}

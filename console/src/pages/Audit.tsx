import { useEffect, useState } from 'react';
import { Select, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { perform, performFile, useCatalogue } from '../client/catalogue';
import { clauseOf, useLocale, useSummary, useT, type T } from '../i18n/i18n';
import { Facts, RelativeTime, Status } from '../ui/bits';
import { Button, Menu } from '../ui/controls';
import { Dialog } from '../ui/dialog';
import { download } from '../ui/download';
import { formatExact } from '../ui/format';
import { useAction, useNavigate, useOperation, useQueryParam, useRead } from '../ui/hooks';
import { IconArrowNarrowDown, IconDownload, IconShieldCheck, IconX } from '../ui/icons';
import { Page } from '../ui/Page';
import { EmptyState } from '../ui/states';
import { Table } from '../ui/Table';
import { toastProblem } from '../ui/toast';

interface Row { seq: number; at: string; caller: string; callerName: string; via?: string; surface: string; address: string; action: string;
  resources: string[]; input?: Record<string, unknown>; outcome?: string; detail?: string; position?: number }
interface Listed { items: Row[]; names: { resource: string; name: string }[] }
type Names = Map<string, string>;

const AT_ONCE = 200;
const isJob = (row: Row) => Boolean(row.detail?.startsWith('job:'));
const OUTCOMES = ['done', 'failed', 'denied', 'accepted', 'cancelled', 'running', 'unknown'];
const SURFACES = ['rest', 'cli', 'action', 'event', 'schedule', 'local'];
const PAUSE = 300;
const PICK = { clearable: true, w: 168, comboboxProps: { transitionProps: { duration: 80 } } };
const startOf = (day: string | undefined, plus = 0): string | undefined => {
  const date = day ? new Date(`${day}T00:00:00`) : new Date(NaN);
  date.setDate(date.getDate() + plus);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
};

/** Who did what, from where, and how it ended. */
export default function Audit() {
  const t = useT('');
  const summaryOf = useSummary();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [about, setAbout] = useQueryParam('about');
  const [outcome, setOutcome] = useQueryParam('outcome');
  const [surface, setSurface] = useQueryParam('from');
  const [noun, setNoun] = useQueryParam('what');
  const [caller, setCaller] = useQueryParam('by');
  const [since, setSince] = useQueryParam('since');
  const [until, setUntil] = useQueryParam('until');
  const wanted = { resource: about, action: noun, caller, surface, outcome, since: startOf(since), until: startOf(until, 1) };
  const input = { limit: AT_ONCE, ...Object.fromEntries(Object.entries(wanted).filter(([, value]) => value)) };
  const page = useRead<Listed>('audit.list', input, { live: ['action.*'] });
  const newest = { error: page.error, refetch: page.refetch as never, data: page.data?.items };
  const [known, setKnown] = useState<Listed['names']>([]);
  const names: Names = new Map([...known, ...(page.data?.names ?? [])].map((each) => [each.resource, each.name]));
  const [older, setOlder] = useState<Row[]>([]);
  const [whole, setWhole] = useState(false);
  const [shown, setShown] = useState<Row>();
  const exported = useOperation('audit.export');
  const verify = useAction<{ job: string }>('audit.verify');
  const nameOf = (row: Row) => clauseOf(summaryOf(row.action));
  const recent = newest.data ?? [];
  const first = recent.at(-1)?.seq ?? 0;
  const rows = newest.data && [...recent, ...older.filter((row) => row.seq < first)];
  const more = async () => {
    const last = rows?.at(-1);
    try {
      const page = await perform<Listed>(client, 'audit.list', { ...input, before: last?.seq });
      setOlder([...older, ...page.items]);
      setKnown([...known, ...page.names]);
      setWhole(page.items.length < AT_ONCE);
    } catch (failure) {
      toastProblem(failure);
    }
  };
  // What was fetched for one choice is no answer to the next.
  const choose = <V,>(set: (value: V) => void) => (value: V) => {
    setOlder([]);
    setWhole(false);
    setShown(undefined);
    set(value);
  };
  const only = choose<string | undefined>(setAbout);
  const nouns = [...new Set(useCatalogue().data?.items.map((each) => each.noun))].sort();
  const narrowed = Object.values(wanted).some(Boolean);
  const take = async (format: 'csv' | 'json') => {
    try {
      const { limit: _page, ...chosen } = input;
      download(`audit.${format}`, await performFile(client, 'audit.export', { ...chosen, format }));
    } catch (failure) {
      toastProblem(failure);
    }
  };
  return (
    <Page title={t('audit.title')} lead={<span style={{ maxWidth: 720 }}>{t('audit.lead')}</span>}
      actions={<>
        {exported?.allowed && <Menu items={[{ label: t('audit.csv'), onSelect: () => void take('csv') }, { label: t('audit.json'), onSelect: () => void take('json') }]}><Button icon={<IconDownload size={16} />}>{t('audit.export')}</Button></Menu>}
        {verify.allowed && <Button icon={<IconShieldCheck size={16} />} busy={verify.busy} onClick={() => void verify.go({}).then((done) => done && navigate(`/jobs/${done.job.slice(4)}`))}>{t('audit.verify')}</Button>}
      </>}>
      <div className="stack">
        <div className="row wrap" style={{ gap: 8 }} role="group" aria-label={t('table.filters')}>
          <Caller value={caller} onChange={choose(setCaller)} />
          <Select {...PICK} searchable aria-label={t('audit.what')} placeholder={t('audit.what')} data={nouns} value={noun ?? null} onChange={(value) => choose(setNoun)(value ?? undefined)} />
          <Select {...PICK} aria-label={t('audit.outcome')} placeholder={t('audit.outcome')} data={OUTCOMES.map((each) => ({ value: each, label: t(each === 'running' ? 'status.in-progress' : `status.${each}`) }))} value={outcome ?? null} onChange={(value) => choose(setOutcome)(value ?? undefined)} />
          <Select {...PICK} aria-label={t('audit.surface')} placeholder={t('audit.surface')} data={SURFACES.map((each) => ({ value: each, label: t(`surface.${each}`) }))} value={surface ?? null} onChange={(value) => choose(setSurface)(value ?? undefined)} />
          <TextInput type="date" leftSection={<span className="muted">{t('audit.since')}</span>} leftSectionWidth={54} aria-label={t('audit.since')} value={since ?? ''} onChange={(event) => choose(setSince)(event.currentTarget.value || undefined)} />
          <TextInput type="date" leftSection={<span className="muted">{t('audit.until')}</span>} leftSectionWidth={54} aria-label={t('audit.until')} value={until ?? ''} onChange={(event) => choose(setUntil)(event.currentTarget.value || undefined)} />
        </div>
        <Table label={t('audit.title')} query={{ ...newest, data: rows }} rowKey={(row) => String(row.seq)} order="-when"
          search={(row) => `${row.callerName} ${row.action} ${nameOf(row)} ${row.resources.map((each) => called(names, each)).join(' ')} ${row.resources.join(' ')} ${row.detail ?? ''} ${row.address}`}
          tools={about && <Button small icon={<IconX size={14} />} onClick={() => only(undefined)}>{t('audit.about', { resource: called(names, about) })}</Button>}
          columns={[
            { id: 'action', header: t('audit.action'), cell: (row) => <button type="button" className="copy main" onClick={() => setShown(row)}><span className="link clip">{nameOf(row)}</span></button> },
            { id: 'by', header: t('audit.by'), width: 170, wideOnly: true, sort: (row) => row.callerName, cell: (row) => <span className="clip">{row.callerName}{row.via && <span className="muted"> · {row.via}</span>}</span> },
            { id: 'about', header: t('audit.resources'), width: 190, wideOnly: true, cell: (row) => <span className="muted clip" title={row.resources.join(', ')}>{row.resources.map((each) => called(names, each)).join(', ')}</span> },
            { id: 'surface', header: t('audit.surface'), width: 130, wideOnly: true, sort: (row) => row.surface, cell: (row) => <span className="muted clip">{surfaceOf(t, row)}</span> },
            { id: 'outcome', header: t('audit.outcome'), width: 120, sort: (row) => row.outcome ?? '', cell: (row) => <span title={isJob(row) ? undefined : row.detail}><Status value={row.outcome ?? 'running'} as="job" /></span> },
            { id: 'when', header: t('audit.when'), width: 130, end: true, wideOnly: true, sort: (row) => row.seq, cell: (row) => <span className="muted"><RelativeTime at={row.at} /></span> },
          ]}
          under={(row) => [row.callerName, <RelativeTime key="when" at={row.at} />]}
          menu={(row) => [{ label: t('audit.look'), onSelect: () => setShown(row) }, ...row.resources.map((each) => ({ label: t('audit.only', { resource: called(names, each) }), onSelect: () => only(each) }))]}
          empty={<EmptyState icon={<IconShieldCheck size={20} />} title={t(narrowed ? 'table.nothing' : 'audit.empty')} />} />
        {!whole && recent.length === AT_ONCE && <div><Button icon={<IconArrowNarrowDown size={15} />} onClick={() => void more()}>{t('audit.more')}</Button></div>}
      </div>
      {shown && <RowDialog row={shown} names={names} title={nameOf(shown)} only={only} onClose={() => setShown(undefined)} />}
    </Page>
  );
}

/** The name of a resource that is there; of one that is gone what it was. */
const called = (names: Names, resource: string): string => names.get(resource) ?? resource;

/** The way in, in the reader's words where it is one of the panel's own. */
function surfaceOf(t: T, { surface }: Row): string {
  const known = t(`surface.${surface}`);
  return known === `surface.${surface}` ? surface : known;
}

/** Whose rows; asked for once the name is typed. */
function Caller({ value = '', onChange }: { value?: string; onChange: (value?: string) => void }) {
  const t = useT('');
  const [typed, type] = useState(value);
  useEffect(() => {
    const settled = setTimeout(() => typed !== value && onChange(typed || undefined), PAUSE);
    return () => clearTimeout(settled);
    // Only what was typed asks anew.
  }, [typed]);
  return <TextInput w={168} aria-label={t('audit.who')} placeholder={t('audit.who')} type="search" value={typed} onChange={(event) => type(event.currentTarget.value)} />;
}

function RowDialog({ row, names, title, only, onClose }: { row: Row; names: Names; title: string; only: (resource: string) => void; onClose: () => void }) {
  const t = useT('');
  const locale = useLocale();
  return (
    <Dialog title={title} size={600} onClose={onClose}>
      <div className="stack">
        <Facts items={[
          [t('audit.action'), <code key="action">{row.action}</code>],
          [t('audit.when'), formatExact(Date.parse(row.at), locale)],
          [t('audit.by'), <>{row.callerName} <code className="faint">{row.caller}</code></>],
          [t('audit.via'), row.via],
          [t('audit.surface'), surfaceOf(t, row)],
          [t('audit.address'), row.address],
          row.resources.length > 0 && [t('audit.resources'), row.resources.map((each) => <div key={each}><button type="button" className="copy" onClick={() => only(each)}><span className="link">{names.get(each) ?? <code>{each}</code>}</span> {names.has(each) && <code className="faint">{each}</code>}</button></div>)],
          row.input && Object.keys(row.input).length > 0 && [t('audit.input'), <pre key="input" className="input">{JSON.stringify(row.input, null, 2)}</pre>],
          [t('audit.outcome'), <Status key="outcome" value={row.outcome ?? 'running'} as="job" />],
          isJob(row) ? [t('audit.job'), <Link key="job" className="quiet-link" href={`/jobs/${row.detail!.slice(4)}`}><code>{row.detail}</code></Link>] : [t('audit.detail'), row.detail],
          [t('audit.seal'), row.position === undefined ? t('audit.unsealed') : t('audit.sealed', { position: row.position })],
        ]} />
        <div className="buttons end"><Button onClick={onClose}>{t('close')}</Button></div>
      </div>
    </Dialog>
  );
}

import { Button, Dialog, EmptyState, formatBytes, formatNumber, parseBytes, Section, Select, Table, TextInput, toast, useAction, useList, useLocale, useT, type T } from '@openpanel/ui';
import { useState } from 'react';

interface Quota { quota: string; summary: string; unit: 'count' | 'bytes' | 'millicores'; used?: number; limit?: number }
interface OfTeam { team: string; name: string; quotas: Quota[] }

const MILLI = 1000;

/** In the reader's words where it is one of the panel's own, as its plugin says where it is not. */
function nameOf(t: T, { quota, summary }: Quota): string {
  const known = t(`quota.${quota}`);
  return known === `quota.${quota}` ? summary || quota : known;
}

function amount(t: T, locale: string, { unit }: Quota, value: number): string {
  if (unit === 'bytes') {
    return formatBytes(value, locale);
  }
  return unit === 'millicores' ? t('quota.cores', { count: formatNumber(value / MILLI, locale) }) : formatNumber(value, locale);
}

/** What was typed, as the action takes it; null where it is no amount. */
function read({ unit }: Quota, text: string): number | null | undefined {
  if (text.trim() === '') {
    return undefined;
  }
  if (unit === 'bytes') {
    return parseBytes(text) ?? null;
  }
  const value = Number(text.replace(',', '.')) * (unit === 'millicores' ? MILLI : 1);
  return Number.isInteger(value) && value >= 0 ? value : null;
}

function shown(locale: string, { unit, limit }: Quota): string {
  if (limit === undefined) {
    return '';
  }
  return unit === 'bytes' ? formatBytes(limit, locale) : String(unit === 'millicores' ? limit / MILLI : limit);
}

/** What the team may have and has; whoever looks after the panel changes it, for other teams too. */
export function Quotas({ team, name }: { team: string; name: string }) {
  const t = useT();
  const set = useAction('quota.set');
  return (
    <Section title={t('quota.title')} help={t('quota.help')}>
      {set.allowed ? <OfAll team={team} /> : <Own name={name} />}
    </Section>
  );
}

function Own({ name }: { name: string }) {
  const query = useList<Quota>('quota.list', {}, { live: ['quota.*', 'app.*', 'project.*', 'member.*'] });
  return <Amounts query={query} team={name} />;
}

function OfAll({ team }: { team: string }) {
  const t = useT();
  const query = useList<OfTeam>('quota.teams', {}, { live: ['quota.*', 'team.*'] });
  const [chosen, choose] = useState(team);
  const [changed, change] = useState<Quota>();
  const teams = query.data ?? [];
  const one = teams.find((each) => each.team === chosen) ?? teams[0];
  return (
    <div className="stack">
      {teams.length > 1 && <Select label={t('quota.of')} allowDeselect={false} searchable data={teams.map((each) => ({ value: each.team, label: each.name }))} value={one?.team ?? null} onChange={(value) => choose(value ?? team)} />}
      <Amounts query={{ error: query.error, refetch: query.refetch as never, data: query.data && (one?.quotas ?? []) }} team={one?.name ?? ''} onChange={change} />
      {changed && one && <Change key={changed.quota} quota={changed} team={one} onClose={() => change(undefined)} />}
    </div>
  );
}

function Amounts({ query, team, onChange }: { query: Pick<ReturnType<typeof useList<Quota>>, 'data' | 'error' | 'refetch'>; team: string; onChange?: (quota: Quota) => void }) {
  const t = useT();
  const locale = useLocale();
  const standing = (row: Quota) => {
    const used = row.used === undefined ? t('quota.unknown') : amount(t, locale, row, row.used);
    return row.limit === undefined ? used : t('quota.used-of', { used, limit: amount(t, locale, row, row.limit) });
  };
  const full = (row: Quota) => row.limit !== undefined && (row.used ?? 0) >= row.limit;
  return (
    <Table label={`${t('quota.title')} ${team}`} query={query} rowKey={(row) => row.quota} order="quota"
      under={(row) => [full(row) && t('quota.full'), standing(row)]}
      menu={onChange && ((row) => [{ label: t('quota.change'), onSelect: () => onChange(row) }])}
      columns={[
        { id: 'quota', header: t('quota.title'), sort: (row) => nameOf(t, row), cell: (row) => <span className="main">{nameOf(t, row)}</span> },
        { id: 'used', header: t('quota.in-use'), width: 150, wideOnly: true, cell: (row) => <span className="row">{full(row) && <span className="tag">{t('quota.full')}</span>}<span className="muted">{standing(row)}</span></span> },
      ]}
      empty={<EmptyState title={t('quota.none')} />} />
  );
}

function Change({ quota, team, onClose }: { quota: Quota; team: OfTeam; onClose: () => void }) {
  const t = useT();
  const locale = useLocale();
  const set = useAction('quota.set');
  const [text, setText] = useState(shown(locale, quota));
  const limit = read(quota, text);
  const label = quota.unit === 'bytes' ? 'quota.limit-bytes' : quota.unit === 'millicores' ? 'quota.limit-cores' : 'quota.limit';
  const save = () => void set.go({ team: team.team, quota: quota.quota, ...(limit == null ? {} : { limit }) }).then((done) => {
    if (done) {
      toast(t('quota.saved', { name: nameOf(t, quota) }));
      onClose();
    }
  });
  return (
    <Dialog title={t('quota.change-title', { name: nameOf(t, quota), team: team.name })} onClose={onClose}>
      <form className="stack" onSubmit={(event) => { event.preventDefault(); if (limit !== null) { save(); } }}>
        <TextInput label={t(label)} description={t('quota.limit-help')} placeholder={t('quota.any')} data-autofocus value={text} error={limit === null ? t('quota.wrong') : set.problem?.message} onChange={(event) => setText(event.currentTarget.value)} />
        <div className="row end"><Button onClick={onClose}>{t('cancel')}</Button><Button tone="primary" type="submit" busy={set.busy} disabled={limit === null}>{t('quota.save')}</Button></div>
      </form>
    </Dialog>
  );
}

import { useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { perform } from '../client/catalogue';
import { clauseOf, useLocale, useSummary, useT } from '../i18n/i18n';
import { Facts, RelativeTime, Status } from '../ui/bits';
import { Button } from '../ui/controls';
import { Dialog } from '../ui/dialog';
import { formatExact } from '../ui/format';
import { useAction, useList, useNavigate, useQueryParam } from '../ui/hooks';
import { IconArrowNarrowDown, IconShieldCheck, IconX } from '../ui/icons';
import { Page } from '../ui/Page';
import { EmptyState } from '../ui/states';
import { Table } from '../ui/Table';
import { toastProblem } from '../ui/toast';

interface Row { seq: number; at: string; caller: string; callerName: string; via?: string; surface: string; address: string; action: string;
  resources: string[]; outcome?: string; detail?: string; position?: number }

const AT_ONCE = 200;
const isJob = (row: Row) => Boolean(row.detail?.startsWith('job:'));
const failed = (row: Row) => Boolean(row.outcome) && !/^(done|accepted|unknown)$/.test(row.outcome!);

/** Who did what, from where, and how it ended. */
export default function Audit() {
  const t = useT('');
  const summaryOf = useSummary();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [about, setAbout] = useQueryParam('about');
  const input = about ? { limit: AT_ONCE, resource: about } : { limit: AT_ONCE };
  const newest = useList<Row>('audit.list', input, { live: ['action.*'] });
  const [older, setOlder] = useState<Row[]>([]);
  const [whole, setWhole] = useState(false);
  const [shown, setShown] = useState<Row>();
  const verify = useAction<{ job: string }>('audit.verify');
  const nameOf = (row: Row) => clauseOf(summaryOf(row.action));
  const recent = newest.data ?? [];
  const first = recent.at(-1)?.seq ?? 0;
  const rows = newest.data && [...recent, ...older.filter((row) => row.seq < first)];
  const more = async () => {
    const last = rows?.at(-1);
    try {
      const page = await perform<{ items: Row[] }>(client, 'audit.list', { ...input, before: last?.seq });
      setOlder([...older, ...page.items]);
      setWhole(page.items.length < AT_ONCE);
    } catch (failure) {
      toastProblem(failure);
    }
  };
  const only = (resource?: string) => {
    setOlder([]);
    setWhole(false);
    setShown(undefined);
    setAbout(resource);
  };
  return (
    <Page title={t('audit.title')} lead={<span style={{ maxWidth: 720 }}>{t('audit.lead')}</span>}
      actions={verify.allowed && <Button icon={<IconShieldCheck size={16} />} busy={verify.busy} onClick={() => void verify.go({}).then((done) => done && navigate(`/jobs/${done.job.slice(4)}`))}>{t('audit.verify')}</Button>}>
      <div className="stack">
        <Table label={t('audit.title')} query={{ ...newest, data: rows }} rowKey={(row) => String(row.seq)} order="-when"
          search={(row) => `${row.callerName} ${row.action} ${nameOf(row)} ${row.resources.join(' ')} ${row.detail ?? ''} ${row.address}`}
          filters={[{ id: 'failed', label: t('status.failed'), match: failed }, { id: 'denied', label: t('status.denied'), match: (row) => row.outcome === 'denied' }, { id: 'people', label: t('audit.people'), match: (row) => row.caller.startsWith('user:') && !row.via }]}
          tools={about && <Button small icon={<IconX size={14} />} onClick={() => only()}>{t('audit.about', { resource: about })}</Button>}
          columns={[
            { id: 'action', header: t('audit.action'), cell: (row) => <button type="button" className="copy main" onClick={() => setShown(row)}><span className="link clip">{nameOf(row)}</span></button> },
            { id: 'by', header: t('audit.by'), width: 190, wideOnly: true, sort: (row) => row.callerName, cell: (row) => <span className="clip">{row.callerName}{row.via && <span className="muted"> · {row.via}</span>}</span> },
            { id: 'about', header: t('audit.resources'), width: 220, wideOnly: true, cell: (row) => <code className="muted clip">{row.resources.join(', ')}</code> },
            { id: 'surface', header: t('audit.surface'), width: 100, wideOnly: true, sort: (row) => row.surface, cell: (row) => <span className="muted">{row.surface}</span> },
            { id: 'outcome', header: t('audit.outcome'), width: 120, sort: (row) => row.outcome ?? '', cell: (row) => <span title={isJob(row) ? undefined : row.detail}><Status value={row.outcome ?? 'running'} as="job" /></span> },
            { id: 'when', header: t('audit.when'), width: 130, end: true, wideOnly: true, sort: (row) => row.seq, cell: (row) => <span className="muted"><RelativeTime at={row.at} /></span> },
          ]}
          under={(row) => [row.callerName, <RelativeTime key="when" at={row.at} />]}
          menu={(row) => [{ label: t('audit.look'), onSelect: () => setShown(row) }, ...row.resources.map((each) => ({ label: t('audit.only', { resource: each }), onSelect: () => only(each) }))]}
          empty={<EmptyState icon={<IconShieldCheck size={20} />} title={t('audit.empty')} />} />
        {!whole && recent.length === AT_ONCE && <div><Button icon={<IconArrowNarrowDown size={15} />} onClick={() => void more()}>{t('audit.more')}</Button></div>}
      </div>
      {shown && <RowDialog row={shown} title={nameOf(shown)} only={only} onClose={() => setShown(undefined)} />}
    </Page>
  );
}

function RowDialog({ row, title, only, onClose }: { row: Row; title: string; only: (resource: string) => void; onClose: () => void }) {
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
          [t('audit.surface'), row.surface],
          [t('audit.address'), row.address],
          row.resources.length > 0 && [t('audit.resources'), row.resources.map((each) => <div key={each}><button type="button" className="copy" onClick={() => only(each)}><span className="link"><code>{each}</code></span></button></div>)],
          [t('audit.outcome'), <Status key="outcome" value={row.outcome ?? 'running'} as="job" />],
          isJob(row) ? [t('audit.job'), <Link key="job" className="quiet-link" href={`/jobs/${row.detail!.slice(4)}`}><code>{row.detail}</code></Link>] : [t('audit.detail'), row.detail],
          [t('audit.seal'), row.position === undefined ? t('audit.unsealed') : t('audit.sealed', { position: row.position })],
        ]} />
        <div className="buttons end"><Button onClick={onClose}>{t('close')}</Button></div>
      </div>
    </Dialog>
  );
}

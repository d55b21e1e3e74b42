import { useState } from 'react';
import { Textarea } from '@mantine/core';
import { useLocale, useSummary, useT } from '../i18n/i18n';
import { Facts, RelativeTime, Status } from '../ui/bits';
import { confirm } from '../ui/confirm';
import { Button } from '../ui/controls';
import { Dialog } from '../ui/dialog';
import { useAction, useCan, useList, useRead } from '../ui/hooks';
import { IconEye, IconPlayerPlay, IconPlayerStop, IconWebhook } from '../ui/icons';
import { Page, Tabs } from '../ui/Page';
import { EmptyState, Loaded, Notice, ProblemNotice } from '../ui/states';
import { Table } from '../ui/Table';
import { toast } from '../ui/toast';

interface Route { route: string; description: string; from: string; calls: string[]; running: boolean; plugin: string; runs: number; failures: number; lastRun?: string; failedAt?: string; error?: string }
interface Tried { calls: { action: string; there: boolean; input: string }[]; failure?: string }

/** What wires the plugins, and what could not be delivered. */
export function RouteTabs({ current }: { current: string }) {
  const t = useT('');
  const letters = useCan('dead-letter.list');
  if (!letters) {
    return null;
  }
  return <Tabs label={t('routes.title')} current={current} items={[{ id: 'routes', title: t('routes.title'), href: '/routes' }, { id: 'dead-letters', title: t('letters.title'), href: '/routes/dead-letters' }]} />;
}

const nameOf = (route: Route) => route.route.slice('route:'.length);

export default function RoutesPage() {
  const t = useT('');
  const query = useList<Route>('route.list', {}, { live: ['catalogue.changed', 'action.done', 'dead-letter.added'] });
  const enable = useAction('route.enable');
  const disable = useAction('route.disable');
  const test = useCan('route.test');
  const [shown, setShown] = useState<Route>();
  const [tried, setTried] = useState<Route>();
  const turn = (row: Route) => (row.running
    ? confirm({ title: t('routes.off-title', { name: nameOf(row) }), text: t('routes.off-text'), action: t('routes.off'), run: () => disable.run({ route: row.route }).then(() => toast(t('routes.is-off', { name: nameOf(row) }))) })
    : void enable.go({ route: row.route }).then((done) => done && toast(t('routes.is-on', { name: nameOf(row) }))));
  return (
    <Page title={t('routes.title')} tabs={<RouteTabs current="routes" />} lead={<span style={{ maxWidth: 720 }}>{t('routes.lead')}</span>}>
      <Table label={t('routes.title')} query={query} rowKey={(row) => row.route} order="name" search={(row) => `${row.route} ${row.description} ${row.from} ${row.calls.join(' ')}`}
        empty={<EmptyState icon={<IconWebhook size={20} />} title={t('routes.empty')} text={t('routes.empty-text')} />}
        under={(row) => [row.from.replace(/^event:/, ''), row.calls.join(', ')]}
        columns={[
          { id: 'name', header: t('routes.name'), sort: nameOf, cell: (row) => <button type="button" className="copy main" onClick={() => setShown(row)} title={row.description}><span className="link">{nameOf(row)}</span></button> },
          { id: 'state', header: t('plugins.state'), width: 110, sort: (row) => String(row.running), cell: (row) => <Status value={row.running ? 'running' : 'stopped'} /> },
          { id: 'from', header: t('routes.hears'), wideOnly: true, cell: (row) => <code className="clip">{row.from.replace('event:', '')}</code> },
          { id: 'calls', header: t('routes.calls'), wideOnly: true, cell: (row) => <code className="clip">{row.calls.join(', ') || '–'}</code> },
          { id: 'plugin', header: t('plugins.name'), width: 110, wideOnly: true, sort: (row) => row.plugin, cell: (row) => <span className="muted clip">{row.plugin}</span> },
          { id: 'last', header: t('routes.last'), width: 130, wideOnly: true, sort: (row) => row.lastRun ?? '', cell: (row) => <span className="muted"><RelativeTime at={row.lastRun} /></span> },
          { id: 'failures', header: t('routes.failures'), width: 90, end: true, wideOnly: true, sort: (row) => row.failures, cell: (row) => <span className="num" title={row.error}>{row.failures}</span> },
        ]}
        menu={(row) => [
          { label: t('routes.look'), icon: <IconEye size={15} />, onSelect: () => setShown(row) },
          test && row.running && row.from.startsWith('event:') && { label: t('routes.test'), icon: <IconPlayerPlay size={15} />, onSelect: () => setTried(row) },
          (row.running ? disable : enable).allowed && { label: t(row.running ? 'routes.off' : 'routes.on'), divided: true, tone: row.running ? 'red' : undefined, icon: row.running ? <IconPlayerStop size={15} /> : <IconPlayerPlay size={15} />, onSelect: () => turn(row) },
        ]} />
      {shown && <Look of={shown} onClose={() => setShown(undefined)} />}
      {tried && <Trial of={tried} onClose={() => setTried(undefined)} />}
    </Page>
  );
}

function Look({ of, onClose }: { of: Route; onClose: () => void }) {
  const t = useT('');
  const locale = useLocale();
  const summaryOf = useSummary();
  const whole = useRead<{ definition: string }>('route.get', { route: of.route });
  return (
    <Dialog title={nameOf(of)} size={680} onClose={onClose}>
      <div className="stack">
        <p className="muted">{of.description}</p>
        {of.error && <Notice tone={of.failedAt === of.lastRun ? 'red' : 'amber'}>{of.error} <small><RelativeTime at={of.failedAt} /></small></Notice>}
        <Facts items={[
          [t('routes.hears'), <code key="hears">{of.from}</code>],
          [t('routes.calls'), of.calls.map((action) => <div key={action}><code>{action}</code> <span className="muted">{summaryOf(action)}</span></div>)],
          [t('routes.runs'), `${of.runs.toLocaleString(locale)} · ${t('routes.of-them', { count: of.failures })}`],
          [t('routes.last'), <RelativeTime key="last" at={of.lastRun} />],
        ]} />
        <Loaded query={whole}>{(value) => <pre className="copybox" tabIndex={0} style={{ maxHeight: 320, overflow: 'auto', alignItems: 'flex-start' }}><code>{value.definition}</code></pre>}</Loaded>
        <div className="buttons end"><Button onClick={onClose}>{t('close')}</Button></div>
      </div>
    </Dialog>
  );
}

/** Tries a route out; nothing is called. */
function Trial({ of, onClose }: { of: Route; onClose: () => void }) {
  const t = useT('');
  const test = useAction<Tried>('route.test');
  const [data, setData] = useState('{}');
  const [wrong, setWrong] = useState(false);
  const [result, setResult] = useState<Tried>();
  const go = async () => {
    let event: unknown;
    try {
      event = JSON.parse(data);
      setWrong(false);
    } catch {
      setWrong(true);
      return;
    }
    setResult(await test.run({ route: of.route, data: event }).catch(() => undefined));
  };
  return (
    <Dialog title={t('routes.test-title', { name: nameOf(of) })} size={600} onClose={onClose}>
      <form className="stack" onSubmit={(event) => { event.preventDefault(); void go(); }}>
        <p className="muted">{t('routes.test-text', { topic: of.from.replace('event:', '') })}</p>
        <Textarea data-autofocus label={t('routes.event')} rows={6} value={data} error={wrong && t('routes.no-json')} spellCheck={false} styles={{ input: { fontFamily: 'var(--mono)', fontSize: 12.5 } }} onChange={(event) => setData(event.currentTarget.value)} />
        <ProblemNotice error={test.problem} />
        {result && (
          <div role="status" className="stack tight">
            {result.failure && <Notice tone="red">{result.failure}</Notice>}
            {!result.failure && result.calls.length === 0 && <Notice>{t('routes.calls-nothing')}</Notice>}
            {result.calls.map((call, index) => <Notice key={index} tone={call.there ? 'green' : 'amber'}>{t(call.there ? 'routes.would-call' : 'routes.not-there', { action: call.action })} <code>{call.input}</code></Notice>)}
          </div>
        )}
        <div className="buttons end"><Button onClick={onClose}>{t('close')}</Button><Button type="submit" tone="primary" busy={test.busy}>{t('routes.test')}</Button></div>
      </form>
    </Dialog>
  );
}

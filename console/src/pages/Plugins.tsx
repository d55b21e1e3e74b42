import { useState } from 'react';
import { Link } from 'wouter';
import { useQueryClient } from '@tanstack/react-query';
import { perform } from '../client/catalogue';
import { refreshCatalogue } from '../client/registry';
import { useLocale, useSummary, useT } from '../i18n/i18n';
import { Bytes, Duration, Facts, Status } from '../ui/bits';
import { formatNumber } from '../ui/format';
import { Button } from '../ui/controls';
import { confirm } from '../ui/confirm';
import { Dialog } from '../ui/dialog';
import { useAction, useCan, useList, useNavigate, useRead } from '../ui/hooks';
import { IconArrowBackUp, IconDownload, IconPlayerPlay, IconPlayerStop, IconPuzzle, IconRefresh, IconSettings, IconTrash } from '../ui/icons';
import { Page, Tabs } from '../ui/Page';
import { EmptyState } from '../ui/states';
import { Table } from '../ui/Table';
import { toast, toastProblem } from '../ui/toast';
import { OfferDialog, type Offer } from './OfferDialog';

interface Usage { calls: number; failed: number; mean: string; threads: number; memory?: number; memoryLimit?: number; processes?: number; processLimit?: number }
interface Plugin { plugin: string; title: string; version: string; state: string; trust: string; reason?: string; actions: string[]; uses: string[];
  marketplace?: string; publisher?: string; former?: string; usage?: Usage; quality?: string; lacks: string[]; update?: string; changedAt?: string }

const settingsOf = (plugin: string) => `/plugins/${plugin.slice('plugin:'.length)}/settings`;

/** What is installed, and what there is. */
export function PluginTabs({ current }: { current: string }) {
  const t = useT('');
  const offers = useCan('offer.list');
  if (!offers) {
    return null;
  }
  return <Tabs label={t('plugins.title')} current={current} items={[{ id: 'installed', title: t('plugins.installed'), href: '/plugins' }, { id: 'marketplace', title: t('market.title'), href: '/plugins/marketplace' }]} />;
}

export default function Plugins() {
  const t = useT('');
  const locale = useLocale();
  const query = useList<Plugin>('plugin.list', {}, { live: ['catalogue.changed'] });
  const settings = useList<{ plugin: string }>('setting.list', {}, { live: ['catalogue.changed'], enabled: useCan('setting.list') });
  const start = useAction('plugin.start');
  const stop = useAction('plugin.stop');
  const restart = useAction('plugin.restart');
  const install = useAction('plugin.install');
  const rollback = useAction<{ job: string }>('plugin.rollback');
  const uninstall = useAction('plugin.uninstall');
  const purge = useAction('plugin.purge');
  const navigate = useNavigate();
  const client = useQueryClient();
  const [shown, setShown] = useState<Plugin>();
  const [offered, setOffered] = useState<Offer>();
  const titleOf = (row: Plugin) => {
    const key = `plugin.${row.plugin.slice('plugin:'.length)}`;
    const said = t(key);
    return said === key ? row.title : said;
  };
  const ask = (row: Plugin) => confirm({
    title: t('plugins.stop-title', { name: titleOf(row) }), text: t('plugins.stop-text', { count: row.actions.length }), action: t('plugins.stop'),
    run: async () => {
      await stop.run({ plugin: row.plugin });
      refreshCatalogue(client);
      toast(t('plugins.stopped', { name: titleOf(row) }));
    },
  });
  // What an update asks for is looked at, and agreed to, where it is offered.
  const look = (row: Plugin) => perform<Offer>(client, 'offer.get', { offer: `${row.marketplace}/${row.plugin.slice('plugin:'.length)}` }).then(setOffered, toastProblem);
  const follow = (started?: { job: string }) => started && navigate(`/jobs/${started.job.slice('job:'.length)}`);
  const foreign = (row: Plugin) => row.trust !== 'core';
  const here = (row: Plugin) => row.state !== 'uninstalled';
  return (
    <Page title={t('plugins.title')} tabs={<PluginTabs current="installed" />} lead={<span style={{ maxWidth: 720 }}>{t('plugins.lead')}</span>}>
      <Table label={t('plugins.title')} query={query} rowKey={(row) => row.plugin} order="name" empty={<EmptyState icon={<IconPuzzle size={20} />} title={t('plugins.empty')} />}
        columns={[
          { id: 'name', header: t('plugins.name'), sort: titleOf, cell: (row) => <span className="row">{settings.data?.some((each) => each.plugin === row.plugin) ? <Link className="main clip quiet-link" href={settingsOf(row.plugin)}>{titleOf(row)}</Link> : <span className="main clip">{titleOf(row)}</span>}<code className="faint clip wide-only">{row.plugin.slice(7)}</code></span> },
          { id: 'state', header: t('plugins.state'), width: 124, sort: (row) => row.state, cell: (row) => <span title={row.reason}><Status value={row.state} /></span> },
          { id: 'trust', header: t('plugins.trust'), width: 112, wideOnly: true, sort: (row) => row.trust, cell: (row) => <span title={t(`plugins.trust-${row.trust}-text`)}>{t(`plugins.trust-${row.trust}`)}</span> },
          { id: 'version', header: t('plugins.version'), width: 200, wideOnly: true, cell: (row) => <span className="row"><code className="muted">{row.version}</code>{row.update && <button type="button" className="copy" onClick={() => void look(row)}><span className="link">{t('plugins.update-to', { version: row.update })}</span></button>}</span> },
          { id: 'quality', header: t('plugins.quality'), width: 92, wideOnly: true, sort: (row) => row.quality ?? '', cell: (row) => <span className={row.quality ? undefined : 'faint'}>{row.quality ? t(`plugins.quality-${row.quality}`) : '–'}</span> },
          { id: 'failed', header: t('plugins.failed'), width: 84, end: true, wideOnly: true, sort: (row) => row.usage?.failed ?? 0, cell: (row) => <span className={`num${row.usage?.failed ? '' : ' faint'}`}>{row.usage ? formatNumber(row.usage.failed, locale) : '–'}</span> },
          { id: 'actions', header: t('plugins.actions'), width: 84, end: true, wideOnly: true, sort: (row) => row.actions.length, cell: (row) => <button type="button" className="copy num" onClick={() => setShown(row)} title={t('plugins.show')}><span className="link">{row.actions.length}</span><span className="sr">{t('plugins.show')}</span></button> },
        ]}
        menu={(row) => [
          { label: t('plugins.show'), onSelect: () => setShown(row) },
          Boolean(settings.data?.some((each) => each.plugin === row.plugin)) && { label: t('settings.title'), icon: <IconSettings size={15} />, href: settingsOf(row.plugin) },
          foreign(row) && here(row) && Boolean(row.update) && install.allowed && { label: t('plugins.update-to', { version: row.update }), divided: true, icon: <IconDownload size={15} />, onSelect: () => void look(row) },
          foreign(row) && here(row) && Boolean(row.former) && rollback.allowed && { label: t('plugins.rollback', { version: row.former }), icon: <IconArrowBackUp size={15} />, onSelect: () => void rollback.go({ plugin: row.plugin }).then(follow) },
          row.state === 'active' && restart.allowed && row.plugin !== 'plugin:kernel' && { label: t('plugins.restart'), icon: <IconRefresh size={15} />, onSelect: () => void restart.go({ plugin: row.plugin }).then((done) => done && toast(t('plugins.restarted', { name: titleOf(row) }))) },
          row.state === 'stopped' || row.state === 'quarantined'
            ? start.allowed && { label: t('plugins.start'), divided: true, icon: <IconPlayerPlay size={15} />, onSelect: () => void start.go({ plugin: row.plugin }).then((done) => done && toast(t('plugins.started', { name: titleOf(row) }))) }
            : row.state === 'active' && stop.allowed && row.plugin !== 'plugin:kernel' && { label: t('plugins.stop'), divided: true, tone: 'red', icon: <IconPlayerStop size={15} />, onSelect: () => ask(row) },
          foreign(row) && here(row) && uninstall.allowed && { label: t('plugins.uninstall'), tone: 'red', icon: <IconTrash size={15} />, onSelect: () => confirm({ title: t('plugins.uninstall-title', { name: titleOf(row) }), text: t('plugins.uninstall-text'), action: t('plugins.uninstall'),
            run: () => uninstall.run({ plugin: row.plugin }).then(() => { refreshCatalogue(client); toast(t('plugins.uninstalled', { name: titleOf(row) })); }) }) },
          foreign(row) && purge.allowed && { label: t('plugins.purge'), tone: 'red', icon: <IconTrash size={15} />, onSelect: () => confirm({ title: t('plugins.purge-title', { name: titleOf(row) }), action: t('plugins.purge'), name: row.title, dies: [t('plugins.purge-dies')],
            run: () => purge.run({ plugin: row.plugin, confirm: row.title }).then(() => refreshCatalogue(client)) }) },
        ]} />
      {offered && <OfferDialog offer={offered} onClose={() => setOffered(undefined)} />}
      {shown && <Dialog title={titleOf(shown)} onClose={() => setShown(undefined)} size={640}><p className="muted">{t(`plugins.trust-${shown.trust}-text`)}</p><About plugin={shown} /><Actions of={shown} /><div className="buttons end">{foreign(shown) && shown.state === 'active' && stop.allowed && <Button tone="danger" icon={<IconPlayerStop size={16} />} onClick={() => { setShown(undefined); ask(shown); }}>{t('plugins.stop')}</Button>}<Button onClick={() => setShown(undefined)}>{t('close')}</Button></div></Dialog>}
    </Page>
  );
}

/** How it does, and what it may do beside its own actions. */
function About({ plugin }: { plugin: Plugin }) {
  const t = useT('');
  const locale = useLocale();
  const { data } = useRead<Plugin>('plugin.get', { plugin: plugin.plugin });
  const { usage, uses, publisher, marketplace, reason, state, quality, lacks } = data ?? plugin;
  return (
    <div style={{ marginBottom: 16 }}>
      <Facts items={[
        [t('plugins.state'), <><Status value={state} />{reason && <div>{reason}</div>}</>],
        [t('market.publisher'), publisher && `${publisher} · ${marketplace}`],
        [t('market.calls'), uses.length > 0 && uses.map((each) => <div key={each}><code>{each}</code></div>)],
        [t('plugins.usage'), usage && t('plugins.usage-text', { calls: formatNumber(usage.calls, locale), failed: formatNumber(usage.failed, locale), threads: usage.threads })],
        [t('plugins.mean'), usage && usage.calls > 0 && <Duration value={usage.mean} />],
        [t('plugins.memory'), usage && <Memory usage={usage} isolated={plugin.trust === 'isolated'} />],
        [t('plugins.processes'), usage?.processes !== undefined && t('plugins.of', { used: formatNumber(usage.processes, locale), limit: formatNumber(usage.processLimit ?? 0, locale) })],
        [t('plugins.quality'), quality && <>{t(`plugins.quality-${quality}`)} <span className="muted">{t(`plugins.quality-${quality}-text`)}</span></>],
        [t('plugins.lacks'), lacks.length > 0 && <details><summary>{t('plugins.lacks-count', { count: lacks.length })}</summary><ul>{lacks.map((each) => <li key={each}>{each}</li>)}</ul></details>],
      ]} />
    </div>
  );
}

/** Only a process of its own has memory of its own. */
function Memory({ usage, isolated }: { usage: Usage; isolated: boolean }) {
  const t = useT('');
  if (usage.memory === undefined) {
    return <span className="muted">{t(isolated ? 'plugins.memory-unknown' : 'plugins.memory-shared')}</span>;
  }
  return <span><Bytes value={usage.memory} /> / <Bytes value={usage.memoryLimit} /></span>;
}

function Actions({ of }: { of: Plugin }) {
  const t = useT('');
  const summaryOf = useSummary();
  if (!of.actions.length) {
    return <p className="muted">{t('plugins.no-actions')}</p>;
  }
  return (
    <dl className="facts">
      {of.actions.flatMap((id) => [<dt key={id}><code>{id}</code></dt>, <dd key={`${id} is`} className="muted">{summaryOf(id)}</dd>])}
    </dl>
  );
}

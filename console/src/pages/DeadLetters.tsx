import { useState } from 'react';
import { useT } from '../i18n/i18n';
import { Facts, RelativeTime } from '../ui/bits';
import { confirm } from '../ui/confirm';
import { Button } from '../ui/controls';
import { Dialog } from '../ui/dialog';
import { useAction, useList, useRead } from '../ui/hooks';
import { IconBell, IconEye, IconRefresh, IconTrash } from '../ui/icons';
import { Page } from '../ui/Page';
import { EmptyState, Loaded, Notice } from '../ui/states';
import { Table } from '../ui/Table';
import { toast } from '../ui/toast';
import { RouteTabs } from './RoutesPage';

interface Letter { letter: string; topic: string; subscriber: string; heard: boolean; reason: string; tries: number; at: string; failedAt: string; resource?: string }
interface Replayed { replayed: number; left: number }

/** `webhook:route.push-to-deploy` → `push-to-deploy`, `janitor:JanitorActions.hear` → `janitor`. */
const whoOf = (letter: Letter) => (/^[^:]+:route\.(.+)/.exec(letter.subscriber)?.[1] ?? letter.subscriber.split(':')[0]!);

export default function DeadLetters() {
  const t = useT('');
  const query = useList<Letter>('dead-letter.list', { limit: 500 }, { live: ['dead-letter.added', 'action.done', 'catalogue.changed'] });
  const replay = useAction<Replayed>('dead-letter.replay');
  const replayAll = useAction<Replayed>('dead-letter.replay-all');
  const drop = useAction('dead-letter.delete');
  const [shown, setShown] = useState<Letter>();
  const told = (done?: Replayed) => done && toast([t('letters.replayed', { count: done.replayed }), done.left > 0 && t('letters.left', { count: done.left })].filter(Boolean).join(' '));
  const all = replayAll.allowed && Boolean(query.data?.length) && <Button busy={replayAll.busy} icon={<IconRefresh size={16} />} onClick={() => void replayAll.go({}).then(told)}>{t('letters.replay-all')}</Button>;
  return (
    <Page title={t('routes.title')} tabs={<RouteTabs current="dead-letters" />} actions={all} lead={<span style={{ maxWidth: 720 }}>{t('letters.lead')}</span>}>
      <Table label={t('letters.title')} query={query} rowKey={(row) => row.letter} order="-when" search={(row) => `${row.topic} ${row.subscriber} ${row.reason}`}
        empty={<EmptyState icon={<IconBell size={20} />} title={t('letters.empty')} text={t('letters.empty-text')} />}
        under={(row) => [row.reason]}
        columns={[
          { id: 'topic', header: t('letters.event'), sort: (row) => row.topic, cell: (row) => <button type="button" className="copy main" onClick={() => setShown(row)}><code className="link">{row.topic}</code></button> },
          { id: 'who', header: t('letters.who'), width: 190, sort: whoOf, cell: (row) => <span className="clip" title={row.subscriber}>{whoOf(row)}{!row.heard && <span className="faint"> · {t('letters.gone')}</span>}</span> },
          { id: 'reason', header: t('letters.reason'), wideOnly: true, cell: (row) => <span className="muted clip" title={row.reason}>{row.reason}</span> },
          { id: 'when', header: t('letters.when'), width: 130, end: true, sort: (row) => Date.parse(row.failedAt), cell: (row) => <span className="muted"><RelativeTime at={row.failedAt} /></span> },
        ]}
        menu={(row) => [
          { label: t('letters.look'), icon: <IconEye size={15} />, onSelect: () => setShown(row) },
          replay.allowed && { label: t('letters.replay'), icon: <IconRefresh size={15} />, why: row.heard ? undefined : t('letters.gone-text'), onSelect: () => void replay.go({ letter: row.letter }).then(told) },
          drop.allowed && { label: t('letters.drop'), divided: true, tone: 'red', icon: <IconTrash size={15} />, onSelect: () => confirm({ title: t('letters.drop-title'), text: t('letters.drop-text', { who: whoOf(row) }), action: t('letters.drop'), run: () => drop.run({ letter: row.letter, confirm: row.topic }) }) },
        ]} />
      {shown && <Look of={shown} onClose={() => setShown(undefined)} onReplay={replay.allowed ? () => { setShown(undefined); void replay.go({ letter: shown.letter }).then(told); } : undefined} />}
    </Page>
  );
}

function Look({ of, onClose, onReplay }: { of: Letter; onClose: () => void; onReplay?: () => void }) {
  const t = useT('');
  const whole = useRead<{ data: unknown; by: string }>('dead-letter.get', { letter: of.letter });
  return (
    <Dialog title={of.topic} size={640} onClose={onClose}>
      <div className="stack">
        <Notice tone="red">{of.reason}</Notice>
        {!of.heard && <Notice tone="amber">{t('letters.gone-text')}</Notice>}
        <Facts items={[
          [t('letters.who'), <code key="who">{of.subscriber}</code>],
          [t('letters.tries'), of.tries],
          [t('letters.happened'), <RelativeTime key="at" at={of.at} />],
          [t('letters.when'), <RelativeTime key="failed" at={of.failedAt} />],
          [t('letters.about'), of.resource],
          [t('settings.who'), whole.data?.by],
        ]} />
        <Loaded query={whole}>{(value) => <pre className="copybox" tabIndex={0} style={{ maxHeight: 320, overflow: 'auto', alignItems: 'flex-start' }}><code>{JSON.stringify(value.data, undefined, 2)}</code></pre>}</Loaded>
        <div className="buttons end"><Button onClick={onClose}>{t('close')}</Button>{onReplay && <Button tone="primary" why={of.heard ? undefined : t('letters.gone-text')} onClick={onReplay}>{t('letters.replay')}</Button>}</div>
      </div>
    </Dialog>
  );
}

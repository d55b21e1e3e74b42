import { Button, Card, confirm, CopyBox, Dialog, EmptyState, IconKey, IconPlus, IconRefresh, IconShieldCheck, IconTrash, Notice, Page, RelativeTime, SchemaForm, Table, toast, useAction, useList, useQueryParam, useT } from '@openpanel/ui';
import { useState } from 'react';
import { Explain } from './Explain';

interface Key { key: string; name: string; prefix?: string; owner?: string; ownerName?: string; rotatedAt?: string; actions: string[]; createdAt: string; expiresAt?: string; expired?: boolean; usedAt?: string }
interface Made { token: string; name: string }

export default function ApiKeys() {
  const t = useT();
  const query = useList<Key>('api-key.list', {}, { live: ['api-key.*'] });
  const create = useAction<Made & Record<string, unknown>>('api-key.create');
  const remove = useAction('api-key.delete');
  const rotate = useAction<Made & Record<string, unknown>>('api-key.rotate');
  const [asked, ask] = useQueryParam('new');
  const [turning, turn] = useState<Key>();
  const [explained, explain] = useState<Key>();
  const [made, setMade] = useState<Made>();
  const add = create.allowed && <Button tone="primary" icon={<IconPlus size={16} />} onClick={() => ask('yes')}>{t('key.new')}</Button>;
  return (
    <Page title={t('keys.title')} actions={query.data?.length !== 0 && add} lead={t('keys.lead')}>
      <div className="stack">
        {made && (
          <Card title={t('key.made', { name: made.name })} actions={<Button small onClick={() => setMade(undefined)}>{t('key.kept')}</Button>}>
            <div className="body stack"><Notice tone="amber">{t('key.once')}</Notice><CopyBox text={made.token} label={t('key.token')} /><p className="muted">{t('key.how')} <code>OPENPANEL_TOKEN={'<'}{t('key.token').toLowerCase()}{'>'} openpanel-cli ps</code></p></div>
          </Card>
        )}
        <div>
          <Table label={t('keys.title')} query={query} rowKey={(row) => row.key} order="name"
            menu={(row) => [!row.expired && { label: t('member.explain'), icon: <IconShieldCheck size={15} />, onSelect: () => explain(row) }, rotate.allowed && !row.expired && { label: t('key.rotate'), icon: <IconRefresh size={15} />, onSelect: () => turn(row) }, remove.allowed && { label: t('do.delete'), tone: 'red', icon: <IconTrash size={15} />, onSelect: () => confirm({ title: t('delete.title', { name: row.name }), text: t('key.delete-text'), action: t('do.delete'),
              run: () => remove.run({ key: row.key }).then(() => toast(t('did.delete', { name: row.name }))) }) }]}
            under={(row) => [<code key="actions">{row.actions.join(' ')}</code>]}
            columns={[
              { id: 'name', header: t('key.name'), sort: (row) => row.name, cell: (row) => <span className="main">{row.name}</span> },
              { id: 'owner', header: t('key.owner'), width: 150, wideOnly: true, sort: (row) => row.ownerName ?? '', cell: (row) => <span className="muted clip">{row.ownerName ?? '–'}</span> },
              { id: 'prefix', header: t('key.token'), width: 176, wideOnly: true, cell: (row) => <code className="muted">{row.prefix ? `${row.prefix}…` : '–'}</code> },
              { id: 'actions', header: t('key.actions'), wideOnly: true, cell: (row) => <code className="muted">{row.actions.join(' ')}</code> },
              { id: 'used', header: t('key.used'), width: 130, end: true, wideOnly: true, cell: (row) => <span className="muted">{row.usedAt ? <RelativeTime at={row.usedAt} /> : t('key.never')}</span> },
              { id: 'expires', header: t('key.expires'), width: 120, end: true, sort: (row) => Date.parse(row.expiresAt ?? '') || 0, cell: (row) => (row.expired ? <span className="status red">{t('key.expired')}</span> : <span className="muted">{row.expiresAt ? <RelativeTime at={row.expiresAt} /> : t('key.no-end')}</span>) },
            ]}
            empty={<EmptyState icon={<IconKey size={20} />} title={t('keys.empty')} text={t('keys.empty-text')}>{add}</EmptyState>} />
        </div>
        {explained && <Explain of={{ name: explained.name, key: explained.key }} onClose={() => explain(undefined)} />}
        {turning && <Dialog title={t('key.rotate-title', { name: turning.name })} onClose={() => turn(undefined)}>
          <SchemaForm action="api-key.rotate" fixed={{ key: turning.key }} fields={['overlap']} advanced={['expiresIn']} initial={{ overlap: 'PT1H' }} submit={t('key.rotate')} run={rotate.run} onCancel={() => turn(undefined)}
            onDone={(output) => { turn(undefined); setMade(output as unknown as Made); }} />
        </Dialog>}
        {asked && <Dialog title={t('key.new')} onClose={() => ask(undefined)}>
          <SchemaForm action="api-key.create" fields={['name', 'actions', 'expiresIn']} initial={{ actions: ['*.list', '*.get', 'deployment.start'], expiresIn: 'P90D' }} submit={t('key.make')} run={create.run} onCancel={() => ask(undefined)}
            onDone={(output) => { ask(undefined); setMade(output as unknown as Made); }} />
        </Dialog>}
      </div>
    </Page>
  );
}

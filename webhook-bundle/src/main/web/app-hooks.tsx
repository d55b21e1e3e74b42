import { Button, Card, confirm, CopyBox, Dialog, EmptyState, IconPlus, IconTrash, IconWebhook, Notice, RelativeTime, SchemaForm, Table, toast, useAction, useList, useT } from '@openpanel/ui';
import { useState } from 'react';

interface Hook { hook: string; path: string; branch?: string; app: string; createdAt: string; usedAt?: string }
interface Made { hook: string; path: string; secret: string }

const urlOf = (path: string): string => (path.startsWith('http') ? path : `${window.location.origin}${path}`);

/** The Webhooks tab of an app: what a Git host calls after a push. */
export default function AppHooks({ resource }: { resource: string }) {
  const t = useT();
  const query = useList<Hook>('hook.list', { app: resource }, { live: ['hook.*', 'git.pushed'] });
  const create = useAction<Made & Record<string, unknown>>('hook.create');
  const remove = useAction('hook.delete');
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<Made>();
  const add = create.allowed && <Button icon={<IconPlus size={16} />} onClick={() => setAdding(true)}>{t('hook.add')}</Button>;
  return (
    <div className="stack">
      {made && (
        <Card title={t('hook.made')} actions={<Button small onClick={() => setMade(undefined)}>{t('hook.kept')}</Button>}>
          <div className="body stack">
            <Notice tone="amber">{t('hook.once')}</Notice>
            <div className="stack tight"><span className="muted">{t('hook.url')}</span><CopyBox text={urlOf(made.path)} label={t('hook.url')} /></div>
            <div className="stack tight"><span className="muted">{t('hook.secret')}</span><CopyBox text={made.secret} label={t('hook.secret')} /></div>
            <p className="muted">{t('hook.how')}</p>
          </div>
        </Card>
      )}
      <div>
        <Table label={t('hooks.title')} query={query} rowKey={(row) => row.hook} tools={query.data?.length ? add : undefined}
          menu={(row) => [remove.allowed && { label: t('do.delete'), tone: 'red', icon: <IconTrash size={15} />, onSelect: () => confirm({ title: t('delete.title'), text: t('delete.text'), action: t('do.delete'),
            run: () => remove.run({ hook: row.hook }).then(() => toast(t('did.delete'))) }) }]}
          under={(row) => [row.branch ?? t('hook.any'), row.usedAt && <RelativeTime key="used" at={row.usedAt} />]}
          columns={[
            { id: 'path', header: t('hook.url'), cell: (row) => <code>{urlOf(row.path)}</code> },
            { id: 'branch', header: t('hook.branch'), width: 160, wideOnly: true, cell: (row) => <span className="muted">{row.branch ?? t('hook.any')}</span> },
            { id: 'used', header: t('hook.used'), width: 140, end: true, wideOnly: true, cell: (row) => <span className="muted"><RelativeTime at={row.usedAt} /></span> },
          ]}
          empty={<EmptyState icon={<IconWebhook size={20} />} title={t('hooks.empty')} text={t('hooks.empty-text')}>{add}</EmptyState>} />
      </div>
      {adding && <Dialog title={t('hook.add')} onClose={() => setAdding(false)}>
        <SchemaForm action="hook.create" fixed={{ app: resource }} fields={['branch']} submit={t('hook.add')} run={create.run} onCancel={() => setAdding(false)} onDone={(output) => { setAdding(false); setMade(output as unknown as Made); }} />
      </Dialog>}
    </div>
  );
}

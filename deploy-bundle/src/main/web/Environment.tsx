import { Button, confirm, Dialog, EmptyState, Field, IconKey, IconLock, IconPencil, IconPlus, IconTrash, Notice, ProblemNotice, SchemaForm, Switch, Table, toast, useAction, useList, useT } from '@openpanel/ui';
import { useState } from 'react';
import type { App } from './model';

interface Variable { variable: string; name: string; value?: string; secret: boolean; scope?: string }

export function Environment({ app }: { app: App }) {
  const t = useT();
  const query = useList<Variable>('variable.list', { app: app.app }, { live: ['variable.*', 'app.*'] });
  const set = useAction('variable.set');
  const remove = useAction('variable.delete');
  const many = useAction('variable.import');
  const [asked, ask] = useState<'one' | 'many' | Variable>();
  const [touched, setTouched] = useState(false);
  const close = () => ask(undefined);
  const changed = () => {
    close();
    setTouched(true);
  };
  const editing = typeof asked === 'object' ? asked : undefined;
  const actions = <>
    {many.allowed && <Button onClick={() => ask('many')}>{t('variable.import')}</Button>}
    {set.allowed && <Button tone={query.data?.length ? 'plain' : 'primary'} icon={<IconPlus size={16} />} onClick={() => ask('one')}>{t('variable.add')}</Button>}
  </>;
  return (
    <div className="stack">
      {touched && <Notice>{t('variable.redeploy')}</Notice>}
      <div>
        <Table label={t('tab.environment')} query={query} rowKey={(row) => row.variable ?? row.name} order="name" search={(row) => row.name} tools={actions}
          menu={(row) => [
            set.allowed && { label: t('do.edit'), icon: <IconPencil size={15} />, onSelect: () => ask(row) },
            remove.allowed && { label: t('do.delete'), tone: 'red', divided: true, icon: <IconTrash size={15} />, onSelect: () => confirm({ title: t('delete.title', { name: row.name }), text: t('variable.delete-text'), action: t('do.delete'),
              run: async () => {
                await remove.run({ variable: row.variable });
                toast(t('did.delete', { name: row.name }));
                setTouched(true);
              } }) },
          ]}
          under={(row) => [t(`scope.${row.scope ?? 'runtime'}`)]}
          columns={[
            { id: 'name', header: t('variable.name'), sort: (row) => row.name, cell: (row) => <code style={{ fontWeight: 550 }}>{row.name}</code> },
            { id: 'value', header: t('variable.value'), cell: (row) => (row.secret ? <span className="row faint"><IconLock size={14} /><span aria-label={t('variable.hidden')}>••••••••</span></span> : <code className="muted">{row.value}</code>) },
            { id: 'scope', header: t('variable.scope'), width: 150, wideOnly: true, cell: (row) => <span className="muted">{t(`scope.${row.scope ?? 'runtime'}`)}</span> },
          ]}
          empty={<EmptyState icon={<IconKey size={20} />} title={t('variable.empty')} text={t('variable.empty-text')} />} />
      </div>
      {(asked === 'one' || editing) && (
        <Dialog title={editing ? t('variable.edit', { name: editing.name }) : t('variable.add')} onClose={close}>
          <SchemaForm action="variable.set" fixed={{ app: app.app, ...(editing ? { name: editing.name } : {}) }} fields={['name', 'value', 'secret', 'scope']} run={set.run} onCancel={close} onDone={changed}
            initial={editing ? { value: editing.value, secret: editing.secret, scope: editing.scope } : { secret: true, scope: 'runtime' }} />
        </Dialog>
      )}
      {asked === 'many' && <Dialog title={t('variable.import')} onClose={close} size={600}><Import app={app} onDone={changed} onCancel={close} /></Dialog>}
    </div>
  );
}

function Import({ app, onDone, onCancel }: { app: App; onDone: () => void; onCancel: () => void }) {
  const t = useT();
  const many = useAction('variable.import');
  const [text, setText] = useState('');
  const [secret, setSecret] = useState(true);
  return (
    <form className="fields" onSubmit={(event) => { event.preventDefault(); void many.run({ app: app.app, text, secret }).then(onDone, () => undefined); }}>
      <Field name="text" action="variable.import" schema={{ type: 'string', format: 'multiline', examples: ['PORT=8080\nDATABASE_URL=postgresql://…'] }} value={text} error={many.problem?.errors.text} onChange={(value) => setText(String(value))} />
      <Switch label={t('field.secret')} description={t('help.secret')} checked={secret} onChange={(event) => setSecret(event.currentTarget.checked)} />
      <ProblemNotice error={many.problem?.errors.text ? undefined : many.problem} />
      <div className="buttons end" style={{ marginTop: 4 }}><Button onClick={onCancel}>{t('cancel')}</Button><Button type="submit" tone="primary" busy={many.busy} disabled={!text.trim()}>{t('variable.import')}</Button></div>
    </form>
  );
}

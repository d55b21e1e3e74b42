import { confirm, Dialog, IconTrash, SchemaForm, toast, useAction, useT, type MenuItem } from '@openpanel/ui';

export interface Domain { domain: string; host: string; app: string; generated: boolean; address: string; tls: boolean; status: string; createdAt: string }

export const idOf = (ref: string): string => ref.slice(ref.indexOf(':') + 1);

export function useDomainMenu(): (row: Domain) => (MenuItem | false)[] {
  const t = useT();
  const remove = useAction('domain.delete');
  return (row) => [remove.allowed && { label: t('do.delete'), tone: 'red', icon: <IconTrash size={15} />, onSelect: () => confirm({
    title: t('delete.title', { name: row.host }), action: t('do.delete'), dies: [t('delete.dies', { host: row.host })], survives: [t('delete.survives')],
    run: () => remove.run({ domain: row.domain }).then(() => toast(t('did.delete', { name: row.host }))) }) }];
}

export function AddDomain({ app, onClose }: { app?: string; onClose: () => void }) {
  const t = useT();
  const create = useAction('domain.create');
  return (
    <Dialog title={t('domain.add')} onClose={onClose}>
      <SchemaForm action="domain.create" fixed={app ? { app } : {}} fields={['app', 'host']} submit={t('domain.add')} run={create.run} onCancel={onClose} onDone={onClose}>
        <p className="muted">{t('domain.dns')}</p>
      </SchemaForm>
    </Dialog>
  );
}

import { confirm, Dialog, IconTrash, IconWorld, SchemaForm, toast, useAction, useT, type MenuItem } from '@openpanel/ui';

export interface Domain { domain: string; host: string; unicode?: string; app: string; generated: boolean; address: string; tls: boolean; status: string; createdAt: string }

export const idOf = (ref: string): string => ref.slice(ref.indexOf(':') + 1);

/** As its owners write it; the kept form is in the title of what shows it. */
export const nameOf = (row: Domain): string => row.unicode ?? row.host;

/** @param main the address its app is known by, where that is shown */
export function useDomainMenu(main?: string): (row: Domain) => (MenuItem | false)[] {
  const t = useT();
  const remove = useAction('domain.delete');
  const update = useAction('app.update');
  return (row) => [main !== undefined && main !== row.address && update.allowed && { label: t('domain.make-main'), icon: <IconWorld size={15} />,
    onSelect: () => void update.go({ app: row.app, mainDomain: row.domain }).then((done) => done && toast(t('domain.made-main', { host: nameOf(row) }))) },
  remove.allowed && { label: t('do.delete'), tone: 'red', icon: <IconTrash size={15} />, onSelect: () => confirm({
    title: t('delete.title', { name: nameOf(row) }), action: t('do.delete'), dies: [t('delete.dies', { host: nameOf(row) })], survives: [t('delete.survives')],
    run: () => remove.run({ domain: row.domain }).then(() => toast(t('did.delete', { name: nameOf(row) }))) }) }];
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

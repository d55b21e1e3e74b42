import { Avatar, Button, confirm, Dialog, EmptyState, IconPlus, IconTrash, IconUser, RelativeTime, SchemaForm, Table, toast, useAction, useList, useT } from '@openpanel/ui';
import { useState } from 'react';
import { roleName } from './model';

interface Grant { grant: string; member: string; memberName: string; email: string; role: string; roleName: string; createdAt: string }

/** The Access tab of a project or an app: who has a role here and nowhere else. */
export default function ProjectAccess({ resource }: { resource: string }) {
  const t = useT();
  const query = useList<Grant>('grant.list', { resource }, { live: ['grant.*', 'member.*', 'role.*'] });
  const create = useAction('grant.create');
  // Whoever looks after the project alone sees no list of members to choose from.
  const share = useAction('grant.share');
  const remove = useAction('grant.delete');
  const [adding, add] = useState(false);
  const button = (create.allowed || share.allowed) && <Button icon={<IconPlus size={16} />} onClick={() => add(true)}>{t(create.allowed ? 'grant.new' : 'grant.share')}</Button>;
  return (
    <div className="stack">
      <p className="muted">{t('grants.lead')}</p>
      <div><Table label={t('grants.title')} query={query} rowKey={(row) => row.grant} tools={query.data?.length ? button : undefined}
        menu={(row) => [remove.allowed && { label: t('grant.take'), tone: 'red', icon: <IconTrash size={15} />, onSelect: () => confirm({ title: t('grant.take-title', { name: row.memberName }), text: t('grant.take-text'), action: t('grant.take'), run: () => remove.run({ grant: row.grant }).then(() => toast(t('grant.taken', { name: row.memberName }))) }) }]}
        under={(row) => [row.email, roleName(t, row.role, row.roleName)]}
        columns={[
          { id: 'name', header: t('field.member'), sort: (row) => row.memberName.toLowerCase(), cell: (row) => <span className="row"><Avatar name={row.memberName || row.email} /><span className="main clip">{row.memberName}</span></span> },
          { id: 'email', header: t('field.email'), wideOnly: true, cell: (row) => <span className="muted clip">{row.email}</span> },
          { id: 'role', header: t('field.role'), width: 180, wideOnly: true, cell: (row) => <span className="tag">{roleName(t, row.role, row.roleName)}</span> },
          { id: 'since', header: t('member.since'), width: 130, end: true, wideOnly: true, cell: (row) => <span className="muted"><RelativeTime at={row.createdAt} /></span> },
        ]}
        empty={<EmptyState icon={<IconUser size={20} />} title={t('grants.empty')} text={t('grants.empty-text')}>{button}</EmptyState>} /></div>
      {adding && !create.allowed && <Dialog title={t('grant.share-title')} onClose={() => add(false)}>
        <SchemaForm action="grant.share" fixed={{ resource }} fields={['email', 'role']} initial={{ role: 'developer' }} submit={t('grant.share-make')} run={share.run} onCancel={() => add(false)} onDone={() => add(false)} />
      </Dialog>}
      {adding && create.allowed && <Dialog title={t('grant.new')} onClose={() => add(false)}>
        <SchemaForm action="grant.create" fixed={{ resource }} fields={['member', 'role']} initial={{ role: 'role:developer' }} submit={t('grant.make')} run={create.run} onCancel={() => add(false)} onDone={() => add(false)} />
      </Dialog>}
    </div>
  );
}

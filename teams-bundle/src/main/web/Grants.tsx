import { confirm, Dialog, IconTrash, Link, Menu, toast, useAction, useList, useT } from '@openpanel/ui';
import { roleName, type Member } from './model';

interface Grant { grant: string; role: string; roleName: string; resource: string; resourceName: string }

const PAGES: Record<string, string> = { project: '/projects', app: '/apps' };

/** What a member has a role on besides the team: to be looked at, and to be taken away. */
export function Grants({ member, onClose }: { member: Member; onClose: () => void }) {
  const t = useT();
  const query = useList<Grant>('grant.list', { member: member.member }, { live: ['grant.*'] });
  return (
    <Dialog title={t('member.grants-of', { name: member.name })} onClose={onClose}>
      {query.data?.length === 0 && <p className="muted">{t('member.no-grants')}</p>}
      <ul className="stack tight" style={{ listStyle: 'none', margin: 0, padding: 0 }} aria-label={t('member.grants')}>{query.data?.map((each) => <One key={each.grant} of={each} name={member.name} />)}</ul>
    </Dialog>
  );
}

function One({ of, name }: { of: Grant; name: string }) {
  const t = useT();
  const remove = useAction('grant.delete');
  const [kind, id] = of.resource.split(':') as [string, string];
  const known = t(`kind.${kind}`);
  return (
    <li className="row" style={{ gap: 8 }}>
      <span className="muted">{known === `kind.${kind}` ? kind : known}</span>
      {PAGES[kind] ? <Link className="quiet-link main" href={`${PAGES[kind]}/${id}`}>{of.resourceName}</Link> : <span className="main">{of.resourceName}</span>}
      <span className="tag">{roleName(t, of.role, of.roleName)}</span>
      <span className="grow" />
      <Menu small items={[remove.allowed && { label: t('grant.take'), tone: 'red', icon: <IconTrash size={15} />, onSelect: () => confirm({ title: t('grant.take-title', { name }), text: t('grant.take-text'), action: t('grant.take'), run: () => remove.run({ grant: of.grant }).then(() => toast(t('grant.taken', { name }))) }) }]} />
    </li>
  );
}

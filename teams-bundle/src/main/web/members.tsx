import { Avatar, Button, Card, confirm, CopyBox, Dialog, EmptyState, IconFolder, IconKey, IconLock, IconPencil, IconPlus, IconShieldCheck, IconTrash, IconUser, Notice, Page, RelativeTime, SchemaForm, Table, toast, useAction, useList, useQueryParam, useT } from '@openpanel/ui';
import { useState } from 'react';
import { Explain } from './Explain';
import { Grants } from './Grants';
import { roleName, type Member } from './model';

interface Invitation { invitation: string; email: string; role: string; roleName: string; resourceName?: string; expiresAt: string }
interface Made { email: string; path: string; mailed: boolean }
interface Token { token: string; name: string }

export default function Members() {
  const t = useT();
  const query = useList<Member>('member.list', {}, { live: ['member.*', 'grant.*'] });
  const invite = useAction<Made & Record<string, unknown>>('invitation.create');
  const update = useAction('member.update');
  const remove = useAction('member.remove');
  const reset = useAction('factor.reset');
  const service = useAction('service-account.create');
  const newKey = useAction<Token & Record<string, unknown>>('api-key.create');
  const [asked, ask] = useQueryParam('invite');
  const [adding, add] = useState(false);
  const [keyed, key] = useState<Member>();
  const [token, setToken] = useState<Token>();
  const [made, setMade] = useState<Made>();
  const [changing, change] = useState<Member>();
  const [explained, explain] = useState<Member>();
  const [granted, show] = useState<Member>();
  const taken = (row: Member) => confirm({
    title: t('member.remove-title', { name: row.name }), name: row.name, action: t('member.remove'), dies: [t('member.dies-keys'), t('member.dies-grants')], survives: [t('member.survives')],
    run: () => remove.run({ member: row.member, confirm: row.name }).then(() => toast(t('member.removed', { name: row.name }))),
  });
  const cleared = (row: Member) => confirm({
    title: t('member.reset-title', { name: row.name }), name: row.name, action: t('member.reset'), dies: [t('member.dies-factors'), t('member.dies-sessions')], survives: [t('member.survives-reset')],
    run: () => reset.run({ member: row.member, confirm: row.name }).then(() => toast(t('member.was-reset', { name: row.name }))),
  });
  return (
    <Page title={t('members.title')} lead={t('members.lead')} actions={<>
      {service.allowed && <Button icon={<IconKey size={16} />} onClick={() => add(true)}>{t('service.new')}</Button>}
      {invite.allowed && <Button tone="primary" icon={<IconPlus size={16} />} onClick={() => ask('yes')}>{t('member.invite')}</Button>}
    </>}>
      <div className="stack">
        {made && (
          <Card title={t('invitation.made', { email: made.email })} actions={<Button small onClick={() => setMade(undefined)}>{t('key.kept')}</Button>}>
            <div className="body stack"><Notice tone="amber">{t('invitation.once')}{made.mailed && ` ${t('invitation.mailed')}`}</Notice><CopyBox text={`${window.location.origin}${made.path}`} label={t('invitation.link')} /></div>
          </Card>
        )}
        {token && (
          <Card title={t('key.made', { name: token.name })} actions={<Button small onClick={() => setToken(undefined)}>{t('key.kept')}</Button>}>
            <div className="body stack"><Notice tone="amber">{t('key.once')}</Notice><CopyBox text={token.token} label={t('key.token')} /></div>
          </Card>
        )}
        <div>
          <Table label={t('members.title')} query={query} rowKey={(row) => row.member} search={(row) => `${row.name} ${row.email} ${row.roleName}`}
            menu={(row) => [
              row.service && service.allowed && { label: t('key.new'), icon: <IconKey size={15} />, onSelect: () => key(row) },
              update.allowed && { label: t('member.change'), icon: <IconPencil size={15} />, onSelect: () => change(row) },
              row.grants > 0 && { label: t('member.grants'), icon: <IconFolder size={15} />, onSelect: () => show(row) },
              { label: t('member.explain'), icon: <IconShieldCheck size={15} />, onSelect: () => explain(row) },
              reset.allowed && row.secondFactor && { label: t('member.reset'), tone: 'red', divided: true, icon: <IconLock size={15} />, onSelect: () => cleared(row) },
              remove.allowed && { label: t('member.remove'), tone: 'red', divided: true, icon: <IconTrash size={15} />, onSelect: () => taken(row) },
            ]}
            under={(row) => [row.service ? t('service.one') : row.email, roleName(t, row.role, row.roleName), row.secondFactor && t('member.factor')]}
            columns={[
              { id: 'name', header: t('field.name'), sort: (row) => row.name.toLowerCase(), cell: (row) => <span className="row"><Avatar name={row.name || row.email} /><span className="main clip">{row.name}</span></span> },
              { id: 'email', header: t('field.email'), wideOnly: true, sort: (row) => row.email, cell: (row) => (row.service ? <span className="tag">{t('service.one')}</span> : <span className="muted clip">{row.email}</span>) },
              { id: 'role', header: t('field.role'), width: 180, wideOnly: true, sort: (row) => row.roleName, cell: (row) => <span className="tag">{roleName(t, row.role, row.roleName)}</span> },
              { id: 'factor', header: t('member.factor'), width: 140, wideOnly: true, sort: (row) => Number(row.secondFactor), cell: (row) => (row.secondFactor ? <span className="status green">{t('member.factor-on')}</span> : <span className="muted">–</span>) },
              { id: 'grants', header: t('member.grants'), width: 120, end: true, wideOnly: true, cell: (row) => (row.grants ? <button type="button" className="copy" aria-label={`${row.grants}: ${t('member.grants-of', { name: row.name })}`} onClick={() => show(row)}><span className="link num">{row.grants}</span></button> : <span className="num muted">–</span>) },
              { id: 'since', header: t('member.since'), width: 130, end: true, wideOnly: true, cell: (row) => <span className="muted"><RelativeTime at={row.createdAt} /></span> },
            ]}
            empty={<EmptyState icon={<IconUser size={20} />} title={t('members.empty')} text={t('members.empty-text')} />} />
        </div>
        {invite.allowed && <Invitations />}
      </div>
      {asked && <Dialog title={t('member.invite')} onClose={() => ask(undefined)}>
        <SchemaForm action="invitation.create" fields={['email', 'role']} advanced={['resource', 'expiresIn']} initial={{ role: 'role:developer' }} submit={t('invitation.make')} run={invite.run} onCancel={() => ask(undefined)}
          onDone={(output) => { ask(undefined); setMade(output as unknown as Made); }} />
      </Dialog>}
      {adding && <Dialog title={t('service.new')} onClose={() => add(false)}>
        <SchemaForm action="service-account.create" fields={['name', 'role']} initial={{ role: 'role:developer' }} submit={t('service.make')} run={service.run} onCancel={() => add(false)} onDone={() => add(false)} />
      </Dialog>}
      {keyed && <Dialog title={t('service.key', { name: keyed.name })} onClose={() => key(undefined)}>
        <SchemaForm action="api-key.create" fixed={{ account: keyed.member }} fields={['name', 'actions', 'expiresIn']} initial={{ name: `${keyed.name}-key`, actions: ['*.list', '*.get', 'deployment.start'], expiresIn: 'P90D' }} submit={t('key.make')} run={newKey.run} onCancel={() => key(undefined)}
          onDone={(output) => { key(undefined); setToken(output as unknown as Token); }} />
      </Dialog>}
      {changing && <Dialog title={t('member.change-title', { name: changing.name })} onClose={() => change(undefined)}>
        <SchemaForm action="member.update" fixed={{ member: changing.member }} fields={['role']} initial={{ role: changing.role }} run={update.run} onCancel={() => change(undefined)} onDone={() => change(undefined)} />
      </Dialog>}
      {granted && <Grants member={granted} onClose={() => show(undefined)} />}
      {explained && <Explain of={explained} onClose={() => explain(undefined)} />}
    </Page>
  );
}

function Invitations() {
  const t = useT();
  const query = useList<Invitation>('invitation.list', {}, { live: ['invitation.*'] });
  const remove = useAction('invitation.delete');
  if (!query.data?.length) {
    return null;
  }
  return (
    <section className="stack tight">
      <h2>{t('invitations.title')}</h2>
      <Table label={t('invitations.title')} query={query} rowKey={(row) => row.invitation}
        menu={(row) => [remove.allowed && { label: t('invitation.withdraw'), tone: 'red', icon: <IconTrash size={15} />, onSelect: () => confirm({ title: t('invitation.withdraw-title', { email: row.email }), text: t('invitation.withdraw-text'), action: t('invitation.withdraw'), run: () => remove.run({ invitation: row.invitation }) }) }]}
        under={(row) => [roleName(t, row.role, row.roleName), row.resourceName]}
        columns={[
          { id: 'email', header: t('field.email'), cell: (row) => <span className="main clip">{row.email}</span> },
          { id: 'role', header: t('field.role'), width: 180, wideOnly: true, cell: (row) => <span className="tag">{roleName(t, row.role, row.roleName)}</span> },
          { id: 'on', header: t('invitation.on'), width: 180, wideOnly: true, cell: (row) => <span className="muted clip">{row.resourceName ?? t('invitation.team')}</span> },
          { id: 'ends', header: t('key.expires'), width: 130, end: true, cell: (row) => <span className="muted"><RelativeTime at={row.expiresAt} /></span> },
        ]}
        empty={null} />
    </section>
  );
}

import { Avatar, Button, Card, confirm, CopyBox, EmptyState, IconKey, IconLock, IconLogout, IconTrash, IconUser, Notice, Page, RelativeTime, Table, toast, useAction, useList, useT } from '@openpanel/ui';
import { useState } from 'react';

interface Person { user: string; name: string; email: string; teams: string[]; disabled: boolean; secondFactor: boolean; sessions: number; usedAt?: string; createdAt: string }
interface Link { email: string; path: string; expiresAt: string }

/** Everybody with an account on the panel, in whatever team. */
export default function People() {
  const t = useT();
  const query = useList<Person>('user.list', {}, { live: ['user.*', 'member.*', 'session.*'] });
  const disable = useAction('user.disable');
  const enable = useAction('user.enable');
  const out = useAction('user.log-out');
  const remove = useAction('user.delete');
  const reset = useAction<Link & Record<string, unknown>>('password-reset.create');
  const [made, setMade] = useState<Link>();
  const name = (row: Person) => row.name || row.email;
  const shut = (row: Person) => confirm({
    title: t('people.disable-title', { name: name(row) }), text: t('people.disable-text'), action: t('people.disable'),
    run: () => disable.run({ user: row.user }).then(() => toast(t('people.was-disabled', { name: name(row) }))),
  });
  const removed = (row: Person) => confirm({
    title: t('people.delete-title', { name: name(row) }), name: row.name, action: t('people.delete'), dies: [t('people.dies-ways'), t('people.dies-keys'), t('people.dies-places')], survives: [t('people.survives')],
    run: () => remove.run({ user: row.user, confirm: row.name }).then(() => toast(t('people.was-deleted', { name: name(row) }))),
  });
  const ended = (row: Person) => confirm({
    title: t('people.out-title', { name: name(row) }), text: t('people.out-text'), action: t('people.out'),
    run: () => out.run({ user: row.user }).then(() => toast(t('people.was-out', { name: name(row) }))),
  });
  const link = (row: Person) => confirm({
    title: t('people.reset-title', { name: name(row) }), text: t('people.reset-text'), action: t('people.reset-go'),
    run: () => reset.run({ user: row.user }).then(setMade),
  });
  return (
    <Page title={t('people.title')} lead={t('people.lead')}>
      <div className="stack">
        {made && (
          <Card title={t('people.link', { email: made.email })} actions={<Button small onClick={() => setMade(undefined)}>{t('key.kept')}</Button>}>
            <div className="body stack"><Notice tone="amber">{t('people.link-once')}</Notice><CopyBox text={`${window.location.origin}${made.path}`} label={t('invitation.link')} /></div>
          </Card>
        )}
        <div>
          <Table label={t('people.title')} query={query} rowKey={(row) => row.user} search={(row) => `${row.name} ${row.email} ${row.teams.join(' ')}`}
            menu={(row) => [
              reset.allowed && !row.disabled && { label: t('people.reset'), icon: <IconKey size={15} />, onSelect: () => link(row) },
              out.allowed && row.sessions > 0 && { label: t('people.out'), icon: <IconLogout size={15} />, onSelect: () => ended(row) },
              enable.allowed && row.disabled && { label: t('people.enable'), divided: true, icon: <IconUser size={15} />, onSelect: () => void enable.go({ user: row.user }).then((done) => done && toast(t('people.was-enabled', { name: name(row) }))) },
              disable.allowed && !row.disabled && { label: t('people.disable'), tone: 'red', divided: true, icon: <IconLock size={15} />, onSelect: () => shut(row) },
              remove.allowed && { label: t('people.delete'), tone: 'red', icon: <IconTrash size={15} />, onSelect: () => removed(row) },
            ]}
            under={(row) => [row.email, row.disabled && t('people.disabled'), row.teams.join(', ')]}
            columns={[
              { id: 'name', header: t('field.name'), sort: (row) => row.name.toLowerCase(), cell: (row) => <span className="row"><Avatar name={name(row)} /><span className="main clip">{row.name}</span></span> },
              { id: 'email', header: t('field.email'), wideOnly: true, sort: (row) => row.email, cell: (row) => <span className="muted clip">{row.email}</span> },
              { id: 'state', header: t('people.state'), width: 130, wideOnly: true, sort: (row) => Number(row.disabled), cell: (row) => <span className={`status ${row.disabled ? 'red' : 'green'}`}>{t(row.disabled ? 'people.disabled' : 'people.enabled')}</span> },
              { id: 'teams', header: t('people.teams'), wideOnly: true, cell: (row) => <span className="muted clip">{row.teams.join(', ') || '–'}</span> },
              { id: 'factor', header: t('member.factor'), width: 130, wideOnly: true, sort: (row) => Number(row.secondFactor), cell: (row) => (row.secondFactor ? <span className="status green">{t('member.factor-on')}</span> : <span className="muted">–</span>) },
              { id: 'sessions', header: t('people.sessions'), width: 100, end: true, wideOnly: true, sort: (row) => row.sessions, cell: (row) => <span className="num muted">{row.sessions || '–'}</span> },
              { id: 'used', header: t('session.used'), width: 130, end: true, wideOnly: true, cell: (row) => <span className="muted">{row.usedAt ? <RelativeTime at={row.usedAt} /> : '–'}</span> },
            ]}
            empty={<EmptyState icon={<IconUser size={20} />} title={t('people.empty')} text={t('people.empty-text')} />} />
        </div>
      </div>
    </Page>
  );
}

import { Button, confirm, IconTrash, LinesSkeleton, Loaded, Page, PasswordInput, ProblemNotice, RelativeTime, SchemaForm, Section, Table, toast, useAction, useList, useRead, useT } from '@openpanel/ui';
import { useState } from 'react';

interface Profile { user: string; name: string; email: string; teamName?: string; role?: string; teams: { team: string; name: string; role: string }[] }
interface Session { session: string; device: string; address: string; createdAt: string; usedAt: string; endsAt: string; current: boolean }

export default function ProfilePage() {
  const t = useT();
  const query = useRead<Profile>('profile.get');
  const update = useAction('profile.update');
  return (
    <Page title={t('profile.title')}>
      <Loaded query={query} skeleton={<LinesSkeleton />}>
        {(profile) => (
          <div>
            <Section title={t('profile.you')} help={t('profile.you-help')}>
              <SchemaForm action="profile.update" fields={['name', 'email', 'password']} without={(draft) => (draft.email === profile.email ? ['password'] : [])} initial={{ name: profile.name, email: profile.email }} onDone={() => toast(t('profile.saved'))}
                run={(input) => update.run({ ...(input.name !== profile.name ? { name: input.name } : {}), ...(input.email !== profile.email ? { email: input.email, password: input.password } : {}) })} />
            </Section>
            <Section title={t('profile.password')} help={t('profile.password-help')}><Password /></Section>
            <Section title={t('profile.teams')} help={t('profile.teams-help')}>
              <ul className="stack tight">{profile.teams.map((team) => <li key={team.team} className="row"><b style={{ fontWeight: 540 }}>{team.name}</b><span className="tag">{t(`role.${team.role}`)}</span></li>)}</ul>
            </Section>
            <Section title={t('profile.sessions')} help={t('profile.sessions-help')}><Sessions /></Section>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Password() {
  const t = useT();
  const change = useAction('profile.password');
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  return (
    <form className="fields" onSubmit={(event) => {
      event.preventDefault();
      void change.run({ current, password }).then(() => {
        setCurrent('');
        setPassword('');
        toast(t('profile.password-changed'));
      }, () => undefined);
    }}>
      <PasswordInput label={t('profile.current')} autoComplete="current-password" value={current} error={change.problem?.errors.current} visibilityToggleButtonProps={{ 'aria-label': t('form.reveal') }} onChange={(event) => setCurrent(event.currentTarget.value)} />
      <PasswordInput label={t('profile.new')} description={t('profile.length')} autoComplete="new-password" value={password} error={change.problem?.errors.password} visibilityToggleButtonProps={{ 'aria-label': t('form.reveal') }} onChange={(event) => setPassword(event.currentTarget.value)} />
      <ProblemNotice error={change.problem && !Object.keys(change.problem.errors).length ? change.problem : undefined} />
      <div className="buttons end" style={{ marginTop: 4 }}><Button type="submit" busy={change.busy} disabled={!current || password.length < 12}>{t('profile.change')}</Button></div>
    </form>
  );
}

function Sessions() {
  const t = useT();
  const query = useList<Session>('session.list', {}, { live: ['session.*'] });
  const end = useAction('session.delete');
  return (
    <Table bare label={t('profile.sessions')} query={query} rowKey={(row) => row.session}
      menu={(row) => [!row.current && { label: t('session.end'), tone: 'red', icon: <IconTrash size={15} />, onSelect: () => confirm({ title: t('session.end-title'), text: t('session.end-text'), action: t('session.end'), run: () => end.run({ session: row.session }) }) }]}
      under={(row) => [<code key="address">{row.address}</code>]}
      columns={[
        { id: 'device', header: t('session.device'), cell: (row) => <span className="row"><span className="clip" title={row.device}>{deviceOf(row.device)}</span>{row.current && <span className="tag">{t('session.this')}</span>}</span> },
        { id: 'address', header: t('session.address'), width: 150, wideOnly: true, cell: (row) => <code className="muted">{row.address}</code> },
        { id: 'used', header: t('session.used'), width: 130, end: true, cell: (row) => <span className="muted"><RelativeTime at={row.usedAt} /></span> },
      ]}
      empty={<p className="muted" style={{ padding: 16 }}>–</p>} />
  );
}

/** `Mozilla/5.0 (X11; Linux…) … Firefox/130` → `Firefox, Linux`. */
function deviceOf(agent: string): string {
  const browser = /Edg|OPR|Firefox|Chrome|Safari|openpanel-cli|curl/.exec(agent)?.[0]?.replace('Edg', 'Edge').replace('OPR', 'Opera');
  const system = /Windows|Android|iPhone|iPad|Mac OS|Linux/.exec(agent)?.[0]?.replace('Mac OS', 'macOS');
  return [browser, system].filter(Boolean).join(', ') || agent;
}

import { Button, confirm, IconTrash, language, LinesSkeleton, Loaded, Notice, Page, PasswordInput, ProblemNotice, RelativeTime, SchemaForm, Section, Table, toast, useAction, useList, useRead, useT } from '@openpanel/ui';
import { useRef, useState } from 'react';
import { Identities } from './Identities';
import { roleName } from './model';
import { Security } from './Security';

interface Profile { user: string; name: string; email: string; pendingEmail?: string; teamName?: string; role?: string; teams: { team: string; name: string; role: string; roleName: string }[] }
interface Session { session: string; device: string; address: string; createdAt: string; usedAt: string; endsAt: string; current: boolean; methods: string[] }
interface Team { name: string; current: boolean; stepUp: boolean }

export default function ProfilePage() {
  const t = useT();
  const query = useRead<Profile>('profile.get');
  const update = useAction('profile.update');
  const remove = useAction('profile.delete');
  const asking = useList<Team>('team.list', {}, { live: ['team.*'] }).data?.find((each) => each.current && each.stepUp);
  // It stays where it is while codes are shown in it.
  const first = useRef(false);
  first.current ||= Boolean(asking);
  const security = <Section title={t('profile.security')} help={t('profile.security-help')}><Security /></Section>;
  return (
    <Page title={t('profile.title')}>
      <Loaded query={query} skeleton={<LinesSkeleton />}>
        {(profile) => (
          <div>
            {first.current && <>{asking && <Notice tone="amber"><b>{t('factor.required', { team: asking.name })}.</b> {t('factor.required-text')}</Notice>}{security}</>}
            <Section title={t('profile.you')} help={t('profile.you-help')}>
              {profile.pendingEmail && <Notice tone="amber">{t('profile.pending', { email: profile.pendingEmail })}</Notice>}
              <SchemaForm action="profile.update" fields={['name', 'email', 'password']} without={(draft) => (draft.email === profile.email ? ['password'] : [])} initial={{ name: profile.name, email: profile.email }} onDone={(output) => toast(output.asked !== output.email ? t('profile.saved-link', { email: String(output.asked) }) : t('profile.saved'))}
                run={(input) => update.run({ ...(input.name !== profile.name ? { name: input.name } : {}), ...(input.email !== profile.email ? { email: input.email, password: input.password, language: language.get().toLowerCase() } : {}) }).then((output) => ({ ...output, asked: input.email }))} />
            </Section>
            <Section title={t('profile.password')} help={t('profile.password-help')}><Password /></Section>
            {!first.current && security}
            <Identities />
            <Section title={t('profile.teams')} help={t('profile.teams-help')}>
              <ul className="stack tight">{profile.teams.map((team) => <li key={team.team} className="row"><b style={{ fontWeight: 540 }}>{team.name}</b><span className="tag">{roleName(t, `role:${team.role}`, team.roleName)}</span></li>)}</ul>
            </Section>
            <Section title={t('profile.sessions')} help={t('profile.sessions-help')}><Sessions /></Section>
            <Section title={t('profile.delete')} help={t('profile.delete-help')}>
              <div><Button tone="danger" onClick={() => confirm({ title: t('profile.delete-title'), name: profile.email, action: t('profile.delete'), dies: [t('profile.dies-ways'), t('profile.dies-keys'), t('profile.dies-places')], survives: [t('profile.survives')],
                run: () => remove.run({ confirm: 'profile.delete' }).then(() => window.location.assign('/')) })}>{t('profile.delete')}</Button></div>
            </Section>
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
  const end = useAction('session.end');
  return (
    <Table bare label={t('profile.sessions')} query={query} rowKey={(row) => row.session}
      menu={(row) => [!row.current && { label: t('session.end'), tone: 'red', icon: <IconTrash size={15} />, onSelect: () => confirm({ title: t('session.end-title'), text: t('session.end-text'), action: t('session.end'), run: () => end.run({ session: row.session }) }) }]}
      under={(row) => [<code key="address">{row.address}</code>]}
      columns={[
        { id: 'device', header: t('session.device'), cell: (row) => <span className="row"><span className="clip" title={row.device}>{deviceOf(row.device) || <span className="faint">{t('session.nameless')}</span>}</span>{row.current && <span className="tag">{t('session.this')}</span>}{row.methods.includes('mfa') && <span className="tag">{t('session.mfa')}</span>}</span> },
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

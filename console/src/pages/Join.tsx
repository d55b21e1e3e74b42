import { useEffect, useState } from 'react';
import { PasswordInput, TextInput } from '@mantine/core';
import { useLocation } from 'wouter';
import { send } from '../client/http';
import { Problem } from '../client/problem';
import { join, logIn, logOut, session, workIn, type Challenge } from '../client/session';
import { useStore } from '../client/store';
import { useT } from '../i18n/i18n';
import { Gate } from '../shell/Gate';
import { Button, LinkButton } from '../ui/controls';
import { ProblemNotice, Skeleton } from '../ui/states';
import { SecondStep } from './SecondStep';

interface Shown { team: string; email: string; role: string; resource?: string }

const SHORTEST = 12;

/** Behind the link of an invitation; its token stands after the # and so in no log. */
export default function Join() {
  const t = useT('');
  const current = useStore(session);
  const [token] = useState(() => window.location.hash.slice(1));
  const [shown, setShown] = useState<Shown>();
  const [error, setError] = useState<Problem>();
  useEffect(() => {
    send('/api/v1/invitations/open', { method: 'POST', body: { token } }).then((response) => response.json() as Promise<Shown>)
      .then(setShown, (failure: unknown) => setError(Problem.from(failure)));
  }, [token]);
  if (error) {
    return <Gate title={t('join.bad')}><div className="stack"><ProblemNotice error={error} /><LinkButton href="/" wide>{t('join.home')}</LinkButton></div></Gate>;
  }
  if (!shown) {
    return <Gate title={t('join.wait')}><Skeleton height={120} /></Gate>;
  }
  return (
    <Gate title={t('join.title', { team: shown.team })} lead={t(shown.resource ? 'join.lead-on' : 'join.lead', { ...shown })}>
      {current.state === 'in' ? <AsOneself token={token} name={current.tokens.email} /> : <WithPassword token={token} email={shown.email} />}
    </Gate>
  );
}

function AsOneself({ token, name }: { token: string; name: string }) {
  const t = useT('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  return (
    <form onSubmit={(event) => {
      event.preventDefault();
      setBusy(true);
      send('/api/v1/invitations/accept', { method: 'POST', body: { token } }).then((response) => response.json() as Promise<{ team: string }>)
        .then(({ team }) => workIn(team), setError).finally(() => setBusy(false));
    }}>
      <ProblemNotice error={error} />
      <Button type="submit" tone="primary" wide busy={busy}>{t('join.as', { name })}</Button>
      <Button wide onClick={() => void logOut()}>{t('me.out')}</Button>
    </form>
  );
}

function WithPassword({ token, email }: { token: string; email: string }) {
  const t = useT('');
  const [, navigate] = useLocation();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Problem>();
  const [challenge, setChallenge] = useState<Challenge>();
  if (challenge) {
    // Signed in, they are asked whether to join as who they are.
    return <SecondStep challenge={challenge} onBack={() => setChallenge(undefined)} />;
  }
  const refused = (failure: unknown): Promise<void> | undefined => {
    const problem = Problem.from(failure);
    if (problem.kind === 'step-up') {
      return logIn(email, password).then(setChallenge, refused);
    }
    setError(problem);
    return undefined;
  };
  const placed = error && Object.keys(error.errors).length > 0;
  return (
    <form onSubmit={(event) => {
      event.preventDefault();
      setBusy(true);
      setError(undefined);
      join(token, password, name.trim()).then(() => navigate('/', { replace: true }), refused).finally(() => setBusy(false));
    }}>
      <TextInput label={t('in.email')} type="email" name="email" autoComplete="username" readOnly value={email} />
      <TextInput label={t('join.name')} autoFocus autoComplete="name" error={error?.errors.name} value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <PasswordInput label={t('in.password')} description={t('join.password-help')} autoComplete="new-password" visibilityToggleButtonProps={{ 'aria-label': t('form.reveal') }} error={error?.errors.password} value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
      {!placed && <ProblemNotice error={error} />}
      <Button type="submit" tone="primary" wide busy={busy} disabled={password.length < SHORTEST}>{t('join.go')}</Button>
    </form>
  );
}

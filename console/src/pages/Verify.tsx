import { useEffect, useState } from 'react';
import { PasswordInput, TextInput } from '@mantine/core';
import { send } from '../client/http';
import { logIn } from '../client/session';
import { Problem } from '../client/problem';
import { useT } from '../i18n/i18n';
import { Gate } from '../shell/Gate';
import { Button, LinkButton } from '../ui/controls';
import { ProblemNotice, Skeleton } from '../ui/states';

/** Behind the link that makes an account: the password shows that it was asked for by who reads the message. */
export default function Verify() {
  const t = useT('');
  const [token] = useState(() => window.location.hash.slice(1));
  const [email, setEmail] = useState<string>();
  const [bad, setBad] = useState<unknown>();
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Problem>();
  useEffect(() => {
    send('/api/v1/registration/open', { method: 'POST', body: { token } }).then((response) => response.json() as Promise<{ email: string }>)
      .then((shown) => setEmail(shown.email), setBad);
  }, [token]);
  if (bad) {
    return <Gate title={t('reset.bad')}><div className="stack"><ProblemNotice error={bad} /><LinkButton href="/" wide>{t('join.home')}</LinkButton></div></Gate>;
  }
  if (!email) {
    return <Gate title={t('verify.title')}><Skeleton height={120} /></Gate>;
  }
  return (
    <Gate title={t('verify.title')} lead={t('verify.lead')}>
      <form onSubmit={(event) => {
        event.preventDefault();
        setBusy(true);
        setError(undefined);
        send('/api/v1/registration/confirm', { method: 'POST', body: { token, password } })
          .then(() => logIn(email, password)).then(() => window.location.assign('/'), (failure: unknown) => setError(Problem.from(failure))).finally(() => setBusy(false));
      }}>
        <TextInput label={t('in.email')} type="email" name="email" autoComplete="username" readOnly value={email} />
        <PasswordInput label={t('in.password')} autoFocus autoComplete="current-password" visibilityToggleButtonProps={{ 'aria-label': t('form.reveal') }} error={error?.errors.password} value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
        {!error?.errors.password && <ProblemNotice error={error} />}
        <Button type="submit" tone="primary" wide busy={busy} disabled={!password}>{t('verify.go')}</Button>
      </form>
    </Gate>
  );
}

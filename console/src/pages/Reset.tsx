import { useEffect, useState } from 'react';
import { PasswordInput, TextInput } from '@mantine/core';
import { send } from '../client/http';
import { Problem } from '../client/problem';
import { useT } from '../i18n/i18n';
import { Gate } from '../shell/Gate';
import { Button, LinkButton } from '../ui/controls';
import { Notice, ProblemNotice, Skeleton } from '../ui/states';

const SHORTEST = 12;

/** Behind the link to set a new password; its token stands after the # and so in no log. */
export default function Reset() {
  const t = useT('');
  const [token] = useState(() => window.location.hash.slice(1));
  const [email, setEmail] = useState<string>();
  const [bad, setBad] = useState<unknown>();
  const [password, setPassword] = useState('');
  const [done, setDone] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Problem>();
  useEffect(() => {
    send('/api/v1/password-reset/open', { method: 'POST', body: { token } }).then((response) => response.json() as Promise<{ email: string }>)
      .then((shown) => setEmail(shown.email), setBad);
  }, [token]);
  if (bad) {
    return <Gate title={t('reset.bad')}><div className="stack"><ProblemNotice error={bad} /><LinkButton href="/forgot" wide>{t('reset.again')}</LinkButton></div></Gate>;
  }
  if (!email) {
    return <Gate title={t('reset.title')}><Skeleton height={120} /></Gate>;
  }
  if (done) {
    return <Gate title={t('reset.done')}><div className="stack"><Notice tone="green">{t('reset.done-text')}</Notice><Button tone="primary" wide onClick={() => window.location.assign('/')}>{t('in.go')}</Button></div></Gate>;
  }
  return (
    <Gate title={t('reset.title')} lead={t('reset.lead')}>
      <form onSubmit={(event) => {
        event.preventDefault();
        setBusy(true);
        setError(undefined);
        send('/api/v1/password-reset/complete', { method: 'POST', body: { token, password } })
          .then(() => setDone(true), (failure: unknown) => setError(Problem.from(failure))).finally(() => setBusy(false));
      }}>
        <TextInput label={t('in.email')} type="email" name="email" autoComplete="username" readOnly value={email} />
        <PasswordInput label={t('reset.password')} description={t('up.password-help')} autoFocus autoComplete="new-password" visibilityToggleButtonProps={{ 'aria-label': t('form.reveal') }} error={error?.errors.password} value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
        {!error?.errors.password && <ProblemNotice error={error} />}
        <Button type="submit" tone="primary" wide busy={busy} disabled={password.length < SHORTEST}>{t('reset.go')}</Button>
      </form>
    </Gate>
  );
}

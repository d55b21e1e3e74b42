import { useEffect, useState } from 'react';
import { PasswordInput, TextInput } from '@mantine/core';
import { logIn, type Challenge } from '../client/session';
import { useT } from '../i18n/i18n';
import { Gate } from '../shell/Gate';
import { Button } from '../ui/controls';
import { Notice, ProblemNotice } from '../ui/states';
import { NoAccount } from './NoAccount';
import { SecondStep } from './SecondStep';
import { challengeOfProvider, drawn, refusalOfProvider, WithProvider } from './WithProvider';
import { WithPasskey } from './WithPasskey';

export default function LogIn() {
  const t = useT('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [challenge, setChallenge] = useState<Challenge | undefined>(challengeOfProvider);
  const [refusal] = useState(refusalOfProvider);
  useEffect(drawn, []);
  if (challenge) {
    return (
      <Gate title={t('in.second')} lead={t('in.second-lead', { email: challenge.email ?? email.trim() })}>
        <SecondStep challenge={challenge} onBack={() => {
          setChallenge(undefined);
          setPassword('');
        }} />
      </Gate>
    );
  }
  return (
    <Gate title={t('in.title')} lead={t('in.lead', { host: window.location.host })}>
      <form onSubmit={(event) => {
        event.preventDefault();
        setBusy(true);
        setError(undefined);
        logIn(email.trim(), password).then(setChallenge, setError).finally(() => setBusy(false));
      }}>
        {refusal && <Notice tone="amber">{t(`in.sso.${refusal}`)}</Notice>}
        <TextInput label={t('in.email')} type="email" name="email" autoComplete="username" autoFocus value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
        <PasswordInput label={t('in.password')} name="password" autoComplete="current-password" value={password} visibilityToggleButtonProps={{ 'aria-label': t('form.reveal') }} onChange={(event) => setPassword(event.currentTarget.value)} />
        <ProblemNotice error={error} />
        <Button type="submit" tone="primary" wide busy={busy} disabled={!email || !password}>{t('in.go')}</Button>
        <WithPasskey onError={setError} />
        <WithProvider />
        <NoAccount />
      </form>
    </Gate>
  );
}

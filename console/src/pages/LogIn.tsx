import { useState } from 'react';
import { PasswordInput, TextInput } from '@mantine/core';
import { logIn } from '../client/session';
import { useT } from '../i18n/i18n';
import { Gate } from '../shell/Gate';
import { Button } from '../ui/controls';
import { ProblemNotice } from '../ui/states';

export default function LogIn() {
  const t = useT('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  return (
    <Gate title={t('in.title')} lead={t('in.lead', { host: window.location.host })}>
      <form onSubmit={(event) => {
        event.preventDefault();
        setBusy(true);
        setError(undefined);
        logIn(email.trim(), password).catch(setError).finally(() => setBusy(false));
      }}>
        <TextInput label={t('in.email')} type="email" name="email" autoComplete="username" autoFocus value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
        <PasswordInput label={t('in.password')} name="password" autoComplete="current-password" value={password} visibilityToggleButtonProps={{ 'aria-label': t('form.reveal') }} onChange={(event) => setPassword(event.currentTarget.value)} />
        <ProblemNotice error={error} />
        <Button type="submit" tone="primary" wide busy={busy} disabled={!email || !password}>{t('in.go')}</Button>
      </form>
    </Gate>
  );
}

import { useState } from 'react';
import { PasswordInput, TextInput } from '@mantine/core';
import { send } from '../client/http';
import { Problem } from '../client/problem';
import { useLocale, useT } from '../i18n/i18n';
import { Gate } from '../shell/Gate';
import { Button, LinkButton } from '../ui/controls';
import { Notice, ProblemNotice } from '../ui/states';

const SHORTEST = 12;

/** Asks for an account, where the panel is open to anybody. What it says is the same for every address. */
export default function Register() {
  const t = useT('');
  const locale = useLocale();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Problem>();
  const back = <LinkButton href="/" wide>{t('forgot.back')}</LinkButton>;
  if (asked) {
    return <Gate title={t('register.title')}><div className="stack"><Notice tone="green">{t('register.sent', { email: email.trim() })}</Notice>{back}</div></Gate>;
  }
  return (
    <Gate title={t('register.title')} lead={t('register.lead')}>
      <form onSubmit={(event) => {
        event.preventDefault();
        setBusy(true);
        setError(undefined);
        send('/api/v1/registration', { method: 'POST', body: { name: name.trim(), email: email.trim(), password, language: locale.toLowerCase() } })
          .then(() => setAsked(true), (failure: unknown) => setError(Problem.from(failure))).finally(() => setBusy(false));
      }}>
        <TextInput label={t('join.name')} autoFocus autoComplete="name" error={error?.errors.name} value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <TextInput label={t('in.email')} type="email" name="email" autoComplete="username" error={error?.errors.email} value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
        <PasswordInput label={t('in.password')} description={t('up.password-help')} autoComplete="new-password" visibilityToggleButtonProps={{ 'aria-label': t('form.reveal') }} error={error?.errors.password} value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
        {!(error && Object.keys(error.errors).length) && <ProblemNotice error={error} />}
        <Button type="submit" tone="primary" wide busy={busy} disabled={!name.trim() || !email.trim() || password.length < SHORTEST}>{t('register.go')}</Button>
        {back}
      </form>
    </Gate>
  );
}

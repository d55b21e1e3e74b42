import { useState } from 'react';
import { PasswordInput, TextInput } from '@mantine/core';
import { Problem } from '../client/problem';
import { setUp, type Owner } from '../client/session';
import { useT } from '../i18n/i18n';
import { Gate } from '../shell/Gate';
import { Button } from '../ui/controls';
import { ProblemNotice } from '../ui/states';

const SHORTEST = 12;

export default function SetUp() {
  const t = useT('');
  const [owner, setOwner] = useState<Owner>(() => ({ token: window.location.hash.slice(1), email: '', password: '', name: '', team: '' }));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Problem>();
  const [touched, setTouched] = useState(false);
  const field = (name: keyof Owner) => ({ value: owner[name], error: error?.errors[name], onChange: (event: React.ChangeEvent<HTMLInputElement>) => {
    const { value } = event.currentTarget;
    setOwner((was) => ({ ...was, [name]: value }));
  } });
  const short = owner.password.length < SHORTEST;
  return (
    <Gate title={t('up.title')} lead={t('up.lead')} wide>
      <form onSubmit={(event) => {
        event.preventDefault();
        setTouched(true);
        if (short) {
          return;
        }
        setBusy(true);
        setError(undefined);
        setUp({ ...owner, token: owner.token.trim(), email: owner.email.trim() }).then(() => window.history.replaceState(null, '', '/'))
          .catch((failure: unknown) => setError(Problem.from(failure))).finally(() => setBusy(false));
      }}>
        <TextInput label={t('up.token')} autoFocus={!owner.token} required withAsterisk={false} autoComplete="off" spellCheck={false} styles={{ input: { fontFamily: 'var(--mono)' } }} {...field('token')} />
        <div className="pair">
          <TextInput label={t('up.name')} autoFocus={Boolean(owner.token)} required withAsterisk={false} autoComplete="name" {...field('name')} />
          <TextInput label={t('up.team')} placeholder="Acme" required withAsterisk={false} autoComplete="organization" {...field('team')} />
        </div>
        <TextInput label={t('in.email')} type="email" required withAsterisk={false} autoComplete="username" {...field('email')} />
        <PasswordInput label={t('in.password')} description={t('up.password-help')} required withAsterisk={false} autoComplete="new-password" visibilityToggleButtonProps={{ 'aria-label': t('form.reveal') }} onBlur={() => setTouched(Boolean(owner.password))}
          {...field('password')} error={error?.errors.password ?? (touched && short && t('up.short'))} />
        {!(error && Object.keys(error.errors).length) && <ProblemNotice error={error} />}
        <Button type="submit" tone="primary" wide busy={busy}>{t('up.go')}</Button>
      </form>
    </Gate>
  );
}

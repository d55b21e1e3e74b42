import { useEffect, useState } from 'react';
import { TextInput } from '@mantine/core';
import { getJson, send } from '../client/http';
import { useLocale, useT } from '../i18n/i18n';
import { Gate } from '../shell/Gate';
import { Button, LinkButton } from '../ui/controls';
import { Notice, ProblemNotice, Skeleton } from '../ui/states';

/** Asks for a link to set a new password. What it says is the same for every address. */
export default function Forgot() {
  const t = useT('');
  const locale = useLocale();
  const [mail, setMail] = useState<boolean>();
  const [email, setEmail] = useState('');
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    getJson<{ mail: boolean }>('/api/v1/password-reset').then((ways) => setMail(ways.mail), setError);
  }, []);
  const back = <LinkButton href="/" wide>{t('forgot.back')}</LinkButton>;
  if (asked || mail === false) {
    return <Gate title={t('forgot.title')}><div className="stack"><Notice tone={asked ? 'green' : 'amber'}>{asked ? t('forgot.sent', { email: email.trim() }) : t('forgot.by-hand')}</Notice>{back}</div></Gate>;
  }
  if (mail === undefined) {
    return <Gate title={t('forgot.title')}>{error ? <div className="stack"><ProblemNotice error={error} />{back}</div> : <Skeleton height={96} />}</Gate>;
  }
  return (
    <Gate title={t('forgot.title')} lead={t('forgot.lead')}>
      <form onSubmit={(event) => {
        event.preventDefault();
        setBusy(true);
        setError(undefined);
        send('/api/v1/password-reset/request', { method: 'POST', body: { email: email.trim(), language: locale.toLowerCase() } })
          .then(() => setAsked(true), setError).finally(() => setBusy(false));
      }}>
        <TextInput label={t('in.email')} type="email" name="email" autoComplete="username" autoFocus value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
        <ProblemNotice error={error} />
        <Button type="submit" tone="primary" wide busy={busy} disabled={!email.trim()}>{t('forgot.go')}</Button>
        {back}
      </form>
    </Gate>
  );
}

import { useState } from 'react';
import { send } from '../client/http';
import { useT } from '../i18n/i18n';
import { Gate } from '../shell/Gate';
import { Button, LinkButton } from '../ui/controls';
import { Notice, ProblemNotice } from '../ui/states';

/** Behind the link to a new e-mail address. It asks for a press: programs that look into messages open links. */
export default function Address() {
  const t = useT('');
  const [token] = useState(() => window.location.hash.slice(1));
  const [email, setEmail] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  if (email || error) {
    return <Gate title={t(email ? 'address.done' : 'reset.bad')}><div className="stack">{email ? <Notice tone="green">{t('address.done-text', { email })}</Notice> : <ProblemNotice error={error} />}<LinkButton href="/" wide>{t('join.home')}</LinkButton></div></Gate>;
  }
  return (
    <Gate title={t('address.title')} lead={t('address.lead')}>
      <Button tone="primary" wide busy={busy} onClick={() => {
        setBusy(true);
        send('/api/v1/profile/confirm-email', { method: 'POST', body: { token } }).then((response) => response.json() as Promise<{ email: string }>)
          .then((confirmed) => setEmail(confirmed.email), setError).finally(() => setBusy(false));
      }}>{t('address.go')}</Button>
    </Gate>
  );
}

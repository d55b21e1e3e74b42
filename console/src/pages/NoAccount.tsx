import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { getJson } from '../client/http';
import { useT } from '../i18n/i18n';

/** What else one can do at the log-in. */
export function NoAccount() {
  const t = useT('');
  const [open, setOpen] = useState(false);
  useEffect(() => {
    // Where it cannot be told, there is nothing to offer.
    getJson<{ open: boolean }>('/api/v1/registration').then((state) => setOpen(state.open), () => undefined);
  }, []);
  return (
    <p className="others">
      <Link href="/forgot">{t('in.forgot')}</Link>
      {open && <Link href="/register">{t('in.register')}</Link>}
    </p>
  );
}

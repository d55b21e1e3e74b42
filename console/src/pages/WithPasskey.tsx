import { useState } from 'react';
import { knowsPasskeys, logInWithPasskey, wasDismissed } from '../client/passkey';
import { useT } from '../i18n/i18n';
import { Button } from '../ui/controls';
import { IconKey } from '../ui/icons';

/** A passkey in place of what is typed; not there where browsers know none. */
export function WithPasskey({ challenge, onError }: { challenge?: string; onError: (error: unknown) => void }) {
  const t = useT('');
  const [busy, setBusy] = useState(false);
  if (!knowsPasskeys()) {
    return null;
  }
  return (
    <Button wide busy={busy} icon={<IconKey size={16} />} onClick={() => {
      setBusy(true);
      onError(undefined);
      logInWithPasskey(challenge).catch((error: unknown) => wasDismissed(error) || onError(error)).finally(() => setBusy(false));
    }}>{t(challenge ? 'in.use-passkey' : 'in.with-passkey')}</Button>
  );
}

import { useEffect, useRef, useState } from 'react';
import { TextInput } from '@mantine/core';
import { Problem } from '../client/problem';
import { verify, type Challenge } from '../client/session';
import { useT } from '../i18n/i18n';
import { Button } from '../ui/controls';
import { ProblemNotice } from '../ui/states';
import { WithPasskey } from './WithPasskey';

/** The code besides the password; a recovery code fits in the same field. */
export function SecondStep({ challenge, onBack }: { challenge: Challenge; onBack: () => void }) {
  const t = useT('');
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Problem>();
  const field = useRef<HTMLInputElement>(null);
  const over = error?.status === 401;
  useEffect(() => {
    if (error && !over) {
      field.current?.focus();
    }
  }, [error, over]);
  return (
    <form onSubmit={(event) => {
      event.preventDefault();
      setBusy(true);
      setError(undefined);
      verify(challenge.challenge, code.trim()).catch((failure: unknown) => {
        setError(Problem.from(failure));
        setCode('');
      }).finally(() => setBusy(false));
    }}>
      <TextInput ref={field} label={t('in.code')} description={t('in.code-help')} name="code" autoComplete="one-time-code" inputMode="text" autoCapitalize="none" spellCheck={false} autoFocus disabled={over}
        error={error?.errors.code} value={code} onChange={(event) => setCode(event.currentTarget.value)} />
      {!error?.errors.code && <ProblemNotice error={error} />}
      {!over && <Button type="submit" tone="primary" wide busy={busy} disabled={code.trim().length < 6}>{t('in.go')}</Button>}
      {!over && challenge.factors.split(' ').includes('passkey') && <WithPasskey challenge={challenge.challenge} onError={(failure) => setError(failure === undefined ? undefined : Problem.from(failure))} />}
      <Button wide onClick={onBack}>{t('in.back')}</Button>
    </form>
  );
}

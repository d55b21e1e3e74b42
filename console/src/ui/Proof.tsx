import { useState } from 'react';
import { Modal, PasswordInput } from '@mantine/core';
import { send } from '../client/http';
import { knowsPasskeys, proveWithPasskey, wasDismissed } from '../client/passkey';
import { Problem } from '../client/problem';
import { session } from '../client/session';
import { useStore } from '../client/store';
import { useT } from '../i18n/i18n';
import { Button } from './controls';
import { useFocusBack } from './dialog';
import { IconKey } from './icons';
import { ProblemNotice } from './states';

/** Asks whoever is logged in to show again that it is them; what waits for it goes on then. */
export default function Proof({ answer }: { answer: (proved: boolean) => void }) {
  const t = useT('');
  const current = useStore(session);
  useFocusBack();
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Problem>();

  function take(proof: Promise<unknown>) {
    setBusy(true);
    setError(undefined);
    proof.then(() => answer(true), (failure: unknown) => {
      setBusy(false);
      setPassword('');
      if (!wasDismissed(failure)) {
        setError(Problem.from(failure));
      }
    });
  }

  return (
    <Modal opened onClose={() => answer(false)} title={t('proof.title')} centered size={420} zIndex={300} closeButtonProps={{ 'aria-label': t('close') }} transitionProps={{ duration: 100, transition: 'fade' }}>
      <form className="stack" onSubmit={(event) => {
        event.preventDefault();
        take(send('/api/v1/sessions/prove', { method: 'POST', body: { password } }));
      }}>
        <p className="muted">{t('proof.text')}</p>
        {current.state === 'in' && <input type="hidden" name="username" autoComplete="username" value={current.tokens.email} readOnly />}
        <PasswordInput data-autofocus label={t('in.password')} autoComplete="current-password" value={password} error={error?.errors.password} visibilityToggleButtonProps={{ 'aria-label': t('form.reveal') }} onChange={(event) => setPassword(event.currentTarget.value)} />
        {!error?.errors.password && <ProblemNotice error={error} />}
        <p className="muted">{t('proof.elsewhere')}</p>
        <div className="buttons end" style={{ marginTop: 4 }}>
          <Button onClick={() => answer(false)}>{t('cancel')}</Button>
          {knowsPasskeys() && <Button icon={<IconKey size={16} />} disabled={busy} onClick={() => take(proveWithPasskey())}>{t('in.use-passkey')}</Button>}
          <Button type="submit" tone="primary" busy={busy} disabled={!password}>{t('proof.go')}</Button>
        </div>
      </form>
    </Modal>
  );
}

import { useState } from 'react';
import { Modal, TextInput } from '@mantine/core';
import { useT } from '../i18n/i18n';
import type { Question } from './confirm';
import { Button } from './controls';
import { useFocusBack } from './dialog';
import { ProblemNotice } from './states';

/** The dialog that asks; it comes with the first question. */
export default function Confirmation({ question, onClose }: { question: Question; onClose: () => void }) {
  const t = useT('');
  useFocusBack();
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const { name, dies, survives } = question;
  const ready = !name || typed === name;

  function leave() {
    question.left?.();
    onClose();
  }

  async function go() {
    if (!ready || busy) {
      return;
    }
    setBusy(true);
    setError(undefined);
    try {
      await question.run();
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  return (
    <Modal opened onClose={leave} title={question.title} centered size={460} closeButtonProps={{ 'aria-label': t('close') }}
      transitionProps={{ duration: 100, transition: 'fade' }}>
      <form className="stack" onSubmit={(event) => { event.preventDefault(); void go(); }}>
        {question.text && <p className="muted">{question.text}</p>}
        {dies && dies.length > 0 && <div><h3>{t('confirm.dies')}</h3><ul className="plain">{dies.map((each) => <li key={each}>{each}</li>)}</ul></div>}
        {survives && survives.length > 0 && <div><h3>{t('confirm.survives')}</h3><ul className="plain">{survives.map((each) => <li key={each}>{each}</li>)}</ul></div>}
        {name && <TextInput data-autofocus label={t('confirm.type', { name })} value={typed} autoComplete="off" spellCheck={false}
          onChange={(event) => setTyped(event.currentTarget.value)} />}
        <ProblemNotice error={error} />
        <div className="buttons end" style={{ marginTop: 4 }}>
          <Button onClick={leave}>{t('cancel')}</Button>
          <Button type="submit" tone={name ? 'danger solid' : 'primary'} busy={busy} disabled={!ready} data-autofocus={name ? undefined : true}>{question.action}</Button>
        </div>
      </form>
    </Modal>
  );
}

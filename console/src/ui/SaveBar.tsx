import { useEffect } from 'react';
import { useT } from '../i18n/i18n';
import { Button } from './controls';
import { Kbd } from './controls';
import { unsaved } from './unsaved';

const mac = /Mac|iPhone|iPad/.test(navigator.userAgent);
export const modifier = mac ? '⌘' : 'Ctrl ';

/** There while something is unsaved: what changed, Discard, Save, ⌘S. */
export function SaveBar({ changed, busy, onSave, onDiscard }: { changed: string[]; busy: boolean; onSave: () => void; onDiscard: () => void }) {
  const t = useT('');
  const names = changed.join(', ');
  useEffect(() => {
    unsaved.set(names ? { names, href: window.location.href } : undefined);
    return () => unsaved.set(undefined);
  }, [names]);
  useEffect(() => {
    if (!changed.length) {
      return undefined;
    }
    const keys = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 's') {
        event.preventDefault();
        onSave();
      }
    };
    const leaving = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('keydown', keys);
    window.addEventListener('beforeunload', leaving);
    return () => {
      window.removeEventListener('keydown', keys);
      window.removeEventListener('beforeunload', leaving);
    };
  }, [changed.length, onSave]);
  if (!changed.length) {
    return null;
  }
  return (
    <div className="savebar" role="region" aria-label={t('unsaved')}>
      <span className="clip"><b>{t('unsaved')}</b> <span className="muted">{names}</span></span>
      <Button small tone="quiet" onClick={onDiscard}>{t('discard')}</Button>
      <Button small tone="primary" busy={busy} onClick={onSave}>{t('save')} <Kbd>{modifier}S</Kbd></Button>
    </div>
  );
}

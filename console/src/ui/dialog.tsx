import { useEffect, useState, type ReactNode } from 'react';
import { Modal } from '@mantine/core';
import { useT } from '../i18n/i18n';

/** Gives the focus back to where it was when this came; what is gone by then leaves it to the page. */
export function useFocusBack(): void {
  const [former] = useState(() => document.activeElement);
  useEffect(() => () => {
    setTimeout(() => {
      if (document.activeElement && document.activeElement !== document.body) {
        return;
      }
      const back = former instanceof HTMLElement && former !== document.body && former.isConnected ? former : document.getElementById('main');
      back?.focus({ preventScroll: true });
    });
  }, [former]);
}

export function Dialog({ title, size = 520, onClose, children }: { title: string; size?: number; onClose: () => void; children: ReactNode }) {
  const t = useT('');
  useFocusBack();
  return (
    <Modal opened onClose={onClose} title={title} size={size} centered closeButtonProps={{ 'aria-label': t('close') }} transitionProps={{ duration: 100, transition: 'fade' }}>
      {children}
    </Modal>
  );
}

import type { ReactNode } from 'react';
import { Modal } from '@mantine/core';
import { useT } from '../i18n/i18n';

export function Dialog({ title, size = 520, onClose, children }: { title: string; size?: number; onClose: () => void; children: ReactNode }) {
  const t = useT('');
  return (
    <Modal opened onClose={onClose} title={title} size={size} centered closeButtonProps={{ 'aria-label': t('close') }} transitionProps={{ duration: 100, transition: 'fade' }}>
      {children}
    </Modal>
  );
}

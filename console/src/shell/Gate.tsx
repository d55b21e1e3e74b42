import { useEffect, type ReactNode } from 'react';
import { useT } from '../i18n/i18n';
import { Logo } from './Logo';

export function Gate({ title, lead, wide, children }: { title: string; lead?: string; wide?: boolean; children: ReactNode }) {
  const t = useT('');
  useEffect(() => {
    document.title = `${title} · OpenPanel`;
  }, [title]);
  return (
    <div className="gate">
      <main>
        <div className={`box ${wide ? 'wide' : ''}`}>
          <header><Logo /><h1>{title}</h1>{lead && <p>{lead}</p>}</header>
          {children}
        </div>
      </main>
      <footer>{t('gate.words')}</footer>
    </div>
  );
}

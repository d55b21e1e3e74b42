import { useEffect, useRef, type ReactNode } from 'react';
import { Link } from 'wouter';
import { useT } from '../i18n/i18n';
import { useTitle } from './states';

export interface Crumb { label: string; href: string }

export function Page({ title, crumbs, status, lead, actions, tabs, children }: { title: string; crumbs?: Crumb[]; status?: ReactNode;
  lead?: ReactNode; actions?: ReactNode; tabs?: ReactNode; children: ReactNode }) {
  const t = useT('');
  useTitle(title);
  return (
    <div className="page">
      <div className="head">
        {crumbs && crumbs.length > 0 && (
          <nav className="crumbs" aria-label={t('crumbs')}>
            {crumbs.map((crumb, index) => [index > 0 && <span key={`/ ${crumb.href}`} aria-hidden>/</span>, <Link key={crumb.href} href={crumb.href}>{crumb.label}</Link>])}
          </nav>
        )}
        <div className="title">
          <div><h1>{title}</h1>{status}</div>
          {actions && <div className="buttons">{actions}</div>}
        </div>
        {lead && <div className="lead">{lead}</div>}
      </div>
      {tabs}
      {children}
    </div>
  );
}

export interface TabLink { id: string; title: string; href: string }

export function Tabs({ items, current, label }: { items: TabLink[]; current: string; label: string }) {
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    const show = () => {
      const tab = bar.current?.querySelector<HTMLElement>('[aria-current]');
      // Only sideways: the page stays where it is.
      bar.current?.scrollTo({ left: (tab?.offsetLeft ?? 0) - bar.current.clientWidth / 2 + (tab?.offsetWidth ?? 0) / 2 });
    };
    show();
    window.addEventListener('resize', show);
    return () => window.removeEventListener('resize', show);
  }, [current]);
  return (
    <nav className="tabs" aria-label={label} ref={bar}>
      {items.map((tab) => <Link key={tab.id} href={tab.href} aria-current={tab.id === current ? 'page' : undefined}>{tab.title}</Link>)}
    </nav>
  );
}

export function Card({ title, count, actions, children, danger }: { title?: string; count?: number; actions?: ReactNode; children: ReactNode; danger?: boolean }) {
  return (
    <section className={`card ${danger ? 'danger' : ''}`}>
      {title && <header><div className="row"><h2>{title}</h2>{count !== undefined && <span className="count">{count}</span>}</div>{actions && <div className="buttons">{actions}</div>}</header>}
      {children}
    </section>
  );
}

/** A part of a form: what it is about on the left, its fields on the right. */
export function Section({ title, help, children }: { title: string; help?: ReactNode; children: ReactNode }) {
  return (
    <section className="section">
      <div><h2>{title}</h2>{help && <p>{help}</p>}</div>
      <div>{children}</div>
    </section>
  );
}

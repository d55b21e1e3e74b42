import type { ReactNode } from 'react';
import { RelativeTime } from './bits';

export interface Moment { id: string; at: string; icon?: ReactNode; tone?: 'red' | 'green'; text: ReactNode }

export function Timeline({ items, label }: { items: Moment[]; label: string }) {
  return (
    <ol className="timeline" aria-label={label}>
      {items.map((item) => (
        <li key={item.id}>
          <span className={`dot ${item.tone ?? ''}`} aria-hidden>{item.icon}</span>
          <span className="what">{item.text}</span>
          <RelativeTime at={item.at} />
        </li>
      ))}
    </ol>
  );
}

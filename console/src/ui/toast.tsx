import type { ReactNode } from 'react';
import { Problem } from '../client/problem';
import { Store, useStore } from '../client/store';
import { useT } from '../i18n/i18n';
import { IconButton } from './controls';
import { IconAlertTriangle, IconCheck, IconX } from './icons';
import { problemText } from './states';

interface Toast { id: number; text: ReactNode; problem?: Problem }

const toasts = new Store<Toast[]>([]);
let count = 0;

const drop = (id: number) => toasts.set(toasts.get().filter((toast) => toast.id !== id));

/** The result of something done elsewhere on the page; gone after a while. */
export function toast(text: ReactNode): void {
  const id = ++count;
  toasts.set([...toasts.get().slice(-3), { id, text }]);
  setTimeout(() => drop(id), 5000);
}

/** For a failure that has no place of its own; it stays until it is closed. */
export function toastProblem(error: unknown): void {
  const id = ++count;
  toasts.set([...toasts.get().slice(-3), { id, text: '', problem: Problem.from(error) }]);
}

export function Toasts() {
  const t = useT('');
  const shown = useStore(toasts);
  return (
    <div className="toasts" role="region" aria-live="polite" aria-label={t('toasts')}>
      {shown.map(({ id, text, problem }) => (
        <div key={id} className={`toast ${problem ? 'red' : ''}`} role={problem ? 'alert' : 'status'}>
          {problem ? <IconAlertTriangle size={17} /> : <IconCheck size={17} />}
          <div>
            {problem ? problemText(problem, t) : text}
            {problem?.request && <small>{t('error.request')} <code>{problem.request}</code></small>}
          </div>
          <IconButton small label={t('close')} icon={<IconX size={15} />} onClick={() => drop(id)} />
        </div>
      ))}
    </div>
  );
}

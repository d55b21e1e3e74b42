import { confirm, IconPlayerPause, IconPlayerPlay, IconPlayerStop, IconRefresh, IconTrash, toast, useAction, type MenuItem, type T } from '@openpanel/ui';
import { createElement } from 'react';

export interface Container {
  container: string;
  id: string;
  name: string;
  image: string;
  status: string;
  state?: string;
  health?: string;
  exitCode?: number;
  createdAt?: string;
  startedAt?: string;
  finishedAt?: string;
  ports?: { private: number; public?: number; protocol?: string }[];
  addresses?: Record<string, string>;
  app?: string;
  deployment?: string;
  labels?: Record<string, string>;
  command?: string[];
  mounts?: { type: string; source: string; path: string; readOnly: boolean }[];
  error?: string;
  restarts?: number;
  restartPolicy?: string;
  limits?: { cpus?: number; memory?: number };
  environmentNames?: string[];
}

export const idOf = (ref: string): string => ref.slice(ref.indexOf(':') + 1);
/** An image without a name is known by its digest, of which twelve characters tell it apart. */
export const imageOf = (row: Pick<Container, 'image'>): string => row.image.replace(/^sha256:([0-9a-f]{12})[0-9a-f]*$/, '$1');
export const runs = (row: Container): boolean => ['running', 'healthy', 'starting', 'degraded'].includes(row.status.toLowerCase());

/** What can be done with a container, as menu entries. */
export function useContainerMenu(t: T, onDeleted?: () => void): (row: Container) => (MenuItem | false)[] {
  const start = useAction('container.start');
  const stop = useAction('container.stop');
  const restart = useAction('container.restart');
  const pause = useAction('container.pause');
  const unpause = useAction('container.unpause');
  const remove = useAction('container.delete');
  const icon = (Icon: typeof IconPlayerPlay) => createElement(Icon, { size: 15 });
  const said = (key: string, row: Container) => (done: unknown) => done && toast(t(key, { name: row.name }));
  return (row) => {
    const container = row.container;
    const paused = row.status.toLowerCase() === 'paused';
    return [
      !runs(row) && !paused && start.allowed && { label: t('do.start'), icon: icon(IconPlayerPlay), onSelect: () => void start.go({ container }).then(said('did.start', row)) },
      runs(row) && restart.allowed && { label: t('do.restart'), icon: icon(IconRefresh), onSelect: () => void restart.go({ container }).then(said('did.restart', row)) },
      runs(row) && pause.allowed && { label: t('do.pause'), icon: icon(IconPlayerPause), onSelect: () => void pause.go({ container }).then(said('did.pause', row)) },
      paused && unpause.allowed && { label: t('do.unpause'), icon: icon(IconPlayerPlay), onSelect: () => void unpause.go({ container }).then(said('did.unpause', row)) },
      (runs(row) || paused) && stop.allowed && { label: t('do.stop'), icon: icon(IconPlayerStop), onSelect: () => confirm({
        title: t('stop.title', { name: row.name }), text: t(row.app ? 'stop.app' : 'stop.text'), action: t('do.stop'), run: () => stop.run({ container }).then(said('did.stop', row)) }) },
      remove.allowed && { label: t('do.delete'), tone: 'red', divided: true, icon: icon(IconTrash), onSelect: () => confirm({
        title: t('delete.title', { name: row.name }), action: t('do.delete'), name: row.name, dies: [t('delete.container'), t('delete.files')], survives: [t('delete.image'), t('delete.volumes')],
        run: async () => {
          await remove.run({ container, confirm: row.name, ...(runs(row) || paused ? { force: true } : {}) });
          toast(t('did.delete', { name: row.name }));
          onDeleted?.();
        } }) },
    ];
  };
}

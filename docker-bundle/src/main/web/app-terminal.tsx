import { EmptyState, IconTerminal2, Notice, TerminalPane, useCan, useList, useT } from '@openpanel/ui';
import { runs, type Container } from './model';

/** A terminal into the container that serves an app. */
export default function AppTerminal({ resource }: { resource: string }) {
  const t = useT();
  const may = useCan('container.terminal');
  const { data, isPending } = useList<Container>('container.list', { app: resource }, { live: ['container.*', 'deployment.*'] });
  const serving = (data ?? []).filter(runs).sort((a, b) => (b.startedAt ?? '').localeCompare(a.startedAt ?? ''))[0];
  if (!may) {
    return <Notice>{t('not-allowed')}</Notice>;
  }
  if (isPending) {
    return null;
  }
  return serving ? <TerminalPane key={serving.container} action="container.terminal" input={{ container: serving.container }} name={serving.name} />
    : <div className="card"><EmptyState icon={<IconTerminal2 size={20} />} title={t('terminal.none')} text={t('terminal.none-text')} /></div>;
}

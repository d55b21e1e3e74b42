import { IconBell, language, Link, useAction, useRead, useStream, useT } from '@openpanel/ui';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';

/** How much there is to read. The one beside the menu listens; the one below it on small screens shows the same. */
export default function Bell({ place }: { place: 'side' | 'bottom' }) {
  const t = useT();
  const client = useQueryClient();
  const query = useRead<{ unread: number }>('notification.list', { limit: 1 });
  useStream('notification.watch', place === 'side' ? {} : undefined, () => void client.invalidateQueries({ queryKey: ['action', 'notification.list'] }));
  useReader(place === 'side');
  const unread = query.data?.unread ?? 0;
  return (
    <Link href="/notifications" className="bell button quiet icon" aria-label={place === 'bottom' ? undefined : unread ? t('bell.unread', { count: unread }) : t('notifications.title')} title={t('notifications.title')}>
      <IconBell size={place === 'side' ? 17 : 20} stroke={1.6} />{unread > 0 && <span className="badge-count" aria-hidden>{unread > 99 ? '99+' : unread}</span>}
      {place === 'bottom' && <span className="clip" style={{ maxWidth: '100%' }}>{t('bell.short')}</span>}
    </Link>
  );
}

/** Tells once in which language and where this person reads, for the e-mails they get. */
function useReader(active: boolean): void {
  const known = useRead<{ language?: string }>('notification.preferences', {}, { enabled: active });
  const configure = useAction('notification.configure');
  const told = useRef(false);
  useEffect(() => {
    if (known.data && !known.data.language && !told.current && configure.allowed) {
      told.current = true;
      void configure.run({ language: language.get().toLowerCase(), timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone }).catch(() => undefined);
    }
  }, [known.data, configure]);
}

import { Button, EmptyState, ErrorState, IconBell, IconCheck, IconSettings, LinesSkeleton, LinkButton, Page, Problem, RelativeTime, Segment, useAction, useNavigate, useQueryParam, useRead, useStream, useRetold, useT } from '@openpanel/ui';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { kindOf, pageOf, plain, roleName, shownAs, type Told } from './model';

interface Part { items: Told[]; unread: number; next?: string }

export default function NotificationsPage() {
  const t = useT();
  const client = useQueryClient();
  const [only, setOnly] = useQueryParam('only');
  const [limit, setLimit] = useState(50);
  const query = useRead<Part>('notification.list', { limit, ...(only === 'unread' && { unread: true }) });
  useStream('notification.watch', {}, () => void client.invalidateQueries({ queryKey: ['action', 'notification.list'] }));
  const all = useAction('notification.read-all');
  return (
    <Page title={t('notifications.title')} actions={<>
      <LinkButton href="/settings/notifications" icon={<IconSettings size={16} />}>{t('notifications.choose')}</LinkButton>
      {Boolean(query.data?.unread) && <Button busy={all.busy} icon={<IconCheck size={16} />} onClick={() => void all.go()}>{t('notifications.read-all')}</Button>}
    </>}>
      <div className="stack">
        <Segment label={t('notifications.which')} value={only === 'unread' ? 'unread' : 'all'} onChange={(value) => setOnly(value === 'unread' ? value : undefined)} options={[{ value: 'all', label: t('notifications.all') }, { value: 'unread', label: t('notifications.unread') }]} />
        <div className="card">
          {query.error && !query.data ? <ErrorState error={query.error as Problem} onRetry={() => void query.refetch()} /> : !query.data ? <LinesSkeleton lines={5} />
            : query.data.items.length === 0 ? <EmptyState icon={<IconBell size={20} />} title={t('notifications.empty')} text={t('notifications.empty-text')} />
              : <ol className="timeline told" aria-label={t('notifications.title')}>{query.data.items.map((each) => <One key={each.notification} of={each} />)}</ol>}
        </div>
        {query.data?.next && limit < 200 && <div className="buttons"><Button onClick={() => setLimit(200)}>{t('activity.more')}</Button></div>}
      </div>
    </Page>
  );
}

function One({ of }: { of: Told }) {
  const t = useT();
  const retold = useRetold();
  const navigate = useNavigate();
  const read = useAction('notification.read');
  const about = shownAs(of.resource, of.within);
  const granted = of.kind === 'role-changed' && of.resource && kindOf(of.resource.ref) === 'grant';
  const said = granted ? of.detail ? 'role-given' : 'role-taken' : of.kind;
  // Where a role was given there is something to see; where it was taken away, nothing any more.
  const page = granted ? of.detail && about && pageOf(about.ref) : of.resource && pageOf(of.resource.ref);
  const open = () => {
    if (!of.read) {
      void read.go({ notification: of.notification });
    }
    if (page) {
      navigate(page);
    }
  };
  return (
    <li className={of.read ? '' : 'new'}>
      <span className={`dot ${of.kind === 'deployment-failed' ? 'red' : ''}`} aria-hidden><IconBell size={12} /></span>
      <span className="what">
        <button type="button" className="quiet-link" style={{ border: 0, background: 'none', padding: 0, textAlign: 'left', cursor: 'pointer', color: 'inherit', fontWeight: of.read ? 400 : 560 }} onClick={open}>
          {t(`told.${said}`, { actor: of.actorName, name: [...of.within.filter((each) => each.name !== about?.name).map((each) => each.name).reverse(), about?.name].filter(Boolean).join('/'), detail: of.kind === 'role-changed' ? roleName(t, of.detail ?? '') : of.detail })}
        </button>
        {of.detail && ['mention', 'comment', 'deployment-failed'].includes(of.kind) && <span className="muted" style={{ display: 'block' }}>{of.kind === 'deployment-failed' ? retold(of.detail) : plain(of.detail)}</span>}
      </span>
      <RelativeTime at={of.at} />
    </li>
  );
}

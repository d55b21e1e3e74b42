import { Avatar, Button, Card, confirm, ErrorState, IconBell, IconPencil, IconTrash, LinesSkeleton, Markdown, Menu, Problem, RelativeTime, toast, useAction, useCan, useList, useRead, useT } from '@openpanel/ui';
import { useState } from 'react';
import { Composer } from './Composer';
import { toDraft, type Comment } from './model';

/** What was said about a resource, the oldest first, and a place to say something. */
export function Thread({ resource }: { resource: string }) {
  const t = useT();
  const able = useCan('comment.list');
  const query = useList<Comment>('comment.list', { resource }, { live: ['comment.*'], enabled: able });
  const add = useAction('comment.add');
  if (!able) {
    return null;
  }
  const count = query.data?.filter((each) => !each.deleted).length;
  return (
    <Card title={t('comments.title')} count={count || undefined} actions={<Follow resource={resource} />}>
      {query.error && !query.data ? <ErrorState error={query.error as Problem} onRetry={() => void query.refetch()} /> : !query.data ? <LinesSkeleton lines={2} />
        : query.data.length > 0 && <ol className="thread" aria-label={t('comments.title')}>{query.data.map((each) => <Said key={each.comment} of={each} resource={resource} />)}</ol>}
      {add.allowed && <Composer resource={resource} label={t('comment.write')} submit={t('comment.add')} run={(text) => add.run({ resource, text })} />}
    </Card>
  );
}

function Follow({ resource }: { resource: string }) {
  const t = useT();
  const query = useRead<{ follows: boolean }>('activity.following', { resource });
  const follow = useAction('activity.follow');
  const unfollow = useAction('activity.unfollow');
  if (!query.data || !follow.allowed) {
    return null;
  }
  const { follows } = query.data;
  return <Button small tone="quiet" aria-pressed={follows} busy={follow.busy || unfollow.busy} icon={<IconBell size={15} />} onClick={() => void (follows ? unfollow : follow).go({ resource })}>{t(follows ? 'follow.stop' : 'follow.start')}</Button>;
}

function Said({ of, resource }: { of: Comment; resource: string }) {
  const t = useT();
  const [editing, setEditing] = useState(false);
  const edit = useAction('comment.edit');
  const remove = useAction('comment.delete');
  const moderate = useCan('comment.moderate');
  if (of.deleted) {
    return <li><Avatar name={of.authorName} /><span className="faint">{t('comment.deleted', { name: of.authorName })}</span><RelativeTime at={of.createdAt} /></li>;
  }
  const draft = toDraft(of.text);
  return (
    <li>
      <Avatar name={of.authorName} />
      <div className="said">
        <div className="row wrap" style={{ gap: 8 }}><b style={{ fontWeight: 540 }}>{of.authorName}</b><span className="muted"><RelativeTime at={of.createdAt} /></span>{of.editedAt && <span className="faint">{t('comment.edited')}</span>}</div>
        {editing ? <Composer resource={resource} initial={draft} label={t('comment.edit')} submit={t('comment.save')} onCancel={() => setEditing(false)} run={(text) => edit.run({ comment: of.comment, text }).then(() => setEditing(false))} /> : <Markdown text={of.text} />}
      </div>
      <Menu small label={t('comment.menu')} items={[
        of.own && edit.allowed && { label: t('comment.edit'), icon: <IconPencil size={15} />, onSelect: () => setEditing(true) },
        (of.own || moderate) && remove.allowed && { label: t('comment.delete'), tone: 'red', icon: <IconTrash size={15} />, onSelect: () => confirm({ title: t('comment.delete-title'), text: t('comment.delete-text'), action: t('comment.delete'), run: () => remove.run({ comment: of.comment }).then(() => toast(t('comment.did-delete'))) }) },
      ]} />
    </li>
  );
}

import { Button, Card, EmptyState, ErrorState, IconActivity, IconAlertTriangle, IconMessage, IconRocket, IconUser, IconWorld, LinesSkeleton, Link, Problem, Timeline, useAction, useRead, useStream, useRetold, useT, type Input, type T } from '@openpanel/ui';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { kindOf, pageOf, plain, roleName, type Happened, type Named } from './model';

interface Part { items: Happened[]; next?: string }

const ICONS: Record<string, typeof IconActivity> = { deployment: IconRocket, comment: IconMessage, domain: IconWorld, member: IconUser, invitation: IconUser, grant: IconUser };
const RED = /\.failed$/;
/** What says which role somebody has. */
const ROLED = /^(member|invitation|grant)\./;
/** What a person did to themselves, told by the panel. */
const OWN = /^(member\.created|invitation\.accepted)$/;

/** What happened, live; more of it on demand. */
export function Feed({ filter, limit = 30, more = true, bare }: { filter: Input; limit?: number; more?: boolean; bare?: boolean }) {
  const t = useT();
  const client = useQueryClient();
  const input = { ...filter, limit };
  const query = useRead<Part>('activity.list', input);
  const older = useAction<Part>('activity.list');
  const [rest, setRest] = useState<{ of: string; items: Happened[]; next?: string }>();
  const { resource, kind } = filter as { resource?: string; kind?: string };
  useStream('activity.watch', { ...(resource && { resource }), ...(kind && { kind }) }, () => void client.invalidateQueries({ queryKey: ['action', 'activity.list'] }));
  if (query.error && !query.data) {
    return <ErrorState error={query.error as Problem} onRetry={() => void query.refetch()} />;
  }
  if (!query.data) {
    return <LinesSkeleton lines={5} />;
  }
  const key = JSON.stringify(filter);
  const also = rest?.of === key ? rest : undefined;
  const known = new Set(query.data.items.map((each) => each.id));
  const items = [...query.data.items, ...(also?.items.filter((each) => !known.has(each.id)) ?? [])];
  const next = also ? also.next : query.data.next;
  if (!items.length && !next) {
    return bare ? <p className="muted" style={{ padding: 16 }}>{t('activity.empty')}</p> : <EmptyState icon={<IconActivity size={20} />} title={t('activity.empty')} text={t('activity.empty-text')} />;
  }
  return (
    <>
      <Timeline label={t('activity.title')} items={items.map((each) => ({ id: each.id, at: each.at, tone: RED.test(each.topic) ? 'red' : undefined, icon: <Sign topic={each.topic} />, text: <Line of={each} within={resource} /> }))} />
      {more && next && <div className="buttons" style={{ padding: '8px 16px 12px' }}><Button small busy={older.busy} onClick={() => void older.go({ ...input, cursor: next }).then((part) => part && setRest({ of: key, items: [...(also?.items ?? []), ...part.items], next: part.next }))}>{t('activity.more')}</Button></div>}
    </>
  );
}

function Sign({ topic }: { topic: string }) {
  const Icon = RED.test(topic) ? IconAlertTriangle : ICONS[kindOf(topic.replace('.', ':'))] ?? IconActivity;
  return <Icon size={12} />;
}

function Line({ of, within }: { of: Happened; within?: string }) {
  const t = useT();
  const retold = useRetold();
  const said = t(`did.${of.topic}`);
  // A deployment has no name to show: what was done leads to it, and its app is named.
  const deployment = of.resource && kindOf(of.resource.ref) === 'deployment' ? pageOf(of.resource.ref) : undefined;
  const deed = said.startsWith('did.') ? of.topic : said;
  const own = OWN.test(of.topic) && of.resource;
  const actor = own ? own.name : of.actor.startsWith('user:') ? of.actorName : t(`actor.${kindOf(of.actor)}`, { name: of.actorName });
  // On a page of its own a resource is not named beside what it lies in: what is left is what happened inside it.
  const all = own ? [] : [...(of.resource && !deployment ? [of.resource] : []), ...of.within];
  const here = all.findIndex((each) => each.ref === within);
  const places = here > 0 ? all.slice(0, here) : here === 0 ? all.slice(0, 1) : all;
  return (
    <>
      <b style={{ fontWeight: 540 }}>{actor}</b> <span className="muted">{deployment ? <Link className="quiet-link" href={deployment}>{deed}</Link> : deed}</span>
      {places.map((each, index) => <Place key={each.ref} of={each} first={index === 0} />)}
      {of.detail && of.detail !== of.resource?.name && of.detail !== of.resource?.ref && <span className="muted"> · {RED.test(of.topic) ? retold(of.detail) : detail(t, of)}</span>}
    </>
  );
}

/** What somebody wrote, a role, or what is told as it is. */
function detail(t: T, of: Happened): string {
  if (of.topic.startsWith('comment.')) {
    return plain(of.detail!);
  }
  return ROLED.test(of.topic) ? roleName(t, of.detail!) : of.detail!;
}

function Place({ of, first }: { of: Named; first: boolean }) {
  const page = pageOf(of.ref);
  return <span>{first ? ' ' : ' · '}{page ? <Link className="quiet-link" href={page}>{of.name}</Link> : of.name}</span>;
}

export const FeedCard = ({ filter, limit, more }: { filter: Input; limit?: number; more?: boolean }) => {
  const t = useT();
  return <Card title={t('activity.title')}><Feed bare filter={filter} limit={limit} more={more} /></Card>;
};

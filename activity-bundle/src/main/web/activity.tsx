import { Page, Select, TextInput, useList, useOperation, useQueryParam, useT } from '@openpanel/ui';
import { Feed } from './Feed';

const KINDS = ['deployment', 'app', 'project', 'domain', 'comment', 'member', 'invitation', 'grant', 'role', 'git'];

/** What happened in the team; its filters are in the address. */
export default function ActivityPage() {
  const t = useT();
  const [resource, setResource] = useQueryParam('resource');
  const [kind, setKind] = useQueryParam('kind');
  const [person, setPerson] = useQueryParam('person');
  const [since, setSince] = useQueryParam('since');
  const projects = useList<{ project: string; name: string }>('project.list', {}, { enabled: Boolean(useOperation('project.list')) });
  const apps = useList<{ app: string; name: string; projectName?: string }>('app.list', {}, { enabled: Boolean(useOperation('app.list')) });
  const members = useList<{ member: string; name: string }>('member.list', {}, { enabled: Boolean(useOperation('member.list')?.allowed) });
  const places = [...(projects.data ?? []).map((each) => ({ value: each.project, label: each.name })), ...(apps.data ?? []).map((each) => ({ value: each.app, label: each.projectName ? `${each.projectName}/${each.name}` : each.name }))];
  const pick = { clearable: true, searchable: true, comboboxProps: { transitionProps: { duration: 80 } } };
  const begins = since && new Date(`${since}T00:00:00`);
  return (
    <Page title={t('activity.title')} lead={t('activity.lead')}>
      <div className="stack">
        <div className="row wrap" style={{ gap: 8 }}>
          <Select {...pick} aria-label={t('filter.where')} placeholder={t('filter.where')} data={places} value={resource ?? null} onChange={(value) => setResource(value ?? undefined)} />
          <Select {...pick} aria-label={t('filter.what')} placeholder={t('filter.what')} data={KINDS.map((each) => ({ value: each, label: t(`kind.${each}`) }))} value={kind ?? null} onChange={(value) => setKind(value ?? undefined)} />
          {members.data && <Select {...pick} aria-label={t('filter.who')} placeholder={t('filter.who')} data={members.data.map((each) => ({ value: each.member.slice('member:'.length), label: each.name }))} value={person ?? null} onChange={(value) => setPerson(value ?? undefined)} />}
          <TextInput type="date" aria-label={t('filter.since')} title={t('filter.since')} value={since ?? ''} onChange={(event) => setSince(event.currentTarget.value || undefined)} />
        </div>
        <div className="card"><Feed filter={{ ...(resource && { resource }), ...(kind && { kind }), ...(person && { person }), ...(begins && !Number.isNaN(begins.getTime()) && { since: begins.toISOString() }) }} /></div>
      </div>
    </Page>
  );
}

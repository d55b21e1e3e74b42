import { Button, EmptyState, IconExternalLink, IconPlus, IconWorld, Link, LinkButton, Page, RelativeTime, Table, useCan, useList, useOperation, useQueryParam, useT } from '@openpanel/ui';
import { AddDomain, idOf, nameOf, useDomainMenu, type Domain } from './parts';

export default function Domains() {
  const t = useT();
  const query = useList<Domain>('domain.list', {}, { live: ['domain.*', 'app.*'] });
  const apps = useList<{ app: string; name: string }>('app.list', {}, { enabled: Boolean(useOperation('app.list')) });
  const menu = useDomainMenu();
  const may = useCan('domain.create');
  const [asked, ask] = useQueryParam('new');
  const appOf = (row: Domain) => apps.data?.find((app) => app.app === row.app)?.name;
  // A domain is an app's: while there is none, the next step is to deploy one.
  const first = may && apps.data?.length === 0 && <LinkButton href="/apps/new" tone="primary">{t('domains.first')}</LinkButton>;
  const add = first || may && <Button tone="primary" icon={<IconPlus size={16} />} onClick={() => ask('yes')}>{t('domain.add')}</Button>;
  return (
    <Page title={t('domains.title')} actions={query.data?.length !== 0 && add}>
      <Table label={t('domains.title')} query={query} rowKey={(row) => row.domain} order="host" search={(row) => `${row.host} ${row.unicode ?? ''} ${appOf(row) ?? ''}`} menu={menu}
        under={(row) => [appOf(row), t(row.generated ? 'domain.generated' : 'domain.own'), <RelativeTime key="when" at={row.createdAt} />]}
        columns={[
          { id: 'host', header: t('domain.host'), sort: (row) => row.host, cell: (row) => <a className="link row main" href={row.address} target="_blank" rel="noreferrer"><span className="clip" title={row.unicode && row.host}>{nameOf(row)}</span><IconExternalLink size={14} /></a> },
          { id: 'app', header: t('domain.app'), wideOnly: true, sort: (row) => appOf(row) ?? '', cell: (row) => <Link className="link" href={`/apps/${idOf(row.app)}`}>{appOf(row) ?? t('domain.its-app')}</Link> },
          { id: 'kind', header: t('domain.kind'), width: 150, wideOnly: true, cell: (row) => <span className="muted">{t(row.generated ? 'domain.generated' : 'domain.own')}</span> },
          { id: 'created', header: t('domain.created'), width: 140, end: true, wideOnly: true, cell: (row) => <span className="muted"><RelativeTime at={row.createdAt} /></span> },
        ]}
        empty={<EmptyState icon={<IconWorld size={20} />} title={t('domains.empty')} text={t('domains.empty-text')}>{add}</EmptyState>} />
      {asked && <AddDomain onClose={() => ask(undefined)} />}
    </Page>
  );
}

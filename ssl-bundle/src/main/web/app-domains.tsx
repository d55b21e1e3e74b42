import { Button, CopyText, EmptyState, IconExternalLink, IconPlus, IconWorld, Table, useAction, useCan, useList, useT } from '@openpanel/ui';
import { useState } from 'react';
import { AddDomain, nameOf, useDomainMenu, type Domain } from './parts';

/** The Domains tab of an app. */
export default function AppDomains({ resource, item }: { resource: string; item?: { address?: string } }) {
  const t = useT();
  const query = useList<Domain>('domain.list', { app: resource }, { live: ['domain.*'] });
  const main = query.data && query.data.length > 1 ? item?.address : undefined;
  const menu = useDomainMenu(main);
  const kind = (row: Domain) => t(row.address === main ? 'domain.main' : row.generated ? 'domain.generated' : 'domain.own');
  const may = useCan('domain.create');
  const generate = useAction('domain.generate');
  const [adding, setAdding] = useState(false);
  const none = query.data && !query.data.some((row) => row.generated);
  const add = may && <Button icon={<IconPlus size={16} />} onClick={() => setAdding(true)}>{t('domain.add')}</Button>;
  const make = none && generate.allowed && <Button busy={generate.busy} onClick={() => void generate.go({ app: resource })}>{t('domain.generate')}</Button>;
  return (
    <>
      <Table label={t('domains.title')} query={query} rowKey={(row) => row.domain} menu={menu} order="host" tools={query.data?.length ? <>{make}{add}</> : undefined}
        under={(row) => [kind(row), row.address]}
        columns={[
          { id: 'host', header: t('domain.host'), sort: (row) => row.host, cell: (row) => <span className="row"><a className="link row main" href={row.address} target="_blank" rel="noreferrer"><span className="clip" title={row.unicode && row.host}>{nameOf(row)}</span><IconExternalLink size={14} /></a></span> },
          { id: 'kind', header: t('domain.kind'), width: 160, wideOnly: true, cell: (row) => <span className="muted">{kind(row)}</span> },
          { id: 'copy', header: t('domain.address'), wideOnly: true, cell: (row) => <CopyText text={row.address} /> },
        ]}
        empty={<EmptyState icon={<IconWorld size={20} />} title={t('domains.empty-app')} text={t('domains.empty-text')}>{make}{add}</EmptyState>} />
      {adding && <AddDomain app={resource} onClose={() => setAdding(false)} />}
    </>
  );
}

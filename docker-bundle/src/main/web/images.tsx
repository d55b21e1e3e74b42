import { Bytes, confirm, EmptyState, IconStack2, IconTrash, Page, RelativeTime, Table, Tabs, toast, useAction, useList, useT } from '@openpanel/ui';

interface Image { image: string; id: string; name: string; tags: string[]; size: number; createdAt: string; containers: number }

const shortOf = (row: Image): string => row.id.replace('sha256:', '').slice(0, 12);
const nameOf = (row: Image): string => row.name || shortOf(row);

export default function Images() {
  const t = useT();
  const query = useList<Image>('image.list', {}, { live: ['image.*', 'engine.*'] });
  const remove = useAction('image.delete');
  return (
    <Page title={t('images.title')} tabs={<Tabs label={t('containers.title')} current="images" items={[{ id: 'containers', title: t('containers.title'), href: '/containers' }, { id: 'images', title: t('images.title'), href: '/images' }]} />}>
      <Table label={t('images.title')} query={query} rowKey={(row) => row.image} search={(row) => `${nameOf(row)} ${row.image}`} order="-created"
        menu={(row) => [remove.allowed && { label: t('do.delete'), tone: 'red', icon: <IconTrash size={15} />, onSelect: () => confirm({
          title: t('delete.title', { name: nameOf(row) }), action: t('do.delete'), name: nameOf(row), dies: [t('image.dies')], survives: [t('image.survives')],
          run: () => remove.run({ reference: row.image, confirm: nameOf(row) }).then(() => toast(t('did.delete', { name: nameOf(row) }))) }) }]}
        under={(row) => [<code key="id">{shortOf(row)}</code>, <RelativeTime key="when" at={row.createdAt} />]}
        columns={[
          { id: 'name', header: t('image.name'), sort: nameOf, cell: (row) => <span className="row">{row.tags.length ? <span className="main clip">{nameOf(row)}</span> : <span className="faint">{t('image.unnamed')}</span>}{row.tags.length > 1 && <span className="tag" title={row.tags.join(', ')}>+{row.tags.length - 1}</span>}</span> },
          { id: 'id', header: t('image.id'), width: 160, wideOnly: true, cell: (row) => <code className="muted">{shortOf(row)}</code> },
          { id: 'containers', header: t('image.containers'), width: 120, end: true, wideOnly: true, sort: (row) => row.containers, cell: (row) => <span className="num muted">{row.containers || '–'}</span> },
          { id: 'size', header: t('image.size'), width: 92, end: true, sort: (row) => row.size, cell: (row) => <Bytes value={row.size} /> },
          { id: 'created', header: t('image.created'), width: 140, end: true, wideOnly: true, sort: (row) => Date.parse(row.createdAt), cell: (row) => <span className="muted"><RelativeTime at={row.createdAt} /></span> },
        ]}
        empty={<EmptyState icon={<IconStack2 size={20} />} title={t('images.empty')} text={t('images.empty-text')} />} />
    </Page>
  );
}

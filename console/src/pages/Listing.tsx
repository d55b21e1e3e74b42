import { useOperation, useList } from '../ui/hooks';
import { humanise } from '../ui/format';
import { Page } from '../ui/Page';
import { RelativeTime } from '../ui/bits';
import { Table } from '../ui/Table';
import { EmptyState } from '../ui/states';
import { useT } from '../i18n/i18n';

type Row = Record<string, unknown>;

/** A page a bundle ships no code for: the answer of a list action, its columns from the schema. */
export default function Listing({ action, title }: { action: string; title: string }) {
  const t = useT('');
  const operation = useOperation(action);
  const noun = action.slice(0, action.indexOf('.'));
  const query = useList<Row>(action, {}, { live: [`${noun}.*`] });
  const properties = operation?.output?.properties?.items?.items?.properties ?? {};
  const names = Object.entries(properties).filter(([, schema]) => schema.type !== 'object' && schema.type !== 'array').map(([name]) => name).slice(0, 7);
  return (
    <Page title={title}>
      <Table label={title} query={query} rowKey={(row) => String(row[noun] ?? JSON.stringify(row))} search={(row) => JSON.stringify(row)}
        columns={names.map((name) => ({ id: name, header: humanise(name), sort: (row: Row) => String(row[name] ?? ''),
          cell: (row: Row) => (properties[name]?.format === 'date-time' ? <RelativeTime at={row[name] as string} /> : String(row[name] ?? '–')) }))}
        empty={<EmptyState title={t('list.empty')} />} />
    </Page>
  );
}

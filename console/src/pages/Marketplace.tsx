import { useState } from 'react';
import { useT } from '../i18n/i18n';
import { RelativeTime } from '../ui/bits';
import { confirm } from '../ui/confirm';
import { Button } from '../ui/controls';
import { Dialog } from '../ui/dialog';
import { useAction, useList } from '../ui/hooks';
import { IconBuildingStore, IconPlus, IconRefresh, IconTrash } from '../ui/icons';
import { Card, Page } from '../ui/Page';
import { SchemaForm } from '../ui/SchemaForm';
import { EmptyState, Notice } from '../ui/states';
import { Table } from '../ui/Table';
import { toast } from '../ui/toast';
import { newest, OfferDialog, type Offer } from './OfferDialog';
import { PluginTabs } from './Plugins';

interface Place { marketplace: string; url: string; fingerprint: string; offers: number; refreshedAt?: string; expiresAt?: string; error?: string }

const nameOf = (place: Place) => place.marketplace.slice('marketplace:'.length);

export default function Marketplace() {
  const t = useT('');
  const offers = useList<Offer>('offer.list', {}, { live: ['action.done', 'catalogue.changed'] });
  const places = useList<Place>('marketplace.list', {}, { live: ['action.done'] });
  const add = useAction('marketplace.add');
  const refresh = useAction('marketplace.refresh');
  const remove = useAction('marketplace.delete');
  const [adding, setAdding] = useState(false);
  const [chosen, setChosen] = useState<Offer>();
  const button = add.allowed && <Button tone="primary" icon={<IconPlus size={16} />} onClick={() => setAdding(true)}>{t('market.add')}</Button>;
  return (
    <Page title={t('plugins.title')} lead={<span style={{ maxWidth: 720 }}>{t('market.lead')}</span>} actions={places.data?.length !== 0 && button} tabs={<PluginTabs current="marketplace" />}>
      <div className="stack">
        {places.data?.length === 0
          ? <EmptyState icon={<IconBuildingStore size={20} />} title={t('market.none')} text={t('market.none-text')}>{button}</EmptyState>
          : (
            <Table label={t('market.offers')} query={offers} rowKey={(row) => row.offer} order="name" search={(row) => `${row.title} ${row.summary} ${row.publisher}`}
              empty={<EmptyState icon={<IconBuildingStore size={20} />} title={t('market.empty')} text={t('market.empty-text')} />}
              under={(row) => [row.summary, row.publisher]}
              columns={[
                { id: 'name', header: t('plugins.name'), sort: (row) => row.title, cell: (row) => <button type="button" className="copy main" onClick={() => setChosen(row)}><span className="link">{row.title}</span></button> },
                { id: 'summary', header: t('market.summary'), wideOnly: true, cell: (row) => <span className="muted clip">{row.summary}</span> },
                { id: 'publisher', header: t('market.publisher'), width: 150, wideOnly: true, sort: (row) => row.publisher, cell: (row) => <span className="clip">{row.publisher}</span> },
                { id: 'version', header: t('plugins.version'), width: 110, cell: (row) => <code className="muted">{newest(row)?.version ?? '–'}</code> },
                { id: 'quality', header: t('plugins.quality'), width: 92, wideOnly: true, sort: (row) => newest(row)?.quality ?? '', cell: (row) => { const level = newest(row)?.quality; return <span className="muted" title={t('market.quality-says', { level: t(`plugins.quality-${level ?? 'none'}`), name: row.marketplace })}>{level ? t(`plugins.quality-${level}`) : '–'}</span>; } },
                { id: 'installed', header: t('market.installed'), width: 110, wideOnly: true, cell: (row) => <code className="muted">{row.installed ?? '–'}</code> },
              ]}
              menu={(row) => [{ label: t('market.look'), onSelect: () => setChosen(row) }]} />
          )}
        {places.data && places.data.length > 0 && (
          <Card title={t('market.places')} count={places.data.length}>
            <div className="body stack">
              {places.data.map((place) => (
                <div key={place.marketplace} className="spread" style={{ flexWrap: 'wrap', gap: 8 }}>
                  <div style={{ minWidth: 0 }}>
                    <div className="row"><strong>{nameOf(place)}</strong><span className="muted clip">{place.url}</span></div>
                    <small className="muted">{t('market.read', { count: place.offers })} <RelativeTime at={place.refreshedAt} /></small>
                    {place.error && <Notice tone="red">{place.error}</Notice>}
                  </div>
                  <div className="buttons">
                    <Button small busy={refresh.busy} why={refresh.allowed ? undefined : t('not-allowed')} icon={<IconRefresh size={15} />} onClick={() => void refresh.go({ marketplace: place.marketplace }).then((done) => done && toast(t('market.refreshed', { name: nameOf(place) })))}>{t('market.refresh')}</Button>
                    {remove.allowed && <Button small icon={<IconTrash size={15} />} onClick={() => confirm({ title: t('market.remove-title', { name: nameOf(place) }), text: t('market.remove-text'), action: t('market.remove'), name: nameOf(place),
                      run: () => remove.run({ marketplace: place.marketplace, confirm: nameOf(place) }) })}>{t('market.remove')}</Button>}
                  </div>
                </div>
              ))}
            </div>
          </Card>
        )}
      </div>
      {adding && (
        <Dialog title={t('market.add')} onClose={() => setAdding(false)}>
          <div className="stack">
            <p className="muted">{t('market.add-text')}</p>
            <SchemaForm action="marketplace.add" fields={['url', 'fingerprint']} submit={t('market.add')} run={add.run} onCancel={() => setAdding(false)} onDone={() => setAdding(false)} />
          </div>
        </Dialog>
      )}
      {chosen && <OfferDialog offer={chosen} onClose={() => setChosen(undefined)} />}
    </Page>
  );
}

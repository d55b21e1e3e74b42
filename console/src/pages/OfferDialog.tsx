import { useState } from 'react';
import { useT } from '../i18n/i18n';
import { Bytes, RelativeTime } from '../ui/bits';
import { Button } from '../ui/controls';
import { Dialog } from '../ui/dialog';
import { useAction, useNavigate, useRead } from '../ui/hooks';
import { IconDownload } from '../ui/icons';
import { Notice, ProblemNotice } from '../ui/states';

interface Release { version: string; size: number; published: string; host: string; permissions: string[]; quality?: string; source?: string; revoked?: string; obstacle?: string }
export interface Offer { offer: string; title: string; summary: string; categories: string[]; marketplace: string; publisher: string; trusted: boolean; installed?: string; releases: Release[] }

/** What there is to install: the newest that was not taken back. */
export const newest = (offer: Offer) => offer.releases.find((each) => !each.revoked);

/** What a plugin is, what it may do and what that means, before it is installed. */
export function OfferDialog({ offer, onClose }: { offer: Offer; onClose: () => void }) {
  const t = useT('');
  const navigate = useNavigate();
  const install = useAction<{ job: string }>('plugin.install');
  const trust = useAction('publisher.trust');
  const release = newest(offer);
  const before = useRead<{ uses: string[] }>('plugin.get', { plugin: offer.offer.replace(/^offer:.*\//, 'plugin:') }, { enabled: offer.installed !== undefined }).data?.uses;
  const [error, setError] = useState<unknown>();
  const go = async (trusting: boolean) => {
    setError(undefined);
    try {
      if (trusting) {
        await trust.run({ offer: offer.offer });
      }
      const { job } = await install.run({ offer: offer.offer, version: release?.version, permissions: release?.permissions });
      onClose();
      navigate(`/jobs/${job.slice('job:'.length)}`);
    } catch (failure) {
      setError(failure);
    }
  };
  const current = offer.installed !== undefined && offer.installed === release?.version;
  /** What people are asked to agree to: the hosts it reaches, or the actions and events of others. */
  const asked = (hosts: boolean) => {
    const names = (release?.permissions ?? []).filter((each) => each.startsWith('host:') === hosts);
    return names.length > 0 && names.map((each) => <div key={each} className="row"><code>{each.replace(/^host:/, '')}</code>{before && !before.includes(each) && <span className="status badge amber">{t('market.calls-new')}</span>}</div>);
  };

  return (
    <Dialog title={offer.title} onClose={onClose} size={600}>
      <div className="stack">
        <p>{offer.summary}</p>
        <dl className="facts">
          <dt>{t('market.publisher')}</dt><dd>{offer.publisher}</dd>
          <dt>{t('market.place')}</dt><dd>{offer.marketplace}</dd>
          {release && <><dt>{t('plugins.version')}</dt><dd><code>{release.version}</code> · <Bytes value={release.size} /> · <RelativeTime at={release.published} /></dd></>}
          {offer.installed && <><dt>{t('market.installed')}</dt><dd><code>{offer.installed}</code></dd></>}
          {release?.quality && <><dt>{t('plugins.quality')}</dt><dd>{t('market.quality-says', { level: t(`plugins.quality-${release.quality}`), name: offer.marketplace })}</dd></>}
          {release?.source && <><dt>{t('market.source')}</dt><dd>{release.source}</dd></>}
          <dt>{t('market.calls')}</dt><dd>{asked(false) || t('market.calls-none')}</dd>
          <dt>{t('market.reaches')}</dt><dd>{asked(true) || t('market.reaches-none')}</dd>
        </dl>
        {release?.obstacle && <Notice tone="red">{release.obstacle}</Notice>}
        {offer.trusted
          ? <Notice tone="amber">{t('market.power', { name: offer.publisher })}</Notice>
          : <><Notice tone="blue">{t('market.apart', { name: offer.publisher })}</Notice><p className="muted">{t('market.power-new', { name: offer.publisher })}</p></>}
        <ProblemNotice error={error} />
        <div className="buttons end">
          <Button onClick={onClose}>{t('close')}</Button>
          {release && !offer.trusted && trust.allowed && install.allowed && <Button busy={trust.busy} onClick={() => void go(true)}>{t('market.trust-install')}</Button>}
          {release && <Button tone="primary" busy={install.busy} icon={<IconDownload size={16} />} why={install.allowed ? current ? t('market.current') : release.obstacle : t('not-allowed')} onClick={() => void go(false)}>
            {t(offer.installed ? 'market.update' : 'market.install')}</Button>}
        </div>
      </div>
    </Dialog>
  );
}

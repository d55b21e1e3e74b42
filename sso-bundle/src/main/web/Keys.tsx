import { Button, Dialog, download, IconDownload, IconKey, RelativeTime, SchemaForm, toast, useAction, useT } from '@openpanel/ui';
import { useState } from 'react';
import type { Provider } from './model';

/** What the panel signs with and what is encrypted for it: certificates to be given to the provider. */
export function Keys({ provider }: { provider: Provider }) {
  const t = useT();
  const rotate = useAction('identity-provider.rotate');
  const [turning, turn] = useState(false);
  const { identityProvider, name, certificates } = provider;
  const action = t(certificates.length ? 'sso.keys-new' : 'sso.keys-make');
  return (
    <div className="stack tight">
      <p className="muted">{t(certificates.length ? 'sso.keys' : 'sso.keys-none')}</p>
      {certificates.map((each) => (
        <div key={each.pem} className="row">
          <Button small icon={<IconDownload size={15} />} onClick={() => download(`openpanel-${each.purpose}.pem`, each.pem)}>{t(`sso.keys-${each.purpose}`)}</Button>
          <span className="muted">{each.endsAt ? <>{t('sso.keys-ends')} <RelativeTime at={each.endsAt} /></> : <>{t('sso.keys-until')} <RelativeTime at={each.validUntil} /></>}</span>
        </div>
      ))}
      {rotate.allowed && <div className="buttons"><Button small icon={<IconKey size={15} />} onClick={() => turn(true)}>{action}</Button></div>}
      {turning && <Dialog title={action} onClose={() => turn(false)}>
        <p className="muted" style={{ marginBottom: 16 }}>{t(certificates.length ? 'sso.keys-how' : 'sso.keys-first')}</p>
        <SchemaForm action="identity-provider.rotate" fixed={{ identityProvider }} fields={certificates.length ? ['overlap'] : []} initial={certificates.length ? { overlap: 'P7D' } : {}} submit={action} run={rotate.run} onCancel={() => turn(false)}
          onDone={() => { turn(false); toast(t('sso.keys-made', { name })); }} />
      </Dialog>}
    </div>
  );
}

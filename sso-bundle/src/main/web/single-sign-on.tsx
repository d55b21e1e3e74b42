import { Button, Card, confirm, CopyBox, Dialog, EmptyState, Facts, IconKey, IconPencil, IconPlus, IconTrash, LinesSkeleton, Loaded, Menu, Notice, Page, ProblemNotice, SchemaForm, Section, toast, useAction, useList, useT } from '@openpanel/ui';
import { useState } from 'react';
import { Keys } from './Keys';
import { Rules } from './Rules';
import { PRESETS, type Preset, type Provider } from './model';

const FIELDS: Record<Preset, string[]> = {
  oidc: ['name', 'address', 'clientId', 'clientSecret', 'groupsClaim', 'newcomers'],
  saml: ['name', 'metadata', 'clientId', 'groupsClaim', 'newcomers'],
  gitlab: ['name', 'clientId', 'clientSecret', 'newcomers'],
  google: ['name', 'clientId', 'clientSecret', 'newcomers'],
  github: ['name', 'clientId', 'clientSecret', 'newcomers'],
};
const NEEDED: Record<Preset, string[]> = { oidc: ['address'], saml: ['metadata'], gitlab: ['clientSecret'], google: ['clientSecret'], github: ['clientSecret'] };
const ADVANCED: Record<Preset, string[]> = {
  oidc: ['logOut', 'secondFactor', 'offered'],
  saml: ['logOut', 'address', 'secondFactor', 'offered'],
  gitlab: ['address', 'groupsClaim', 'secondFactor', 'offered'],
  google: ['secondFactor', 'offered'],
  github: ['address', 'secondFactor', 'offered'],
};

export default function SingleSignOn() {
  const t = useT();
  const query = useList<Provider>('identity-provider.list', {}, { live: ['action.done'] });
  const create = useAction('identity-provider.create');
  const [preset, choose] = useState<Preset>();
  return (
    <Page title={t('sso.title')} lead={t('sso.lead')} actions={create.allowed && Boolean(query.data?.length) && <Menu items={PRESETS.map((each) => ({ label: t(`sso.preset-${each}`), onSelect: () => choose(each) }))}><Button tone="primary" icon={<IconPlus size={16} />}>{t('sso.new')}</Button></Menu>}>
      <Loaded query={query} skeleton={<LinesSkeleton />}>
        {(providers) => (
          <div>
            {!providers.length && <Card><EmptyState icon={<IconKey size={20} />} title={t('sso.empty')} text={t('sso.none')}>
              {create.allowed && PRESETS.map((each) => <Button key={each} icon={<IconPlus size={16} />} onClick={() => choose(each)}>{t(`sso.preset-${each}`)}</Button>)}
            </EmptyState></Card>}
            {providers.map((each) => <One key={each.identityProvider} provider={each} />)}
          </div>
        )}
      </Loaded>
      {preset && <Dialog title={t(`sso.preset-${preset}`)} onClose={() => choose(undefined)}>
        <p className="muted" style={{ marginBottom: 16 }}>{t(`sso.how-${preset}`)}</p>
        <SchemaForm action="identity-provider.create" fixed={{ preset }} fields={FIELDS[preset]} advanced={ADVANCED[preset]} needed={NEEDED[preset]} initial={{ name: t(`sso.name-${preset}`), newcomers: true, offered: true, ...(preset === 'oidc' || preset === 'saml' ? { groupsClaim: 'groups' } : {}), ...(preset === 'saml' ? { clientId: window.location.origin } : {}) }}
          submit={t('sso.make')} run={create.run} onCancel={() => choose(undefined)} onDone={() => choose(undefined)} />
      </Dialog>}
    </Page>
  );
}

function One({ provider }: { provider: Provider }) {
  const t = useT();
  const update = useAction('identity-provider.update');
  const remove = useAction('identity-provider.delete');
  const test = useAction<{ found: string[] }>('identity-provider.test');
  const [editing, edit] = useState(false);
  const [found, setFound] = useState<string[]>();
  const { identityProvider, name, preset } = provider;
  const saml = preset === 'saml';
  const redirect = saml ? 'sso.consumer' : 'sso.redirect';
  return (
    <Section title={name} help={t(`sso.preset-${preset}`)}>
      <div className="stack">
        <Facts items={[
          [t(saml ? 'sso.entity-theirs' : 'field.address'), <code key="address">{provider.address}</code>],
          [t(saml ? 'sso.entity-ours' : 'field.clientId'), <code key="client">{provider.clientId}</code>],
          [t('field.newcomers'), t(provider.newcomers ? 'sso.newcomers-yes' : 'sso.newcomers-no')],
          provider.secondFactor.length > 0 && [t('field.secondFactor'), provider.secondFactor.join(', ')],
          provider.logOut && [t('field.logOut'), t('sso.log-out-yes')],
          !provider.offered && [t('field.offered'), t('sso.offered-no')],
        ]} />
        <div><p className="muted">{t(redirect)}</p><CopyBox text={window.location.origin + provider.redirectPath} label={t(redirect)} /></div>
        {provider.metadataPath && <div><p className="muted">{t('sso.metadata')}</p><CopyBox text={window.location.origin + provider.metadataPath} label={t('sso.metadata')} /></div>}
        {provider.logOutPath && <div><p className="muted">{t(`sso.log-out-${preset}`)}</p><CopyBox text={window.location.origin + provider.logOutPath} label={t(`sso.log-out-${preset}`)} /></div>}
        {saml && <Keys provider={provider} />}
        <Rules provider={provider} />
        {found && <Notice tone="green">{t('sso.tested')}: {found.join(' · ')}</Notice>}
        <ProblemNotice error={test.problem} />
        <div className="buttons">
          {test.allowed && <Button busy={test.busy} onClick={() => {
            setFound(undefined);
            void test.run({ identityProvider }).then((answer) => setFound(answer.found), () => undefined);
          }}>{t('sso.test')}</Button>}
          {update.allowed && <Button icon={<IconPencil size={15} />} onClick={() => edit(true)}>{t('do.edit')}</Button>}
          {remove.allowed && <Button tone="danger" icon={<IconTrash size={15} />} onClick={() => confirm({ title: t('delete.title', { name }), name, action: t('do.delete'), dies: [t('sso.dies')], survives: [t('sso.survives')], run: () => remove.run({ identityProvider, confirm: name }).then(() => toast(t('did.delete', { name }))) })}>{t('do.delete')}</Button>}
        </div>
      </div>
      {editing && <Dialog title={name} onClose={() => edit(false)}>
        <SchemaForm action="identity-provider.update" fixed={{ identityProvider }} fields={FIELDS[preset]} advanced={ADVANCED[preset]} initial={{ ...provider, clientSecret: undefined }}
          run={({ clientSecret, ...rest }) => update.run({ ...rest, ...(clientSecret ? { clientSecret } : {}) })} onCancel={() => edit(false)} onDone={() => edit(false)} />
      </Dialog>}
    </Section>
  );
}

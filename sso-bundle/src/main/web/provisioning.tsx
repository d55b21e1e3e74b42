import { Button, Card, confirm, CopyBox, Dialog, EmptyState, Facts, IconButton, IconPencil, IconPlus, IconRefresh, IconTrash, IconUser, LinesSkeleton, Loaded, Notice, Page, ProblemNotice, RelativeTime, SchemaForm, Section, TextInput, toast, useAction, useList, useQueryParam, useT } from '@openpanel/ui';
import { useState } from 'react';

interface Rule { group: string; role: string }
interface Directory { directory: string; name: string; role: string; rules: Rule[]; provider?: string; path: string; account?: string; prefix?: string; usedAt?: string; expiresAt?: string; users: number; groups: number }
interface Made { name: string; token: string; path: string }
interface Offer { provider: string; name: string }
interface Role { role: string; name: string }

const BUILT_IN = ['owner', 'admin', 'developer', 'viewer', 'guest'];

export default function Provisioning() {
  const t = useT();
  const query = useList<Directory>('directory.list', {}, { live: ['action.done'] });
  const create = useAction<Made & Record<string, unknown>>('directory.create');
  const [asked, ask] = useQueryParam('new');
  const [made, setMade] = useState<Made>();
  const add = create.allowed && <Button tone="primary" icon={<IconPlus size={16} />} onClick={() => ask('yes')}>{t('provisioning.new')}</Button>;
  return (
    <Page title={t('provisioning.title')} lead={t('provisioning.lead')} actions={query.data?.length !== 0 && add}>
      <div className="stack">
        {made && (
          <Card title={t('provisioning.made', { name: made.name })} actions={<Button small onClick={() => setMade(undefined)}>{t('provisioning.kept')}</Button>}>
            <div className="body stack">
              <Notice tone="amber">{t('provisioning.once')}</Notice>
              <CopyBox text={made.token} label={t('provisioning.token')} />
              <p className="muted">{t('provisioning.address')}</p><CopyBox text={window.location.origin + made.path} label={t('provisioning.address')} />
            </div>
          </Card>
        )}
        <Loaded query={query} skeleton={<LinesSkeleton />}>
          {(directories) => (
            <div>
              {!directories.length && <Card><EmptyState icon={<IconUser size={20} />} title={t('provisioning.empty')} text={t('provisioning.none')}>{add}</EmptyState></Card>}
              {directories.map((each) => <One key={each.directory} directory={each} onMade={setMade} />)}
            </div>
          )}
        </Loaded>
      </div>
      {asked && <Dialog title={t('provisioning.new')} onClose={() => ask(undefined)}>
        <SchemaForm action="directory.create" fields={['name', 'role']} advanced={['provider', 'expiresIn']} initial={{ name: 'Entra ID', role: 'role:viewer' }} submit={t('provisioning.make')} run={create.run} onCancel={() => ask(undefined)}
          onDone={(output) => { ask(undefined); setMade(output as unknown as Made); }} />
      </Dialog>}
    </Page>
  );
}

function One({ directory, onMade }: { directory: Directory; onMade: (made: Made) => void }) {
  const t = useT();
  const update = useAction('directory.update');
  const rotate = useAction<Made & Record<string, unknown>>('directory.rotate');
  const revoke = useAction('directory.revoke');
  const remove = useAction('directory.delete');
  const offers = useList<Offer>('identity-provider.offered').data ?? [];
  const roles = useList<Role>('role.list').data ?? [];
  const [editing, edit] = useState(false);
  const [turning, turn] = useState(false);
  const { name } = directory;
  const least = directory.role.slice('role:'.length);
  const which = { directory: directory.directory };
  return (
    <Section title={name} help={t('provisioning.people', { users: directory.users, groups: directory.groups })}>
      <div className="stack">
          <div><p className="muted">{t('provisioning.address')}</p><CopyBox text={window.location.origin + directory.path} label={t('provisioning.address')} /></div>
          <Facts items={[
            [t('provisioning.token'), directory.prefix ? <code key="prefix">{directory.prefix}…</code> : t('provisioning.no-token')],
            [t('provisioning.used'), directory.usedAt ? <RelativeTime key="used" at={directory.usedAt} /> : t('provisioning.never')],
            directory.expiresAt !== undefined && [t('provisioning.ends'), <RelativeTime key="ends" at={directory.expiresAt} />],
            [t('provisioning.least'), BUILT_IN.includes(least) ? t(`role.${least}`) : roles.find((each) => each.role === directory.role)?.name ?? least],
            directory.provider !== undefined && [t('provisioning.first'), offers.find((each) => each.provider === directory.provider)?.name ?? directory.provider],
          ]} />
          <Rules directory={directory} />
          <div className="buttons">
            {rotate.allowed && <Button icon={<IconRefresh size={15} />} onClick={() => turn(true)}>{t('provisioning.rotate')}</Button>}
            {update.allowed && <Button icon={<IconPencil size={15} />} onClick={() => edit(true)}>{t('do.edit')}</Button>}
            {revoke.allowed && directory.prefix && <Button tone="danger" onClick={() => confirm({ title: t('provisioning.revoke'), text: t('provisioning.revoke-text'), action: t('provisioning.revoke'), run: () => revoke.run(which).then(() => toast(t('provisioning.revoked'))) })}>{t('provisioning.revoke')}</Button>}
            {remove.allowed && <Button tone="danger" icon={<IconTrash size={15} />} onClick={() => confirm({ title: t('delete.title', { name }), name, action: t('do.delete'), dies: [t('provisioning.dies')], survives: [t('provisioning.survives')], run: () => remove.run({ ...which, confirm: name }).then(() => toast(t('did.delete', { name }))) })}>{t('do.delete')}</Button>}
          </div>
      </div>
      {turning && <Dialog title={t('provisioning.rotate')} onClose={() => turn(false)}>
        <SchemaForm action="directory.rotate" fixed={which} fields={['overlap']} advanced={['expiresIn']} initial={{ overlap: 'PT1H' }} submit={t('provisioning.make')} run={rotate.run} onCancel={() => turn(false)}
          onDone={(output) => { turn(false); onMade(output as unknown as Made); }} />
      </Dialog>}
      {editing && <Dialog title={name} onClose={() => edit(false)}>
        <SchemaForm action="directory.update" fixed={which} fields={['name', 'role']} advanced={['provider']} initial={{ name, role: directory.role, provider: directory.provider }} run={update.run} onCancel={() => edit(false)} onDone={() => edit(false)} />
      </Dialog>}
    </Section>
  );
}

/** Which groups give which roles; a row each. */
function Rules({ directory }: { directory: Directory }) {
  const t = useT();
  const update = useAction('directory.update');
  const [draft, setDraft] = useState<Rule[]>();
  const rows = draft ?? directory.rules;
  const change = (index: number, part: Partial<Rule>) => setDraft(rows.map((row, at) => (at === index ? { ...row, ...part } : row)));
  return (
    <form className="stack tight" onSubmit={(event) => {
      event.preventDefault();
      void update.run({ directory: directory.directory, rules: rows.filter((row) => row.group.trim() || row.role.trim()) }).then(() => {
        setDraft(undefined);
        toast(t('provisioning.rules-saved'));
      }, () => undefined);
    }}>
      <p className="muted">{t('provisioning.rules')}</p>
      {rows.map((row, index) => (
        <div key={index} className="row">
          <TextInput aria-label={t('field.group')} placeholder={t('field.group')} value={row.group} onChange={(event) => change(index, { group: event.currentTarget.value })} />
          <TextInput aria-label={t('field.role')} placeholder="developer" value={row.role} onChange={(event) => change(index, { role: event.currentTarget.value })} />
          <IconButton label={t('sso.rule-remove')} icon={<IconTrash size={15} />} onClick={() => setDraft(rows.filter((_row, at) => at !== index))} />
        </div>
      ))}
      <ProblemNotice error={update.problem} />
      {update.allowed && <div className="buttons">
        <Button small icon={<IconPlus size={15} />} onClick={() => setDraft([...rows, { group: '', role: '' }])}>{t('sso.rule-add')}</Button>
        {draft && <Button small type="submit" tone="primary" busy={update.busy}>{t('save')}</Button>}
      </div>}
    </form>
  );
}

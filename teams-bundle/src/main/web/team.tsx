import { Button, confirm, Dialog, IconPlus, LinesSkeleton, Loaded, Page, SchemaForm, Section, Switch, toast, useAction, useCan, useList, useQueryParam, useT, workIn } from '@openpanel/ui';
import { roleName } from './model';
import { Quotas } from './Quotas';

interface Team { team: string; name: string; role?: string; roleName?: string; current: boolean; home: boolean; secondFactor: boolean; addresses: string[] }

export default function TeamPage() {
  const t = useT();
  const query = useList<Team>('team.list', {}, { live: ['team.*', 'member.*'] });
  const update = useAction('team.update');
  const restrict = useAction<{ addresses?: string[] }>('team.restrict');
  const create = useAction<{ team?: string }>('team.create');
  const leave = useAction('team.leave');
  const remove = useAction('team.delete');
  const quotas = useCan('quota.list');
  const [asked, ask] = useQueryParam('new');
  return (
    <Page title={t('team.title')} lead={t('team.lead')} actions={create.allowed && <Button icon={<IconPlus size={16} />} onClick={() => ask('yes')}>{t('team.new')}</Button>}>
      <Loaded query={query} skeleton={<LinesSkeleton />}>
        {(teams) => {
          const here = teams.find((each) => each.current);
          return (
            <div>
              {here && update.allowed && <Section title={t('team.name')} help={t('team.name-help')}>
                <SchemaForm action="team.update" fixed={{ team: here.team }} fields={['name']} initial={{ name: here.name }} run={update.run} onDone={() => toast(t('team.saved'))} />
              </Section>}
              {here && update.allowed && <Section title={t('team.factor')} help={t('team.factor-help')}>
                <Switch label={t('team.factor-ask')} checked={here.secondFactor} disabled={update.busy} onChange={(event) => void update.go({ team: here.team, secondFactor: event.currentTarget.checked }).then((changed) => changed && toast(t(changed.secondFactor ? 'team.factor-on' : 'team.factor-off')))} />
              </Section>}
              {here && restrict.allowed && <Section title={t('team.addresses')} help={t('team.addresses-help')}>
                <SchemaForm action="team.restrict" fixed={{ team: here.team }} fields={['addresses']} initial={{ addresses: here.addresses }} run={restrict.run} onDone={(changed) => toast(t((changed.addresses as string[]).length > 0 ? 'team.addresses-some' : 'team.addresses-all'))} />
              </Section>}
              {here && quotas && <Quotas team={here.team} name={here.name} />}
              <Section title={t('profile.teams')} help={t('team.all-help')}>
                <ul className="stack tight">{teams.map((each) => (
                  <li key={each.team} className="spread">
                    <span className="row"><b style={{ fontWeight: 540 }}>{each.name}</b>{each.role && <span className="tag">{roleName(t, each.role, each.roleName)}</span>}{each.home && <span className="tag">{t('team.home')}</span>}</span>
                    {each.current ? <span className="muted">{t('team.here')}</span> : <Button small onClick={() => workIn(each.team)}>{t('team.go')}</Button>}
                  </li>
                ))}</ul>
              </Section>
              {here && here.role && leave.allowed && <Section title={t('team.leave')} help={t('team.leave-help')}>
                <div><Button tone="danger" onClick={() => confirm({ title: t('team.leave-title', { name: here.name }), name: here.name, action: t('team.leave'), dies: [t('team.leave-dies')], survives: [t('team.leave-survives')],
                  run: () => leave.run({ team: here.team, confirm: here.name }).then(() => workIn(undefined)) })}>{t('team.leave')}</Button></div>
              </Section>}
              {here && !here.home && remove.allowed && <Section title={t('team.delete')} help={t('team.delete-help')}>
                <div><Button tone="danger" onClick={() => confirm({ title: t('delete.title', { name: here.name }), name: here.name, action: t('team.delete'), dies: [t('team.dies-members'), t('team.dies-keys')], survives: [t('team.survives')],
                  run: () => remove.run({ team: here.team, confirm: here.name }).then(() => workIn(undefined)) })}>{t('team.delete')}</Button></div>
              </Section>}
            </div>
          );
        }}
      </Loaded>
      {asked && <Dialog title={t('team.new')} onClose={() => ask(undefined)}>
        <SchemaForm action="team.create" fields={['name']} submit={t('team.make')} run={create.run} onCancel={() => ask(undefined)} onDone={(output) => workIn(String(output.team))} />
      </Dialog>}
    </Page>
  );
}

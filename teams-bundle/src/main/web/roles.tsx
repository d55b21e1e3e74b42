import { Button, confirm, Dialog, IconCheck, IconPencil, IconPlus, IconTrash, LinesSkeleton, Loaded, Menu, Page, SchemaForm, TextInput, toast, useAction, useList, useQueryParam, useRead, useSummary, useT } from '@openpanel/ui';
import { useMemo, useState } from 'react';
import { roleName } from './model';

interface Role { role: string; name: string; builtIn: boolean; base?: string; allowed: string[]; withheld: string[]; members: number }
interface Column { role: string; name: string; builtIn: boolean }
interface Line { action: string; plugin: string; noun: string; summary: string; effect: string; panel: boolean; roles: string[] }
interface Matrix { roles: Column[]; items: Line[] }

const LIVE = ['role.*', 'member.*', 'grant.*', 'catalogue.changed'];

export default function Roles() {
  const t = useT();
  const matrix = useRead<Matrix>('access.matrix', {}, { live: LIVE });
  const roles = useList<Role>('role.list', {}, { live: LIVE });
  const create = useAction('role.create');
  const [asked, ask] = useQueryParam('new');
  return (
    <Page title={t('roles.title')} lead={t('roles.lead')} actions={create.allowed && <Button tone="primary" icon={<IconPlus size={16} />} onClick={() => ask('yes')}>{t('role.new')}</Button>}>
      <Loaded query={matrix} skeleton={<LinesSkeleton lines={12} />}>{(value) => <Grid matrix={value} roles={roles.data ?? []} />}</Loaded>
      {asked && <Dialog title={t('role.new')} onClose={() => ask(undefined)}>
        <SchemaForm action="role.create" fields={['name', 'base', 'allowed', 'withheld']} initial={{ base: 'viewer' }} submit={t('role.make')} run={create.run} onCancel={() => ask(undefined)} onDone={() => ask(undefined)} />
      </Dialog>}
    </Page>
  );
}

function Grid({ matrix, roles }: { matrix: Matrix; roles: Role[] }) {
  const t = useT();
  const summaryOf = useSummary();
  const [words, setWords] = useQueryParam('q');
  const [noun, setNoun] = useQueryParam('show');
  const nouns = useMemo(() => [...new Set(matrix.items.map((line) => line.noun))], [matrix]);
  const lines = matrix.items.filter((line) => (!noun || line.noun === noun) && (!words || `${line.action} ${line.summary}`.toLowerCase().includes(words.toLowerCase())));
  return (
    <>
      <div className="tools">
        <TextInput className="search" type="search" aria-label={t('roles.search')} placeholder={t('roles.search')} value={words ?? ''} onChange={(event) => setWords(event.currentTarget.value || undefined)} />
        <select className="chip" aria-label={t('roles.noun')} value={noun ?? ''} onChange={(event) => setNoun(event.currentTarget.value || undefined)}>
          <option value="">{t('roles.all')}</option>
          {nouns.map((each) => <option key={each} value={each}>{each}</option>)}
        </select>
        <span className="grow" /><span className="muted num">{t('roles.count', { count: lines.length })}</span>
      </div>
      <div className="matrix" role="region" aria-label={t('roles.matrix')} tabIndex={0}>
        <table>
          <thead><tr>
            <th scope="col">{t('field.action')}</th>
            {matrix.roles.map((column) => <th key={column.role} scope="col"><Head column={column} role={roles.find((each) => each.role === column.role)} /></th>)}
          </tr></thead>
          <tbody>
            {lines.map((line) => (
              <tr key={line.action}>
                <th scope="row"><div><code>{line.action}</code>{line.panel && <span className="tag" title={t('roles.panel-help')}>{t('roles.panel')}</span>}{line.effect === 'destroy' && <span className="status red">{t('roles.destroys')}</span>}<small className="clip">{summaryOf(line.action) || line.summary}</small></div></th>
                {matrix.roles.map((column) => <Cell key={column.role} line={line} column={column} role={roles.find((each) => each.role === column.role)} />)}
              </tr>
            ))}
          </tbody>
        </table>
        {!lines.length && <p className="muted" style={{ padding: 16 }}>{t('roles.none')}</p>}
      </div>
    </>
  );
}

function Head({ column, role }: { column: Column; role?: Role }) {
  const t = useT();
  const update = useAction('role.update');
  const remove = useAction('role.delete');
  const [editing, edit] = useState(false);
  const name = roleName(t, column.role, column.name);
  return (
    <span className="head-cell">
      <span><b className="clip" title={name}>{name}</b><small>{t('role.members', { count: role?.members ?? 0 })}</small></span>
      {role && !column.builtIn && <Menu small label={t('role.more', { name })} items={[
        update.allowed && { label: t('do.edit'), icon: <IconPencil size={15} />, onSelect: () => edit(true) },
        remove.allowed && { label: t('do.delete'), tone: 'red', icon: <IconTrash size={15} />, onSelect: () => confirm({ title: t('delete.title', { name }), text: t('role.delete-text'), action: t('do.delete'), run: () => remove.run({ role: column.role }).then(() => toast(t('did.delete', { name }))) }) },
      ]} />}
      {editing && role && <Dialog title={name} onClose={() => edit(false)}>
        <SchemaForm action="role.update" fixed={{ role: role.role }} fields={['name', 'base', 'allowed', 'withheld']} initial={{ ...role, base: role.base ?? 'none' }} run={update.run} onCancel={() => edit(false)} onDone={() => edit(false)} />
      </Dialog>}
    </span>
  );
}

/** Whether a role has an action; of the team's own roles, changed by a click. */
function Cell({ line, column, role }: { line: Line; column: Column; role?: Role }) {
  const t = useT();
  const update = useAction('role.update');
  const has = line.roles.includes(column.role);
  const mark = has ? <IconCheck size={15} aria-hidden /> : <span aria-hidden>·</span>;
  const said = t(has ? 'roles.has' : 'roles.lacks', { role: roleName(t, column.role, column.name), action: line.action });
  if (!role || column.builtIn || !update.allowed) {
    return <td data-has={has || undefined}>{mark}<span className="sr">{said}</span></td>;
  }
  const without = (list: string[]) => list.filter((each) => each !== line.action);
  const toggled = has
    ? { allowed: without(role.allowed), withheld: role.allowed.includes(line.action) ? role.withheld : [...role.withheld, line.action] }
    : { withheld: without(role.withheld), allowed: role.withheld.includes(line.action) ? role.allowed : [...role.allowed, line.action] };
  return <td data-has={has || undefined}><button type="button" aria-pressed={has} aria-label={said} disabled={update.busy} onClick={() => void update.go({ role: role.role, ...toggled })}>{mark}</button></td>;
}

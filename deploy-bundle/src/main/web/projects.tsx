import { Button, Dialog, EmptyState, IconFolder, IconPlus, LinkButton, Page, SchemaForm, Status, statusRank, Table, useAction, useList, useNavigate, useQueryParam, useT } from '@openpanel/ui';
import { idOf, LIVE, statusOf, type App, type Project } from './model';

export default function Projects() {
  const t = useT();
  const navigate = useNavigate();
  const projects = useList<Project>('project.list', {}, { live: LIVE });
  const apps = useList<App>('app.list', {}, { live: LIVE });
  const create = useAction<{ project: string }>('project.create');
  const [asked, ask] = useQueryParam('new');
  const of = (row: Project) => (apps.data ?? []).filter((app) => app.project === row.project);
  const worst = (row: Project) => [...of(row)].sort((a, b) => statusRank(statusOf(a)) - statusRank(statusOf(b)))[0];
  return (
    <Page title={t('projects.title')} actions={<>
      {create.allowed && projects.data?.length !== 0 && <Button icon={<IconPlus size={16} />} onClick={() => ask('yes')}>{t('project.new')}</Button>}
      {Boolean(projects.data?.length) && <LinkButton tone="primary" href="/apps/new" icon={<IconPlus size={16} />}>{t('app.new')}</LinkButton>}
    </>}>
      <Table label={t('projects.title')} query={projects} rowKey={(row) => row.project} href={(row) => `/projects/${idOf(row.project)}`} order="name" search={(row) => `${row.name} ${row.description ?? ''}`}
        under={(row) => [<span key="apps" className="nowrap">{t('over.apps', { count: of(row).length })}</span>, row.description]}
        columns={[
          { id: 'name', header: t('project.name'), sort: (row) => row.name, cell: (row) => <span className="main">{row.name}</span> },
          { id: 'status', header: t('project.state'), width: 132, cell: (row) => (worst(row) ? <Status value={statusOf(worst(row)!)} /> : <span className="faint">–</span>) },
          { id: 'apps', header: t('project.apps'), width: 72, end: true, wideOnly: true, sort: (row) => of(row).length, cell: (row) => <span className="num">{of(row).length}</span> },
          { id: 'description', header: t('project.description'), wideOnly: true, cell: (row) => <span className="muted">{row.description}</span> },
        ]}
        empty={<EmptyState icon={<IconFolder size={20} />} title={t('projects.empty')} text={t('projects.empty-text')}>
          <LinkButton tone="primary" href="/apps/new">{t('app.new')}</LinkButton>{create.allowed && <Button onClick={() => ask('yes')}>{t('project.new')}</Button>}
        </EmptyState>} />
      {asked && <Dialog title={t('project.new')} onClose={() => ask(undefined)}>
        <SchemaForm action="project.create" fields={['name', 'description']} submit={t('project.create')} onCancel={() => ask(undefined)} run={create.run} onDone={(made) => navigate(`/projects/${idOf(String(made.project))}`)} />
      </Dialog>}
    </Page>
  );
}

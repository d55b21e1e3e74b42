import { confirm, Contributed, Dialog, EmptyState, IconPencil, IconPlus, IconRocket, IconTrash, LinesSkeleton, LinkButton, Loaded, Menu, Page, SchemaForm, Tabs, toast, useAction, useList, useNavigate, useParams, useRead, useT, useTabs } from '@openpanel/ui';
import { useState } from 'react';
import { AppsTable } from './AppsTable';
import { LIVE, type App, type Project } from './model';

export default function ProjectPage() {
  const t = useT();
  const navigate = useNavigate();
  const { project: id, tab = 'apps' } = useParams<{ project: string; tab?: string }>();
  const more = useTabs('project');
  const foreign = more.find((each) => each.id === tab);
  const ref = `project:${id}`;
  const query = useRead<Project>('project.get', { project: ref }, { live: ['project.*'] });
  const apps = useList<App>('app.list', { project: ref }, { live: LIVE });
  const remove = useAction('project.delete');
  const update = useAction('project.update');
  const [editing, setEditing] = useState(false);
  return (
    <Loaded page query={query} skeleton={<div className="page"><LinesSkeleton /></div>}>
      {(project) => (
        <Page title={project.name} crumbs={[{ label: t('projects.title'), href: '/projects' }]} lead={project.description}
          actions={<>
            <Menu items={[
              update.allowed && { label: t('do.edit'), icon: <IconPencil size={15} />, onSelect: () => setEditing(true) },
              remove.allowed && { label: t('project.delete'), tone: 'red', divided: true, icon: <IconTrash size={15} />, onSelect: () => confirm({
                title: t('delete.title', { name: project.name }), action: t('project.delete'), name: project.name,
                dies: [t('project.dies', { count: apps.data?.length ?? 0 }), t('app.dies-containers'), t('app.dies-domains')], survives: [t('app.survives-git'), t('app.survives-volumes')],
                run: async () => {
                  await remove.run({ project: ref, confirm: project.name });
                  toast(t('did.delete', { name: project.name }));
                  navigate('/projects', { replace: true });
                } }) },
            ]} />
            {apps.data?.length !== 0 && <LinkButton tone="primary" href={`/apps/new?project=${id}`} icon={<IconPlus size={16} />}>{t('app.new')}</LinkButton>}
          </>}
          tabs={more.length > 0 && <Tabs label={project.name} current={tab} items={[{ id: 'apps', title: t('tab.apps'), href: `/projects/${id}` }, ...more.map((each) => ({ id: each.id, title: each.title, href: `/projects/${id}/${each.id}` }))]} />}>
          {foreign ? <Contributed part={foreign} resource={ref} item={project} fallback={<LinesSkeleton />} /> : <AppsTable query={apps} empty={<EmptyState icon={<IconRocket size={20} />} title={t('project.empty', { name: project.name })} text={t('project.empty-text')}><LinkButton tone="primary" href={`/apps/new?project=${id}`}>{t('app.new')}</LinkButton></EmptyState>} />}
          {editing && <Dialog title={t('do.edit')} onClose={() => setEditing(false)}>
            <SchemaForm action="project.update" fixed={{ project: ref }} initial={{ ...project }} fields={['name', 'description']} run={update.run} onCancel={() => setEditing(false)} onDone={() => setEditing(false)} />
          </Dialog>}
        </Page>
      )}
    </Loaded>
  );
}

import { Card, Field, Page, Problem, ProblemNotice, SchemaForm, Segment, Select, useAction, useList, useNavigate, useOperation, useQueryParam, useT, type Draft, type Input } from '@openpanel/ui';
import { useState } from 'react';
import { idOf, type Project } from './model';

const ADVANCED = ['directory', 'dockerfile', 'token', 'deployKey', 'healthPath', 'healthTimeout', 'cpus', 'memory', 'volumes'];
const NEW = 'new';

/** A name out of the repository's or the image's, until the person writes their own. */
function named(draft: Draft, changed: string, former: Draft): Draft {
  const guess = (from: Draft) => String(from.git || from.image || '').replace(/\.git\/?$|[:@][^/]*$/, '').split('/').pop()!.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
  return (changed === 'git' || changed === 'image') && (!former.name || former.name === guess(former)) ? { ...draft, name: guess(draft) } : draft;
}

/** From a URL to a running app: one form, one button; it goes on to the live log. */
export default function NewApp() {
  const t = useT();
  const navigate = useNavigate();
  const [wanted] = useQueryParam('project');
  const [source, setSource] = useState<'git' | 'image'>('git');
  const projects = useList<Project>('project.list');
  const first = projects.data?.[0]?.project;
  const [chosen, setChosen] = useState<string>();
  const project = chosen ?? (wanted ? `project:${wanted}` : first ?? (projects.data ? NEW : undefined));
  const [projectName, setProjectName] = useState('');
  const [fault, setFault] = useState<string>();
  const createProject = useAction<{ project: string }>('project.create');
  const createApp = useAction<{ app: string }>('app.create');
  const deploy = useAction<{ job?: string; deployment?: string }>('deployment.start');
  const operation = useOperation('app.create');
  const nameOf = operation?.input.properties?.name ?? { type: 'string' };

  async function run(input: Input) {
    const [owner, app, job] = await inSteps(input);
    if (owner && !chosen) {
      setChosen(owner);
    }
    navigate(job ? `/apps/${idOf(app)}/deployments?follow=${idOf(job)}` : `/apps/${idOf(app)}`);
    return {};
  }

  async function inSteps(input: Input): Promise<[string, string, string | undefined]> {
    let owner = project;
    if (owner === NEW || !owner) {
      if (!projectName.trim()) {
        setFault(t('form.required'));
        throw new Problem(400, 'invalid', t('new.project-missing'));
      }
      owner = (await createProject.run({ name: projectName.trim() })).project;
      setChosen(owner);
    }
    const { app } = await createApp.run({ ...input, project: owner });
    const started = await deploy.go({ app });
    return [owner, app, started?.job];
  }

  const fields = source === 'git' ? ['git', 'branch', 'name', 'port'] : ['image', 'name', 'port'];
  return (
    <Page title={t('app.new')} crumbs={[{ label: t('projects.title'), href: '/projects' }]}>
      <div className="form">
        <Card>
          <div className="body stack" style={{ padding: 20 }}>
            <div><Segment label={t('app.source')} value={source} onChange={setSource} options={[{ value: 'git', label: t('new.git') }, { value: 'image', label: t('new.image') }]} /></div>
            <p className="muted">{t(`new.${source}-help`)}</p>
            <div className={project === NEW ? 'pair' : ''}>
              <Select label={t('field.project')} value={project ?? null} allowDeselect={false} onChange={(value) => setChosen(value ?? undefined)} comboboxProps={{ transitionProps: { duration: 80 } }}
                data={[...(projects.data ?? []).map((each) => ({ value: each.project, label: each.name })), { value: NEW, label: t('new.project') }]} />
              {project === NEW && <Field name="projectName" action="app.create" required schema={{ ...nameOf, description: undefined, examples: ['shop'] }} value={projectName} error={fault} onChange={(value) => { setProjectName(String(value)); setFault(undefined); }} />}
            </div>
            <ProblemNotice error={projects.error} />
            <SchemaForm key={source} action="app.create" fixed={{ project: '' }} fields={fields} needed={[source]} advanced={source === 'git' ? ADVANCED : ADVANCED.filter((name) => !['directory', 'dockerfile', 'token', 'deployKey'].includes(name))} submit={t('do.deploy')} run={run} derive={named} />
          </div>
        </Card>
      </div>
    </Page>
  );
}

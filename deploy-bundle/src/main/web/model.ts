export interface Project { project: string; name: string; description?: string; createdAt?: string }

export interface Deployment {
  deployment: string;
  app: string;
  state: string;
  commit?: string;
  message?: string;
  author?: string;
  branch?: string;
  image?: string;
  trigger?: string;
  job?: string;
  error?: string;
  address?: string;
  current?: boolean;
  createdAt?: string;
  startedAt?: string;
  finishedAt?: string;
}

export interface App {
  app: string;
  name: string;
  project: string;
  projectName?: string;
  status?: string;
  address?: string;
  /** In the letters of its name. */
  addressText?: string;
  git?: string;
  branch?: string;
  directory?: string;
  dockerfile?: string;
  image?: string;
  port?: number;
  healthPath?: string;
  healthTimeout?: string;
  cpus?: number;
  memory?: number;
  volumes?: { name: string; path: string }[];
  domains?: string[];
  hasVolumes?: boolean;
  latest?: Deployment;
  hasToken?: boolean;
  hasDeployKey?: boolean;
}

export const idOf = (ref: string): string => ref.slice(ref.indexOf(':') + 1);
/** What an app is said to be: one that was never deployed is nothing that somebody stopped. */
export const statusOf = (app: App): string => (app.latest ? app.status : undefined) ?? 'none';
export const serves = (app: App): boolean => ['running', 'healthy', 'degraded', 'starting'].includes((app.status ?? '').toLowerCase());
/** Whether there was ever a container: an app that never came up has no address and writes nothing. */
export const everRan = (app: App): boolean => Boolean(app.latest && (app.address || app.latest.state.toLowerCase() === 'finished'));
/** Errors end without a full stop; before another sentence they get one. */
export const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
export const latestOf = (app: App): Deployment | undefined => app.latest;
export const ended = (deployment: Deployment): boolean => !['queued', 'running', 'building', 'cloning', 'starting', 'switching'].includes(deployment.state.toLowerCase());
export const shortCommit = (commit?: string): string | undefined => commit?.slice(0, 7);
/** What a deployment put online: a commit, or an image by its name or the start of its digest. */
export const versionOf = (deployment: Deployment): string => shortCommit(deployment.commit) ?? deployment.image?.replace(/^sha256:(.{12}).*/, '$1') ?? '–';
export const hostOf = (address: string): string => address.replace(/^https?:\/\//, '').replace(/\/$/, '');
export const LIVE = ['project.*', 'app.*', 'deployment.*', 'domain.*', 'container.changed'];

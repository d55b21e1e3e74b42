import type { QueryClient } from '@tanstack/react-query';
import { useQuery } from '@tanstack/react-query';
import { getJson, send } from './http';
import { Problem } from './problem';

export interface Schema {
  type?: string | string[];
  format?: string;
  title?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
  enum?: string[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  default?: unknown;
  examples?: unknown[];
  writeOnly?: boolean;
  'x-kind'?: string;
  'x-labels'?: Record<string, string>;
}

export interface Operation {
  id: string;
  plugin: string;
  noun: string;
  summary: string;
  effect: 'read' | 'change' | 'destroy';
  access: 'permission' | 'signed-in' | 'open';
  idempotent: boolean;
  job: boolean;
  form: 'record' | 'stream' | 'file' | 'duplex';
  method: string;
  path: string;
  cli?: string;
  input: Schema;
  output?: Schema;
  refs: { name: string; kind: string; needs?: string; required: boolean; many: boolean }[];
  allowed: boolean;
}

export interface Catalogue {
  version: string;
  items: Operation[];
  kinds: Record<string, string>;
}

export type Input = Record<string, unknown>;

export const CATALOGUE = ['catalogue'];

export function useCatalogue() {
  return useQuery({ queryKey: CATALOGUE, queryFn: ({ signal }) => getJson<Catalogue>('/api/v1/catalogue', signal),
    staleTime: Infinity, gcTime: Infinity });
}

export async function operation(client: QueryClient, id: string): Promise<Operation> {
  const catalogue = await client.ensureQueryData<Catalogue>({ queryKey: CATALOGUE,
    queryFn: () => getJson<Catalogue>('/api/v1/catalogue'), staleTime: Infinity });
  const found = catalogue.items.find((each) => each.id === id);
  if (!found) {
    throw new Problem(404, 'missing', `Nothing here can do ${id} right now: its plugin is stopped or not installed`,
      undefined, 'missing');
  }
  return found;
}

/** `app:4k2…` → `4k2…`, as it stands in paths. */
export function bare(ref: unknown): string {
  const text = String(ref);
  return text.slice(text.indexOf(':') + 1);
}

/** Where an operation's input goes: into the path, the query, or the body. */
export function address(op: Operation, input: Input): { path: string; body?: Input } {
  const rest: Input = {};
  const inPath = new Set<string>();
  const inBody = op.method !== 'GET' && op.method !== 'DELETE';
  const path = op.path.replace(/\{(\w+)\}/g, (_all, name: string) => {
    inPath.add(name);
    return encodeURIComponent(bare(input[name]));
  });
  for (const [name, value] of Object.entries(input)) {
    if (!inPath.has(name) && value !== undefined && value !== null && (value !== '' || inBody)) {
      rest[name] = value;
    }
  }
  if (inBody) {
    return { path: `/api/v1${path}`, body: rest };
  }
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(rest)) {
    (Array.isArray(value) ? value : [value]).forEach((each) => query.append(name, String(each)));
  }
  const text = query.toString();
  return { path: `/api/v1${path}${text ? `?${text}` : ''}` };
}

/** What an action gives as a file. */
export async function performFile(client: QueryClient, id: string, input: Input = {}): Promise<Blob> {
  const op = await operation(client, id);
  const { path, body } = address(op, input);
  return await (await send(path, { method: op.method, body, headers: { Accept: '*/*' } })).blob();
}

/** Runs any action by its id; a job answers `{job}`. */
export async function perform<T>(client: QueryClient, id: string, input: Input = {}, signal?: AbortSignal): Promise<T> {
  const op = await operation(client, id);
  // Inputs are strict: only what destroys takes the name that confirms it.
  const { path, body } = address(op, op.effect === 'destroy' ? input : { ...input, confirm: undefined });
  const response = await send(path, {
    method: op.method, body, signal,
    headers: op.effect !== 'read' && !op.idempotent ? { 'Idempotency-Key': crypto.randomUUID?.() ?? String(Math.random()) } : {},
  });
  return (response.status === 204 ? {} : await response.json()) as T;
}

import { useQuery, type QueryClient } from '@tanstack/react-query';
import { CATALOGUE } from './catalogue';
import { getJson } from './http';

/** What draws it: an ES module, or a page of HTML in a frame of its own. */
export interface Drawn { module?: string; frame?: string }
export interface PageSpec extends Drawn { path: string; title: string; list?: { action: string; title?: string } }
export interface NavSpec { title: string; icon: string; path: string; order: number; group?: string;
  /** The action without which there is nothing to see behind it. */
  needs?: string }
export interface TabSpec extends Drawn { on: string; id: string; title: string; order: number }
export interface WidgetSpec extends Drawn { on: string; id: string; title?: string; order: number }

export interface PluginSpec {
  id: string;
  title: string;
  digest: string;
  console: { nav?: NavSpec[]; pages?: PageSpec[]; tabs?: TabSpec[]; widgets?: WidgetSpec[] };
  i18n: Record<string, Record<string, string>>;
}

export interface Registry { version: string; plugins: PluginSpec[] }

export const REGISTRY = ['console'];

/** The pages, tabs, widgets and words of the bundles that run. */
export function useRegistry() {
  return useQuery({ queryKey: REGISTRY, queryFn: ({ signal }) => getJson<Registry>('/api/v1/console', signal),
    staleTime: Infinity, gcTime: Infinity });
}

/** After bundles came or went: what there is to see and to do is asked for again. */
export function refreshCatalogue(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: REGISTRY });
  void client.invalidateQueries({ queryKey: CATALOGUE });
}

export type Of<T> = T & { plugin: PluginSpec };

function gather<T>(registry: Registry | undefined, pick: (plugin: PluginSpec) => T[] | undefined): Of<T>[] {
  return (registry?.plugins ?? []).flatMap((plugin) => (pick(plugin) ?? []).map((each) => ({ ...each, plugin })));
}

const byOrder = (a: { order?: number }, b: { order?: number }) => (a.order ?? 100) - (b.order ?? 100);

export const pagesOf = (registry?: Registry) => gather(registry, (plugin) => plugin.console.pages);
export const navOf = (registry?: Registry) => gather(registry, (plugin) => plugin.console.nav).sort(byOrder);
export const tabsOf = (registry: Registry | undefined, on: string) =>
  gather(registry, (plugin) => plugin.console.tabs).filter((tab) => tab.on === on).sort(byOrder);
export const widgetsOf = (registry: Registry | undefined, on: string) =>
  gather(registry, (plugin) => plugin.console.widgets).filter((widget) => widget.on === on).sort(byOrder);

export const moduleUrl = (plugin: PluginSpec, file: string) => `/ui/${plugin.id}/${plugin.digest}/${file}`;

import { createContext, useCallback, useContext, useMemo } from 'react';
import { Store, useStore } from '../client/store';
import { useCatalogue, type Catalogue } from '../client/catalogue';
import { useRegistry, type PluginSpec, type Registry } from '../client/registry';
import { humanise } from '../ui/format';
import { retell } from './said';
import en from './en.json';

export type Messages = Record<string, string>;
export type Language = 'en' | 'pt-BR';
export type Vars = Record<string, string | number | undefined>;
export type T = (key: string, vars?: Vars) => string;

const KEY = 'openpanel-language';
const shell: Record<string, Messages> = { en };

function preferred(): Language {
  const stored = localStorage.getItem(KEY);
  if (stored === 'en' || stored === 'pt-BR') {
    return stored;
  }
  return navigator.language.toLowerCase().startsWith('pt') ? 'pt-BR' : 'en';
}

export const language = new Store<Language>('en');

export async function speak(wanted: Language = preferred()): Promise<void> {
  if (wanted === 'pt-BR') {
    shell['pt-BR'] ??= (await import('./pt-BR.json')).default;
  }
  document.documentElement.lang = wanted;
  language.set(wanted);
}

export function chooseLanguage(wanted: Language): Promise<void> {
  localStorage.setItem(KEY, wanted);
  return speak(wanted);
}

/** The plugin whose page is drawn. */
export const PluginContext = createContext<string | undefined>(undefined);

export function say(messages: (Messages | undefined)[], key: string, vars: Vars | undefined, locale: string): string {
  const count = vars?.count;
  const forms = typeof count === 'number'
    ? [`${key}_${new Intl.PluralRules(locale).select(count)}`, `${key}_other`, key] : [key];
  for (const words of messages) {
    for (const form of forms) {
      const text = words?.[form];
      if (text !== undefined) {
        return fill(text, vars, locale);
      }
    }
  }
  return key;
}

function fill(text: string, vars: Vars = {}, locale: string): string {
  return text.replace(/\{(\w+)\}/g, (all, name: string) => {
    const value = vars[name];
    return typeof value === 'number' ? value.toLocaleString(locale) : value ?? all;
  });
}

/** The words of a plugin (the page's own where left out), else the console's. */
export function useT(plugin?: string): T {
  const here = useContext(PluginContext);
  const locale = useStore(language);
  const { data } = useRegistry();
  const id = plugin ?? here;
  const words = data?.plugins.find((each) => each.id === id)?.i18n;
  return useCallback((key, vars) => say([words?.[locale], shell[locale], words?.en, shell.en], key, vars, locale),
    [words, locale]);
}

/** A text of a plugin from outside its pages: menu entries, tabs. */
export function titleOf(plugin: PluginSpec, key: string, locale: string): string {
  return say([plugin.i18n[locale], plugin.i18n.en, shell[locale], shell.en], key, undefined, locale);
}

export const useLocale = (): Language => useStore(language);

/** Tells a message of the panel's, such as why a deployment failed, in the person's language. */
export function useRetold(): (message: string) => string {
  const locale = useStore(language);
  const { data } = useRegistry();
  return useCallback((message) => (locale === 'en' ? message
    : retell(message, [shell[locale], ...(data?.plugins ?? []).map((plugin) => plugin.i18n[locale])])), [locale, data]);
}

/** What an action does, in the person's language; the catalogue's own summary is English. */
export type Summary = (action: string) => string;

/** Summaries are declared in English, once; other languages say them as `action.<id>` among their plugin's words. */
export function useSummary(): Summary {
  const locale = useStore(language);
  const catalogue = useCatalogue().data;
  const registry = useRegistry().data;
  return useMemo(() => summaries(catalogue, registry, locale), [catalogue, registry, locale]);
}

export function summaries(catalogue: Catalogue | undefined, registry: Registry | undefined, locale: string): Summary {
  const declared = new Map(catalogue?.items.map((each) => [each.id, each.summary]));
  return (action) => {
    const key = `action.${action}`;
    // An action whose plugin is stopped has gone from the catalogue; what was done with it is still told.
    const translated = registry?.plugins.find((plugin) => plugin.i18n[locale]?.[key])?.i18n[locale]?.[key] ?? shell[locale]?.[key];
    return translated ?? declared.get(action) ?? humanise(action);
  };
}

/** The first clause of a summary, without what follows from it: "Deploys an app". */
export const clauseOf = (summary: string): string => summary.split(/[;,:]/)[0]!;

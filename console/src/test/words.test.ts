import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Catalogue } from '../client/catalogue';
import type { Registry } from '../client/registry';
import { clauseOf, say, summaries } from '../i18n/i18n';
import en from '../i18n/en.json';
import pt from '../i18n/pt-BR.json';
import { retell } from '../i18n/said';
import { rank } from '../shell/rank';

const root = resolve(import.meta.dirname, '../../..');
const bundles: string[] = readdirSync(root).filter((name) => existsSync(resolve(root, name, 'src/main/resources/OPENPANEL-INF/console.json')));
const read = (bundle: string, file: string) => JSON.parse(readFileSync(resolve(root, bundle, 'src/main/resources/OPENPANEL-INF', file), 'utf8'));
const declared = JSON.parse(readFileSync(resolve(root, 'docs/reference/catalogue.json'), 'utf8')).items as { id: string; plugin: string; summary: string; input: { properties?: object } }[];
const sourcesOf = (folder: string): string[] => readdirSync(resolve(root, folder), { recursive: true, encoding: 'utf8' })
  .filter((file) => /(^|\/)src\/main\/java\/.*\.java$/.test(file)).map((file) => readFileSync(resolve(root, folder, file), 'utf8'));
/** Texts that stand on two lines, in one. */
const joined = (source: string) => source.replace(/"\s*\+\s*"/g, '');
const slots = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

describe('words', () => {
  it('choose the plural form and fill in names', () => {
    const words = { 'x_one': '{count} app of {name}', 'x_other': '{count} apps of {name}' };
    expect(say([words], 'x', { count: 1, name: 'shop' }, 'en')).toBe('1 app of shop');
    expect(say([words], 'x', { count: 1200, name: 'shop' }, 'en')).toBe('1,200 apps of shop');
    expect(say([undefined, words], 'missing', undefined, 'en')).toBe('missing');
  });
  it.each([['the console', en, pt] as const, ...bundles.map((bundle) => [bundle, read(bundle, 'i18n/en.json'), read(bundle, 'i18n/pt-BR.json')] as const)])(
    'of %s are there in both languages, with the same names to fill in', (_of, english, portuguese) => {
      expect(Object.keys(portuguese).filter((key) => !/^(action|said)\./.test(key)).sort()).toEqual(Object.keys(english).sort());
      for (const [key, text] of Object.entries(english as Record<string, string>)) {
        expect(slots((portuguese as Record<string, string>)[key]!), key).toEqual(slots(text));
      }
    });
  it.each(['console', ...bundles])('of %s tell no message that nobody says any more', (of) => {
    const folder = of === 'console' ? 'core-bundle' : of;
    const said = Object.entries((of === 'console' ? pt : read(of, 'i18n/pt-BR.json')) as Record<string, string>).filter(([key]) => key.startsWith('said.'));
    const sources = [...sourcesOf(folder), ...(of === 'console' ? ['teams-bundle', 'marketplace'].flatMap(sourcesOf) : [])].map(joined).join('\n');
    for (const [key, words] of said) {
      expect(slots(words), key).toEqual(slots(key));
      // By its clauses: a message may be put together of some.
      for (const part of key.slice('said.'.length).split(/\{\d\}|[;:.,(] |^Cannot | (?=with exit)|in (?=the (?:root|folder))/).map((each) => each.trim()).filter((each) => each.length > 5)) {
        expect(sources.includes(part), `${of}: "${part}" of "${key}"`).toBe(true);
      }
    }
  });
  it.each(['deploy-bundle', 'ssl-bundle', 'sso-bundle', 'webhook-bundle', 'activity-bundle'])('of %s tell each message in Portuguese that it says in one piece', (bundle) => {
    const words = read(bundle, 'i18n/pt-BR.json') as Record<string, string>;
    for (const source of sourcesOf(bundle).map(joined)) {
      for (const [, message] of source.matchAll(/(?:Problem\.Kind\.\w+,|invalid\(\s*"\w+",|invalid\()\s*"((?:[^"\\]|\\.)*)"\s*(?:,|\))/g)) {
        // A field's name is no message.
        expect(!message!.includes(' ') || retell(message!, [words]) !== message, message).toBe(true);
      }
    }
  });
  it('tell a message of the panel, the more exact one first', () => {
    const words = { 'said.The repository {0} was not found': 'O repositório {0} não foi encontrado', 'said.The {0} was not found': 'O {0} sumiu', other: 'x' };
    expect(retell('The repository http://a/$1 (b) was not found', [undefined, words])).toBe('O repositório http://a/$1 (b) não foi encontrado');
    expect(retell('The domain was not found', [words])).toBe('O domain sumiu');
    expect(retell('Nobody knows this', [words])).toBe('Nobody knows this');
    expect(retell('It broke: The disk is full', [{ 'said.It broke: {0}': 'Quebrou: {0}', 'said.The disk is full': 'O disco está cheio' }])).toBe('Quebrou: O disco está cheio');
  });
  it('say in Portuguese what every action does, beside the bundle that declares it', () => {
    const words = (plugin: string) => (bundles.includes(`${plugin}-bundle`) ? read(`${plugin}-bundle`, 'i18n/pt-BR.json') : pt) as Record<string, string>;
    for (const { id, plugin, summary } of declared) {
      const said = words(plugin)[`action.${id}`];
      expect(said, id).toBeTruthy();
      expect(said, id).not.toBe(summary);
    }
    const known = new Set(declared.flatMap(({ id, input }) => [id, ...Object.keys(input.properties ?? {}).map((name) => `${id}.${name}`)]));
    const written = [pt, ...bundles.map((bundle) => read(bundle, 'i18n/pt-BR.json'))].flatMap((each) => Object.keys(each as object));
    expect(written.filter((key) => key.startsWith('action.') && !known.has(key.slice('action.'.length)))).toEqual([]);
  });
  it('of an action are the plugin’s translation, else the declared summary, else its id', () => {
    const catalogue = { items: [{ id: 'app.stop', summary: 'Stops an app; its address answers so' }] } as Catalogue;
    const registry = { version: '', plugins: [{ id: 'deploy', i18n: { 'pt-BR': { 'action.app.stop': 'Para um app; o endereço o diz' } } }] } as unknown as Registry;
    expect(clauseOf(summaries(catalogue, registry, 'pt-BR')('app.stop'))).toBe('Para um app');
    expect(clauseOf(summaries(catalogue, registry, 'en')('app.stop'))).toBe('Stops an app');
    expect(summaries(undefined, undefined, 'en')('app.stop')).toBe('App stop');
  });
  it.each(bundles)('of %s’ menu entries, pages and tabs exist, and so do their modules', (bundle) => {
    const spec = read(bundle, 'console.json') as Record<string, { title?: string; module?: string }[]>;
    const words = read(bundle, 'i18n/en.json');
    for (const entry of Object.values(spec).flat()) {
      expect(entry.title === undefined || entry.title in words, `${bundle}: ${entry.title}`).toBe(true);
      expect(entry.module === undefined || existsSync(resolve(root, bundle, 'src/main/web', entry.module.replace(/js$/, 'tsx'))), `${bundle}: ${entry.module}`).toBe(true);
    }
  });
  it('used in pages are all written down', () => {
    for (const bundle of bundles) {
      const words = { ...en, ...read(bundle, 'i18n/en.json') } as Record<string, string>;
      const web = resolve(root, bundle, 'src/main/web');
      for (const file of existsSync(web) ? readdirSync(web).filter((name) => /\.tsx?$/.test(name)) : []) {
        for (const [, key] of readFileSync(resolve(web, file), 'utf8').matchAll(/\bt\('([\w.-]+)'/g)) {
          expect(key! in words || `${key}_other` in words, `${bundle}/${file}: ${key}`).toBe(true);
        }
      }
    }
  });
});

describe('the palette', () => {
  it('finds what has all words, starts of words first', () => {
    const items = ['Lists deployments', 'Deploy web', 'Deploy worker', 'web'];
    expect(rank(items, 'deploy web', (item) => item)).toEqual(['Deploy web']);
    expect(rank(items, 'web', (item) => item)[0]).toBe('web');
    expect(rank(items, 'zzz', (item) => item)).toEqual([]);
  });
});

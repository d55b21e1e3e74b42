import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { say } from '../i18n/i18n';
import en from '../i18n/en.json';
import pt from '../i18n/pt-BR.json';
import { rank } from '../shell/rank';

const root = resolve(import.meta.dirname, '../../..');
const bundles: string[] = readdirSync(root).filter((name) => existsSync(resolve(root, name, 'src/main/resources/OPENPANEL-INF/console.json')));
const read = (bundle: string, file: string) => JSON.parse(readFileSync(resolve(root, bundle, 'src/main/resources/OPENPANEL-INF', file), 'utf8'));
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
      expect(Object.keys(portuguese).sort()).toEqual(Object.keys(english).sort());
      for (const [key, text] of Object.entries(english as Record<string, string>)) {
        expect(slots((portuguese as Record<string, string>)[key]!), key).toEqual(slots(text));
      }
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

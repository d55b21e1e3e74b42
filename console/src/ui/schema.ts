import type { Input, Schema } from '../client/catalogue';
import { formatBytes, parseBytes, shortDuration } from './format';

export type Draft = Record<string, unknown>;

/** What kind of control a component of an input gets. */
export type Control = 'text' | 'number' | 'flag' | 'choice' | 'secret' | 'bytes' | 'duration' | 'multiline' | 'ref' | 'texts' | 'pairs' | 'records';

export function controlOf(schema: Schema): Control {
  const type = Array.isArray(schema.type) ? schema.type.find((each) => each !== 'null') : schema.type;
  if (schema.format === 'ref') {
    return 'ref';
  }
  if (schema.format === 'password') {
    return 'secret';
  }
  if (schema.enum) {
    return 'choice';
  }
  if (schema.format === 'bytes') {
    return 'bytes';
  }
  if (schema.format === 'duration') {
    return 'duration';
  }
  if (schema.format === 'multiline') {
    return 'multiline';
  }
  if (type === 'boolean') {
    return 'flag';
  }
  if (type === 'integer' || type === 'number') {
    return 'number';
  }
  if (type === 'array') {
    return schema.items?.properties ? 'records' : 'texts';
  }
  return type === 'object' ? 'pairs' : 'text';
}

/** What the person typed, as the panel wants it; what is empty is left out. */
export function inputOf(schema: Schema, draft: Draft): Input {
  const input: Input = {};
  for (const [name, component] of Object.entries(schema.properties ?? {})) {
    const value = valueOf(component, draft[name]);
    if (value !== undefined) {
      input[name] = value;
    }
  }
  return input;
}

function valueOf(schema: Schema, typed: unknown): unknown {
  if (typed === undefined || typed === null || typed === '') {
    return undefined;
  }
  switch (controlOf(schema)) {
    case 'number': {
      const number = Number(String(typed).replace(',', '.'));
      return Number.isFinite(number) ? number : typed;
    }
    case 'bytes':
      return typeof typed === 'number' ? typed : parseBytes(String(typed)) ?? typed;
    case 'texts': {
      const texts = String(typed).split('\n').map((line) => line.trim()).filter(Boolean);
      return texts.length ? texts : undefined;
    }
    case 'pairs':
      return Object.fromEntries(String(typed).split('\n').filter((line) => line.includes('='))
        .map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1)]));
    case 'records': {
      const rows = (typed as Draft[]).map((row) => inputOf(schema.items!, row)).filter((row) => Object.keys(row).length);
      return rows.length ? rows : undefined;
    }
    case 'text':
      return String(typed).trim();
    default:
      return typed;
  }
}

/** What is stored, as the person reads it in a field. */
export function draftOf(schema: Schema, value: Input, locale = 'en'): Draft {
  return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, component]) => {
    const it = value[name];
    const control = controlOf(component);
    if (it === undefined || it === null) {
      return [name, control === 'flag' ? component.default ?? false : component.default ?? ''];
    }
    if (control === 'bytes') {
      return [name, formatBytes(Number(it), locale)];
    }
    if (control === 'duration') {
      return [name, shortDuration(String(it))];
    }
    if (control === 'texts') {
      return [name, (it as unknown[]).join('\n')];
    }
    if (control === 'pairs') {
      return [name, Object.entries(it as object).map(([key, each]) => `${key}=${String(each)}`).join('\n')];
    }
    return [name, it];
  }));
}

export type Fault = { key: string; vars?: Record<string, string | number> };

/** What can be told before the panel is asked. */
export function faultOf(schema: Schema, required: boolean, typed: unknown): Fault | undefined {
  const value = valueOf(schema, typed);
  if (value === undefined) {
    return required ? { key: 'form.required' } : undefined;
  }
  const control = controlOf(schema);
  if ((control === 'number' || control === 'bytes') && typeof value !== 'number') {
    return { key: control === 'bytes' ? 'form.bytes' : 'form.number' };
  }
  if (typeof value === 'number') {
    if (schema.minimum !== undefined && value < schema.minimum) {
      return { key: 'form.minimum', vars: { n: schema.minimum } };
    }
    if (schema.maximum !== undefined && value > schema.maximum) {
      return { key: 'form.maximum', vars: { n: schema.maximum } };
    }
  }
  if (control === 'duration' && !/^(P[\dTHMSD.]+|(\d+(\.\d+)?\s*(ms|s|m|h|d)\s*)+)$/i.test(String(value))) {
    return { key: 'form.duration' };
  }
  if (typeof value === 'string' && schema.maxLength !== undefined && value.length > schema.maxLength) {
    return { key: 'form.long', vars: { n: schema.maxLength } };
  }
  if (typeof value === 'string' && schema.pattern && !matches(schema.pattern, value)) {
    return { key: 'form.pattern' };
  }
  return undefined;
}

function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(value);
  } catch {
    return true;
  }
}

export function generateSecret(length = 32): string {
  const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
  return Array.from(crypto.getRandomValues(new Uint32Array(length)), (number) => letters[number % letters.length]).join('');
}

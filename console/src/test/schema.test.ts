import { describe, expect, it } from 'vitest';
import type { Schema } from '../client/catalogue';
import { controlOf, draftOf, faultOf, generateSecret, inputOf } from '../ui/schema';

const schema: Schema = { properties: {
  name: { type: 'string', pattern: '[a-z-]+', maxLength: 8 }, port: { type: 'integer', minimum: 1, maximum: 65535 }, memory: { type: 'integer', format: 'bytes' },
  app: { type: 'string', format: 'ref', 'x-kind': 'app' }, token: { type: 'string', format: 'password' }, wait: { type: 'string', format: 'duration' }, on: { type: 'boolean' },
  tags: { type: 'array', items: { type: 'string' } }, labels: { type: 'object', additionalProperties: { type: 'string' } }, how: { enum: ['a', 'b'] },
  volumes: { type: 'array', items: { properties: { name: { type: 'string' }, path: { type: 'string' } } } } } };
const part = (name: string) => schema.properties![name]!;

describe('a form from a schema', () => {
  it('picks a control for each component', () => {
    expect(Object.values(schema.properties!).map(controlOf)).toEqual(['text', 'number', 'bytes', 'ref', 'secret', 'duration', 'flag', 'texts', 'pairs', 'choice', 'records']);
  });
  it('sends what was typed in the panel’s forms and leaves out what is empty', () => {
    expect(inputOf(schema, { name: ' web ', port: '8080', memory: '512 MB', token: '', on: false, tags: 'a\n\nb ', labels: 'A=1\nB=x=y', volumes: [{ name: 'data', path: '/d' }, {}] }))
      .toEqual({ name: 'web', port: 8080, memory: 536870912, on: false, tags: ['a', 'b'], labels: { A: '1', B: 'x=y' }, volumes: [{ name: 'data', path: '/d' }] });
  });
  it('shows what is stored as people read it', () => {
    const draft = draftOf(schema, { name: 'web', memory: 536870912, tags: ['a', 'b'], labels: { A: '1' } });
    expect(draft).toMatchObject({ name: 'web', memory: '512 MB', tags: 'a\nb', labels: 'A=1', on: false, port: '' });
  });
  it('tells what is wrong before the panel does', () => {
    expect(faultOf(part('name'), true, '')).toEqual({ key: 'form.required' });
    expect(faultOf(part('name'), false, 'Web!')).toEqual({ key: 'form.pattern' });
    expect(faultOf(part('name'), false, 'a-long-name')).toEqual({ key: 'form.long', vars: { n: 8 } });
    expect(faultOf(part('port'), false, '99999')).toEqual({ key: 'form.maximum', vars: { n: 65535 } });
    expect(faultOf(part('port'), false, '0')).toEqual({ key: 'form.minimum', vars: { n: 1 } });
    expect(faultOf(part('port'), false, 'x')).toEqual({ key: 'form.number' });
    expect(faultOf(part('memory'), false, 'lots')).toEqual({ key: 'form.bytes' });
    expect(faultOf(part('wait'), false, 'soon')).toEqual({ key: 'form.duration' });
    expect(['30s', 'PT1M', '1m 30s'].map((text) => faultOf(part('wait'), true, text))).toEqual([undefined, undefined, undefined]);
  });
  it('makes secrets of the wanted length', () => expect(generateSecret(24)).toMatch(/^[A-Za-z2-9]{24}$/));
});

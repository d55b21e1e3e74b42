import { describe, expect, it } from 'vitest';
import { address, bare, type Operation } from '../client/catalogue';

const op = (method: string, path: string): Operation => ({ id: 'x.y', plugin: 'p', noun: 'x', summary: '', effect: 'change', access: 'permission', idempotent: false, job: false,
  form: 'record', method, path, input: {}, refs: [], allowed: true });

describe('an action’s address', () => {
  it('puts refs into the path without their kind', () => {
    expect(address(op('POST', '/containers/{container}/start'), { container: 'container:4k2', timeout: '60s' }))
      .toEqual({ path: '/api/v1/containers/4k2/start', body: { timeout: '60s' } });
  });
  it('keeps a path of names in one piece', () => {
    expect(address(op('GET', '/apps/{app}'), { app: 'shop/web' }).path).toBe('/api/v1/apps/shop%2Fweb');
  });
  it('repeats lists in the query and leaves out what is empty', () => {
    expect(address(op('GET', '/events'), { topics: ['a', 'b'], status: '', limit: 5 }).path).toBe('/api/v1/events?topics=a&topics=b&limit=5');
  });
  it('sends the confirmation of a DELETE in the query', () => {
    expect(address(op('DELETE', '/apps/{app}'), { app: 'app:1', confirm: 'web' })).toEqual({ path: '/api/v1/apps/1?confirm=web' });
  });
  it('reads a bare id from a ref or an id', () => {
    expect([bare('app:1'), bare('1')]).toEqual(['1', '1']);
  });
});

import { beforeEach, describe, expect, it, vi } from 'vitest';

const answer = (status: number, body: unknown) => Promise.resolve(new Response(JSON.stringify(body), { status, headers: { 'OpenPanel-Request': 'req-1' } }));
const tokens = (name: string, seconds = 900) => ({ accessToken: name, expiresAt: new Date(Date.now() + seconds * 1000).toISOString(), user: 'user:1', name: 'Ana', email: 'a@b', team: 'team:1', teamName: 'Acme', role: 'owner' });

describe('the session', () => {
  beforeEach(() => vi.resetModules());

  it('refreshes once for many callers', async () => {
    const fetched = vi.fn(() => answer(200, tokens('a')));
    vi.stubGlobal('fetch', fetched);
    const { refresh, session } = await import('../client/session');
    await Promise.all([refresh(), refresh(), refresh()]);
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(session.get()).toMatchObject({ state: 'in', tokens: { accessToken: 'a' } });
  });

  it('keeps the token out of storage', async () => {
    vi.stubGlobal('fetch', () => answer(200, tokens('very-secret')));
    const { logIn } = await import('../client/session');
    await logIn('a@b', 'password');
    expect(JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage })).not.toContain('very-secret');
  });

  it('tries a refused call once more with a fresh token, and tells the request id of a failure', async () => {
    const calls: string[] = [];
    vi.stubGlobal('fetch', (path: string, init: { headers: Record<string, string> }) => {
      if (path === '/auth/refresh' || path === '/auth/login') {
        return answer(200, tokens(path === '/auth/login' ? 'old' : 'new'));
      }
      calls.push(init.headers.Authorization!);
      return init.headers.Authorization === 'Bearer old' ? answer(401, {}) : answer(409, { title: 'Conflict', detail: 'web exists already', kind: 'conflict', errors: { name: 'taken' } });
    });
    const { logIn } = await import('../client/session');
    const { send } = await import('../client/http');
    await logIn('a@b', 'p');
    await expect(send('/api/v1/apps')).rejects.toMatchObject({ status: 409, detail: 'web exists already', request: 'req-1', errors: { name: 'taken' } });
    expect(calls).toEqual(['Bearer old', 'Bearer new']);
  });

  it('is out when the cookie is no longer good, but not when nothing answers', async () => {
    vi.stubGlobal('fetch', () => answer(401, {}));
    const { refresh, session } = await import('../client/session');
    await refresh();
    expect(session.get().state).toBe('out');
    vi.resetModules();
    vi.stubGlobal('fetch', (path: string) => (path.startsWith('/api') ? answer(200, { needed: false }) : Promise.reject(new TypeError('down'))));
    const again = await import('../client/session');
    await again.start();
    expect(again.session.get().state).toBe('unreachable');
  });

  it('sends nothing with a token that is being given back', async () => {
    const sent: string[] = [];
    const { logIn, logOut } = await import('../client/session');
    const { send } = await import('../client/http');
    vi.stubGlobal('fetch', (path: string, init: { headers: Record<string, string> }) => {
      sent.push(`${path} ${init.headers.Authorization ?? 'nobody'}`);
      return path === '/auth/logout' ? send('/api/v1/apps').catch(() => undefined).then(() => answer(200, {})) : answer(200, tokens('a'));
    });
    await logIn('a@b', 'p');
    await logOut();
    expect(sent).toEqual(['/auth/login nobody', '/api/v1/single-sign-on/leave?origin=http%3A%2F%2Flocalhost%3A3000 Bearer a', '/auth/logout Bearer a', '/api/v1/apps nobody']);
  });

  it('goes on to log out at the provider that let it in, once it is out here', async () => {
    const went: string[] = [];
    const { logIn, logOut } = await import('../client/session');
    vi.stubGlobal('location', { origin: 'https://panel.example', assign: (url: string) => went.push(url) });
    vi.stubGlobal('fetch', (path: string) => {
      went.push(path.replace(/\?.*/, ''));
      return answer(200, path.startsWith('/api/v1/single-sign-on/leave') ? { url: 'https://id.example/logout' } : tokens('a'));
    });
    await logIn('a@b', 'p');
    await logOut();
    expect(went).toEqual(['/auth/login', '/api/v1/single-sign-on/leave', '/auth/logout', 'https://id.example/logout']);
  });

  it('shows set-up on a new panel', async () => {
    vi.stubGlobal('fetch', () => answer(200, { needed: true }));
    const { start, session } = await import('../client/session');
    await start();
    expect(session.get().state).toBe('set-up');
  });

  it('asks for the second factor before it is in, and is in after it', async () => {
    const asked: unknown[] = [];
    vi.stubGlobal('fetch', (path: string, init: { body: string }) => {
      asked.push([path, JSON.parse(init.body)]);
      return path === '/auth/login' ? answer(200, { challenge: 'c', expiresAt: '', factors: 'totp' }) : answer(200, tokens('a'));
    });
    const { logIn, session, verify } = await import('../client/session');
    expect(await logIn('a@b', 'p')).toMatchObject({ challenge: 'c', factors: 'totp' });
    expect(session.get().state).toBe('starting');
    await verify('c', '123456');
    expect(asked[1]).toEqual(['/auth/verify', { challenge: 'c', code: '123456' }]);
    expect(session.get()).toMatchObject({ state: 'in', tokens: { accessToken: 'a' } });
  });

  it('asks once who it is where the panel wants to know again, and sends anew what waited', async () => {
    let known = false;
    const sent: string[] = [];
    vi.stubGlobal('fetch', (path: string) => {
      sent.push(path);
      return known ? answer(200, {}) : answer(403, { kind: 'unproven' });
    });
    const { send } = await import('../client/http');
    const { proving } = await import('../client/proof');
    const both = Promise.all([send('/api/v1/a'), send('/api/v1/b')]);
    await vi.waitFor(() => expect(sent).toHaveLength(2));
    await vi.waitFor(() => expect(proving.get()).toBeDefined());
    known = true;
    proving.get()?.answer(true);
    await both;
    expect(sent.slice(2).sort()).toEqual(['/api/v1/a', '/api/v1/b']);
    expect(proving.get()).toBeUndefined();

    known = false;
    const refused = expect(send('/api/v1/a')).rejects.toMatchObject({ kind: 'unproven' });
    await vi.waitFor(() => expect(proving.get()).toBeDefined());
    proving.get()?.answer(false);
    await refused;
  });

  it('notices that a team asks for a second factor, and takes no other refusal for it', async () => {
    let kind = 'denied';
    vi.stubGlobal('fetch', () => answer(403, { kind }));
    const { send, stepUps } = await import('../client/http');
    await expect(send('/api/v1/members')).rejects.toMatchObject({ status: 403 });
    expect(stepUps.get()).toBe(0);
    kind = 'step-up';
    await expect(send('/api/v1/members')).rejects.toMatchObject({ kind: 'step-up' });
    expect(stepUps.get()).toBe(1);
  });
});

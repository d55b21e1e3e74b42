import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Bridge, type Deeds, type Told } from '../client/bridge';
import type { Operation } from '../client/catalogue';

const OPERATIONS: Record<string, Partial<Operation>> = {
  'board.list': { plugin: 'board', effect: 'read', form: 'record' },
  'board.add': { plugin: 'board', effect: 'change', form: 'record' },
  'board.purge': { plugin: 'board', effect: 'destroy', form: 'record' },
  'board.log': { plugin: 'board', effect: 'read', form: 'stream' },
  'team.delete': { plugin: 'teams', effect: 'destroy', form: 'record' },
};

describe('what a page in a frame may ask of the console', () => {
  let told: Told[];
  let done: string[];
  let pressed: boolean;
  let bridge: Bridge;
  let deeds: Deeds;

  beforeEach(() => {
    told = [];
    done = [];
    pressed = false;
    deeds = {
      tell: (message) => told.push(message),
      look: () => ({ scheme: 'dark', language: 'pt-BR', words: { hello: 'olá' } }),
      operation: async (action) => OPERATIONS[action] as Operation,
      perform: async (action) => done.push(action),
      confirm: async (_operation, name, run) => (name === 'right' ? run() : Promise.reject(new Error('left'))),
      pressed: () => pressed,
      hear: vi.fn(() => () => undefined),
      resize: vi.fn(),
      open: vi.fn(),
    };
    bridge = new Bridge('board', deeds);
  });

  const call = async (action: string, input?: Record<string, unknown>) => {
    bridge.hear({ what: 'call', id: 7, action, input });
    await vi.waitFor(() => expect(told).toHaveLength(1));
    return told[0] as Extract<Told, { what: 'answer' }>;
  };

  it('reads by the actions of its plugin', async () => {
    expect(await call('board.list')).toEqual({ what: 'answer', id: 7, result: 1 });
    expect(done).toEqual(['board.list']);
  });

  it('changes something only right after somebody pressed a button', async () => {
    expect((await call('board.add')).problem?.status).toBe(403);
    told = [];
    pressed = true;
    expect((await call('board.add')).problem).toBeUndefined();
    expect(done).toEqual(['board.add']);
  });

  it('destroys only what the person confirms', async () => {
    pressed = true;
    expect((await call('board.purge')).problem?.status).toBe(428);
    told = [];
    expect((await call('board.purge', { confirm: 'wrong' })).problem?.message).toBe('left');
    told = [];
    await call('board.purge', { confirm: 'right' });
    expect(done).toEqual(['board.purge']);
  });

  it('calls no other plugin, and nothing that is no record', async () => {
    pressed = true;
    expect((await call('team.delete', { confirm: 'right' })).problem).toMatchObject({ status: 403, kind: 'forbidden' });
    told = [];
    expect((await call('board.log')).problem?.status).toBe(400);
    expect(done).toEqual([]);
  });

  it('is not called an action of its own by another plugin', async () => {
    OPERATIONS['board.fake'] = { plugin: 'boards', effect: 'read', form: 'record' };
    expect((await call('board.fake')).problem?.status).toBe(403);
  });

  it('waits for eight answers at most', async () => {
    let free = (): void => undefined;
    deeds.perform = () => new Promise((answer) => {
      free = () => answer(undefined);
    });
    for (let id = 0; id < 9; id++) {
      bridge.hear({ what: 'call', id, action: 'board.list' });
    }
    await vi.waitFor(() => expect(told).toHaveLength(1));
    expect(told[0]).toMatchObject({ id: 8, problem: { status: 429 } });
    free();
  });

  it('hears events of its plugin only', () => {
    bridge.hear({ what: 'hear', topic: 'board.added' });
    bridge.hear({ what: 'hear', topic: 'board.added' });
    bridge.hear({ what: 'hear', topic: 'board-card.moved' });
    bridge.hear({ what: 'hear', topic: 'boards.added' });
    bridge.hear({ what: 'hear', topic: '**' });
    bridge.hear({ what: 'hear', topic: 'deployment.finished' });
    expect(vi.mocked(deeds.hear).mock.calls.map(([topic]) => topic)).toEqual(['board.added', 'board-card.moved']);
  });

  it('opens pages of the console after a press, and nothing elsewhere', () => {
    bridge.hear({ what: 'open', path: '/containers' });
    pressed = true;
    for (const path of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '/containers']) {
      bridge.hear({ what: 'open', path });
    }
    expect(vi.mocked(deeds.open).mock.calls).toEqual([['/containers']]);
  });

  it('is told how the console looks, and may be only so tall', () => {
    bridge.hear({ what: 'ready' });
    expect(told).toEqual([{ what: 'look', scheme: 'dark', language: 'pt-BR', words: { hello: 'olá' } }]);
    bridge.hear({ what: 'size', height: 1e9 });
    bridge.hear({ what: 'size', height: Number.NaN });
    expect(vi.mocked(deeds.resize).mock.calls).toEqual([[20_000]]);
  });

  it('drops what is no message', () => {
    for (const message of [undefined, null, 1, 'ready', [], { what: 'eval' }, { what: 'call', id: 'x', action: 'board.list' }, { what: 'hear', topic: 4 }]) {
      bridge.hear(message);
    }
    expect(told).toEqual([]);
  });
});

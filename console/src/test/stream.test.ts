import { afterEach, describe, expect, it, vi } from 'vitest';
import { topicPattern } from '../client/events';
import { EventParser, LiveStream, type Item } from '../client/stream';

describe('server-sent events', () => {
  it('are put together from pieces of any size', () => {
    const heard: string[][] = [];
    const parser = new EventParser((event, data) => heard.push([event, data]));
    for (const letter of ': ping\n\nevent: items\r\ndata: {"a":1}\r\n\r\nevent: end\ndata: x\ndata: y\n\n') {
      parser.feed(letter);
    }
    expect(heard).toEqual([['items', '{"a":1}'], ['end', 'x\ny']]);
  });
});

describe('topic patterns', () => {
  it('take one word for * and any for **', () => {
    expect(topicPattern('app.*').test('app.created')).toBe(true);
    expect(topicPattern('app.*').test('app.a.b')).toBe(false);
    expect(topicPattern('**').test('app.a.b')).toBe(true);
    expect(topicPattern('app.created').test('app-created')).toBe(false);
  });
});

describe('the live stream', () => {
  afterEach(() => vi.useRealTimers());

  function panel() {
    const asked: { body: { topics: { key: string; action: string; after?: number }[] }; say: (event: string, data: unknown) => void; end: () => void }[] = [];
    const open = (_path: string, { body, signal }: { body?: unknown; signal: AbortSignal }) => {
      const encoder = new TextEncoder();
      let controller!: ReadableStreamDefaultController<Uint8Array>;
      const stream = new ReadableStream<Uint8Array>({ start: (made) => { controller = made; } });
      signal.addEventListener('abort', () => controller.error(new Error('The connection is closed')));
      asked.push({ body: body as never, say: (event, data) => controller.enqueue(encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)), end: () => controller.close() });
      return Promise.resolve(new Response(stream));
    };
    return { asked, stream: new LiveStream(open as never) };
  }
  const settle = () => new Promise((resolve) => setTimeout(resolve, 60));

  it('opens one connection for all topics and resumes each after its last item', async () => {
    const { asked, stream } = panel();
    const items: Item[] = [];
    stream.subscribe({ action: 'job.log', input: { job: 'job:1' }, resumes: true, onItems: (more) => items.push(...more) });
    await settle();
    asked[0]!.say('items', { key: '0', items: [{ seq: 1 }, { seq: 2 }] });
    await settle();
    stream.subscribe({ action: 'event.watch', input: {}, resumes: false, onItems: () => undefined });
    await settle();
    expect(asked).toHaveLength(2);
    expect(asked[1]!.body.topics).toEqual([{ key: '0', action: 'job.log', input: { job: 'job:1' }, after: 2 }, { key: '1', action: 'event.watch', input: {} }]);
    asked[1]!.say('items', { key: '0', items: [{ seq: 2 }, { seq: 3 }] });
    await settle();
    expect(items.map((item) => item.seq)).toEqual([1, 2, 3]);
    stream.close();
  });

  it('says that the panel does not answer once it failed twice, and takes it back when it does', async () => {
    let answers = false;
    const heard: boolean[] = [];
    const down = new LiveStream((() => (answers ? Promise.resolve(new Response(new ReadableStream())) : Promise.reject(new TypeError('Failed to fetch')))) as never);
    down.lost.subscribe(() => heard.push(down.lost.get()));
    down.subscribe({ action: 'event.watch', input: {}, resumes: false, onItems: () => undefined });
    await settle();
    expect(down.lost.get()).toBe(false);
    await vi.waitFor(() => expect(heard).toEqual([true]), 5_000);
    answers = true;
    await vi.waitFor(() => expect(heard).toEqual([true, false]), 5_000);
    down.close();
  });

  it('comes back by itself and says that something may have been missed', async () => {
    const { asked, stream } = panel();
    const lost = vi.fn();
    stream.onLost(lost);
    stream.subscribe({ action: 'event.watch', input: {}, resumes: false, onItems: () => undefined });
    await settle();
    asked[0]!.end();
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(asked.length).toBeGreaterThanOrEqual(2);
    asked.at(-1)!.say('open', { key: '0' });
    await settle();
    expect(lost).toHaveBeenCalled();
    stream.close();
  });

  it('asks only from where it is: what was never read is not asked for as if from the beginning', async () => {
    const { asked, stream } = panel();
    stream.subscribe({ action: 'container.logs', input: { container: 'container:1', tail: 1000 }, resumes: true, onItems: () => undefined });
    await settle();
    expect(asked[0]!.body.topics).toEqual([{ key: '0', action: 'container.logs', input: { container: 'container:1', tail: 1000 } }]);
    stream.close();
  });

  it('says that a topic’s plugin is away, and that it is back', async () => {
    const { asked, stream } = panel();
    const away = vi.fn();
    stream.subscribe({ action: 'container.logs', input: {}, resumes: true, onItems: () => undefined, onAway: away });
    await settle();
    asked[0]!.say('end', { key: '0', reason: 'moved' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(away.mock.calls).toEqual([[true]]);
    expect(asked).toHaveLength(2);
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(away.mock.lastCall).toEqual([false]);
    stream.close();
  });

  it('misses nothing while one connection takes over from another', async () => {
    const { asked, stream } = panel();
    const items: Item[] = [];
    const lost = vi.fn();
    stream.onLost(lost);
    stream.subscribe({ action: 'event.watch', input: {}, resumes: false, onItems: (more) => items.push(...more) });
    await settle();
    asked[0]!.say('open', { key: '0' });
    stream.subscribe({ action: 'job.log', input: { job: 'job:1' }, resumes: true, onItems: () => undefined });
    await settle();
    asked[0]!.say('items', { key: '0', items: [{ id: 'between' }] });
    asked[1]!.say('open', { key: '1' });
    await settle();
    asked[0]!.say('items', { key: '0', items: [{ id: 'still' }] });
    await settle();
    asked[1]!.say('open', { key: '0' });
    await settle();
    asked[0]!.say('items', { key: '0', items: [{ id: 'late' }] });
    asked[1]!.say('items', { key: '0', items: [{ id: 'after' }] });
    await settle();
    expect(items.map((item) => item.id)).toEqual(['between', 'still', 'late', 'after']);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(() => asked[0]!.say('items', { key: '0', items: [] })).toThrow();
    expect(lost).not.toHaveBeenCalled();
    stream.close();
  });

  it('says only when all flows again that something may have been missed', async () => {
    const { asked, stream } = panel();
    const lost = vi.fn();
    stream.onLost(lost);
    stream.subscribe({ action: 'event.watch', input: {}, resumes: false, onItems: () => undefined });
    await settle();
    asked[0]!.say('end', { key: '0', reason: 'moved' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(lost).not.toHaveBeenCalled();
    asked[1]!.say('open', { key: '0' });
    await settle();
    expect(lost).toHaveBeenCalledOnce();
    stream.close();
  });

  it('does not ask again for a topic that is done', async () => {
    const { asked, stream } = panel();
    const end = vi.fn();
    stream.subscribe({ action: 'job.log', input: { job: 'job:1' }, resumes: true, onItems: () => undefined, onEnd: end });
    await settle();
    asked[0]!.say('end', { key: '0', reason: 'done' });
    await settle();
    stream.subscribe({ action: 'event.watch', input: {}, resumes: false, onItems: () => undefined });
    await settle();
    expect(end).toHaveBeenCalledWith('done', undefined);
    expect(asked[1]!.body.topics.map((topic) => topic.action)).toEqual(['event.watch']);
    stream.close();
  });
});

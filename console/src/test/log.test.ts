import { describe, expect, it } from 'vitest';
import { ansi, levelOf, LogBuffer, LogView, plain } from '../ui/log';

describe('a log', () => {
  it('keeps the last 200,000 lines and not many more', () => {
    const buffer = new LogBuffer();
    buffer.add(Array.from({ length: 205_010 }, (_, index) => ({ seq: index + 1, line: `line ${index + 1}` })));
    expect(buffer.lines).toHaveLength(200_000);
    expect(buffer.lines[0]!.seq).toBe(5_011);
  });
  it('tells who listens now and then, however often lines come', async () => {
    const buffer = new LogBuffer();
    let told = 0;
    buffer.subscribe(() => told++);
    for (let line = 0; line < 50; line++) {
      buffer.add([{ line: `line ${line}` }]);
    }
    expect(told).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(told).toBe(1);
  });
  it('is filtered as it grows, and the filter forgets what the log let go', () => {
    const buffer = new LogBuffer();
    let looked = 0;
    const tens = new LogView(buffer, (line) => {
      looked++;
      return line.seq % 10 === 0;
    });
    const grow = (from: number, to: number) => buffer.add(Array.from({ length: to - from }, (_, index) => ({ seq: from + index, line: String(from + index) })));
    grow(0, 100);
    expect(tens.refresh().length).toBe(10);
    grow(100, 210_000);
    expect(tens.refresh().length).toBe(20_000);
    expect(tens.at(0)!.seq).toBe(10_000);
    expect(tens.at(tens.length - 1)!.seq).toBe(209_990);
    expect(tens.rowOf(tens.numberOf(123))).toBe(123);
    expect(tens.dropped).toBe(10);
    expect(looked).toBe(200_100);
    expect(new LogView(buffer).refresh().at(0)!.seq).toBe(10_000);
  });
  it('draws ANSI colours and drops other escapes', () => {
    expect(ansi('\u001b[1;31mred\u001b[0m plain\u001b[2K')).toEqual([{ text: 'red', bold: true, color: 'var(--red)' }, { text: ' plain' }]);
    expect(plain('\u001b[32mok\u001b[0m\r')).toBe('ok');
  });
  it('knows errors and warnings from words that only look like them', () => {
    expect(['ERROR no disk', 'error: bad', 'exited with code 1, exit code 1', 'it returned a non-zero code: 3', 'WARN slow', 'GET /errors 200', 'no errors'].map(levelOf))
      .toEqual(['error', 'error', 'error', 'error', 'warn', undefined, undefined]);
  });
});

import { describe, expect, it } from 'vitest';
import { ansi, levelOf, LogBuffer, plain } from '../ui/log';

describe('a log', () => {
  it('keeps the last 200,000 lines and not many more', () => {
    const buffer = new LogBuffer();
    buffer.add(Array.from({ length: 205_010 }, (_, index) => ({ seq: index + 1, line: `line ${index + 1}` })));
    expect(buffer.lines).toHaveLength(200_000);
    expect(buffer.lines[0]!.seq).toBe(5_011);
  });
  it('draws ANSI colours and drops other escapes', () => {
    expect(ansi('\u001b[1;31mred\u001b[0m plain\u001b[2K')).toEqual([{ text: 'red', bold: true, color: 'var(--red)' }, { text: ' plain' }]);
    expect(plain('\u001b[32mok\u001b[0m\r')).toBe('ok');
  });
  it('knows errors and warnings from words that only look like them', () => {
    expect(['ERROR no disk', 'error: bad', 'exited with code 1, exit code 1', 'WARN slow', 'GET /errors 200', 'no errors'].map(levelOf))
      .toEqual(['error', 'error', 'error', 'warn', undefined, undefined]);
  });
});

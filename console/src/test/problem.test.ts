import { describe, expect, it } from 'vitest';
import { isUnloaded, Problem } from '../client/problem';

describe('what went wrong', () => {
  it('is that the panel does not answer where a part of the console could not be fetched, in whatever words the browser says so', () => {
    for (const words of ['Failed to fetch dynamically imported module: /assets/Jobs-1.js', 'error loading dynamically imported module: /assets/Jobs-1.js', 'Importing a module script failed.']) {
      expect(isUnloaded(new TypeError(words))).toBe(true);
      expect(Problem.from(new TypeError(words)).kind).toBe('unreachable');
    }
  });
  it('is told as it is elsewhere', () => {
    expect(Problem.from(new TypeError('x is undefined'))).toMatchObject({ kind: 'unexpected', detail: 'x is undefined' });
    expect(isUnloaded(new Problem(404, 'Not there', 'There is no app'))).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { formatAgo, formatBytes, formatMillis, humanise, initials, parseBytes, parseDuration, shortDuration } from '../ui/format';

describe('sizes', () => {
  it('are written short', () => {
    expect([0, 900, 1536, 536870912, 1.6e11].map((bytes) => formatBytes(bytes))).toEqual(['0 B', '900 B', '1.5 KB', '512 MB', '149 GB']);
  });
  it('follow the language', () => expect(formatBytes(1536, 'pt-BR')).toBe('1,5 KB'));
  it('are read as people write them', () => {
    expect(['512 MB', '1.5g', '2048', '1,5 GiB', 'much'].map(parseBytes)).toEqual([536870912, 1610612736, 2048, 1610612736, undefined]);
  });
});

describe('times', () => {
  it('are written short', () => expect([0, 12, 340, 12_400, 92_000, 3_900_000].map((millis) => formatMillis(millis))).toEqual(['0 s', '12 ms', '0.3 s', '12 s', '1 min 32 s', '1 h 5 min']));
  it('are read from ISO 8601', () => expect(['PT1M30.5S', 'P1DT2H', 'soon'].map(parseDuration)).toEqual([90_500, 93_600_000, undefined]));
  it('are told from now', () => {
    expect(formatAgo(0, 3 * 60_000)).toBe('3 min ago');
    expect(formatAgo(0, 4_000)).toBe('now');
    expect(formatAgo(0, 3 * 3_600_000, 'pt-BR')).toBe('há 3 h');
  });
});

describe('names', () => {
  it('become words', () => expect([humanise('startedAt'), humanise('api-key.create')]).toEqual(['Started at', 'Api key create']));
  it('become initials', () => expect([initials('Ana Souza'), initials('ci@example.com'), initials('')]).toEqual(['AS', 'CE', '·']));
  it('writes durations as people do, and a time to come to the nearest unit', () => {
    expect(['PT1M', 'PT90S', 'P90D', 'PT1H30M', 'oops'].map(shortDuration)).toEqual(['1m', '90s', '90d', '90m', 'oops']);
    expect(formatAgo(89.9 * 86_400_000, 0)).toBe('in 3 mo');
  });
});

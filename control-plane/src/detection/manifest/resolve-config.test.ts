import type { DetectorConfig } from '@picket/sdk/client';
import { describe, expect, it, test } from 'vitest';
import type { ControlPlaneError } from '../../errors.ts';
import { readManifest } from './read-manifest.ts';
import { carriedConfig, resolveConfig } from './resolve-config.ts';

const manifest = readManifest(`id: mine
version: 1.0.0
summary: s
kinds: [process.exec]
severity: notice
config:
  count: { type: integer, default: 5, minimum: 1, maximum: 10 }
  ratio: { type: number, default: 0.5, minimum: 0 }
  loud: { type: flag, default: false }
  word: { type: text, default: "a", maximum: 8 }
  names: { type: list, default: [sh, bash], maximum: 3 }
`);

describe('a configuration', () => {
  it('is every entry in the order of the manifest, flat, with its default where nothing is set', () => {
    expect(resolveConfig(manifest, {})).toBe('{"count":5,"ratio":0.5,"loud":false,"word":"a","names":"sh,bash"}');
    const set: DetectorConfig = { names: [], loud: true, count: 10, word: '"\n', ratio: 2 };
    expect(resolveConfig(manifest, set)).toBe('{"count":10,"ratio":2,"loud":true,"word":"\\"\\n","names":""}');
  });

  it('is refused with every entry that is wrong', () => {
    const set = { count: 11, ratio: -1, loud: 'yes', word: 'too long a word', names: ['a', 'b', 'c', 'd'], other: 1 };
    let error: ControlPlaneError | undefined;
    try {
      resolveConfig(manifest, set);
    } catch (thrown) {
      error = thrown as ControlPlaneError;
    }
    expect(error?.code).toBe('DETECTOR_CONFIG');
    expect(error?.details).toEqual([
      { path: 'config.other', message: 'other is no entry of the manifest; known: count, ratio, loud, word, names' },
      { path: 'config.count', message: 'count must be a whole number from 1 to 10' },
      { path: 'config.ratio', message: 'ratio must be a number of at least 0' },
      { path: 'config.loud', message: 'loud must be true or false' },
      { path: 'config.word', message: 'word must be a text of at most 8 characters' },
      { path: 'config.names', message: 'names must be a list of at most 3 items' },
    ]);
  });

  test.each<object>([
    { count: 1.5 },
    { count: '5' },
    { count: true },
    { ratio: Number.NaN },
    { ratio: [] },
    { word: 5 },
    { names: 'sh' },
    { names: ['x'.repeat(4000), 'x'.repeat(96)] },
    { constructor: 1 },
  ])('is refused for %j', (set) => {
    expect(() => resolveConfig(manifest, set as unknown as DetectorConfig)).toThrow(
      expect.objectContaining({ code: 'DETECTOR_CONFIG' }),
    );
  });

  it('takes a list of as many characters as a text may have', () => {
    const names = ['x'.repeat(4000), 'x'.repeat(95)];
    expect(resolveConfig(manifest, { names })).toContain(names.join(','));
  });

  it('goes over to another version as far as that takes it', () => {
    expect(carriedConfig(manifest, { count: 7, ratio: -2, gone: 1, word: 'b' })).toEqual({ count: 7, word: 'b' });
  });
});

import { describe, expect, it } from 'vitest';
import { addEntries, NO_ENTRIES, type OperatorEntry } from './operator-entries.ts';
import { Profile } from './profile.ts';
import { LEARNED_FROM, usualProfile, usualToken } from './test-profile.ts';

const entry = (token: string, more: Partial<OperatorEntry> = {}): OperatorEntry => ({
  ...{ token, reason: 'asked for', by: 'ann', at: LEARNED_FROM },
  ...more,
});

describe('a profile', () => {
  it('knows what was seen, and nothing else', () => {
    const profile = usualProfile(['x:/usr/sbin/nginx', 'c:db:5432']);
    expect(profile.knows('x:/usr/sbin/nginx')).toBe(true);
    expect(profile.knows('c:db:5432')).toBe(true);
    expect(profile.knows('x:/usr/bin/curl')).toBe(false);
    expect(profile.knows('r:/usr/sbin/nginx')).toBe(false);
    expect(profile.knows('')).toBe(false);
  });

  it('is the same after saving and loading, byte for byte, whatever the order of its tokens', () => {
    const tokens = ['x:/bin/ü', 'x:/bin/a', 'd:example.org', 'w:/srv/😀/a', 'w:/srv/😁/a'];
    const operator = addEntries(NO_ENTRIES, 'allowed', [entry('c:**', { isPattern: true })]);
    const profile = usualProfile(tokens, { operator, startsSeen: 0, lossy: true });
    const loaded = Profile.load(profile.save());
    expect(loaded.save()).toEqual(profile.save());
    expect(usualProfile(tokens.toReversed(), { operator, startsSeen: 0, lossy: true }).save()).toEqual(profile.save());
    expect(loaded.stats()).toEqual(profile.stats());
    expect(loaded.tokens).toEqual(profile.tokens);
    expect(loaded.operator).toEqual(operator);
    for (const token of tokens) expect(loaded.knows(token)).toBe(true);
  });

  it.each([
    ['nothing', (bytes: Uint8Array) => bytes.subarray(0, 0)],
    ['a part', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 3)],
    ['something else', () => new TextEncoder().encode('{"tokens":[]}')],
    ['more behind it', (bytes: Uint8Array) => Uint8Array.from([...bytes, 0])],
    [
      'a longer list than there are tokens',
      (bytes: Uint8Array) => Uint8Array.from(bytes, (b, i) => (i > 10 ? 0xff : b)),
    ],
  ])('refuses %s', (_what, spoil) => {
    const bytes = usualProfile(['x:/bin/a', 'x:/bin/b']).save();
    expect(() => Profile.load(spoil(bytes))).toThrow(expect.objectContaining({ code: 'PROFILE_MALFORMED' }));
  });

  it('refuses a version that it does not know', () => {
    const bytes = Uint8Array.from(usualProfile(['x:/bin/a']).save());
    bytes[4] = 9;
    expect(() => Profile.load(bytes)).toThrow(expect.objectContaining({ code: 'PROFILE_VERSION' }));
  });

  it('does not grow beyond its bound: what came least is left out, and counted', () => {
    const tokens = Array.from({ length: 20_000 }, (_, i) =>
      usualToken(`w:/srv/${'x'.repeat(40)}/${i}`, { windows: i === 7 ? 50 : 1 }),
    );
    const profile = Profile.of(tokens, { windows: 20_000, runs: 1 });
    expect(profile.bytes).toBeLessThanOrEqual(256 * 1024);
    expect(profile.stats().tokens + profile.stats().overflow).toBe(20_000);
    expect(profile.knows(`w:/srv/${'x'.repeat(40)}/7`)).toBe(true);
    expect(profile.withOperator(NO_ENTRIES).stats().overflow).toBe(profile.stats().overflow);
  });

  it('merges: both are known, counts are added', () => {
    const a = usualProfile(['x:/bin/a', 'x:/bin/b']);
    const b = usualProfile(['x:/bin/b', 'x:/bin/c'], { runs: 2 });
    const both = a.merge(b);
    expect(['x:/bin/a', 'x:/bin/b', 'x:/bin/c'].every((token) => both.knows(token))).toBe(true);
    expect(both.tokens.map(({ windows }) => windows)).toEqual([900, 1800, 900]);
    expect(both.stats()).toMatchObject({ windows: 6480, runs: 5 });
    expect(b.merge(a).save()).toEqual(both.save());
  });

  it('tells that starts were not seen', () => {
    expect(usualProfile(['x:/bin/a'], { startsSeen: 0 }).startUnknown).toBe(true);
    expect(usualProfile(['x:/bin/a'], { startsSeen: 1 }).startUnknown).toBe(false);
  });
});

describe('what an operator says', () => {
  it('holds over what was learned, and goes over to the next profile', () => {
    const operator = addEntries(
      addEntries(NO_ENTRIES, 'allowed', [entry('x:/usr/bin/psql'), entry('c:*.example.org:443', { isPattern: true })]),
      'removed',
      [entry('x:/bin/sh')],
    );
    const before = usualProfile(['x:/bin/sh', 'x:/usr/sbin/nginx'], { operator });
    const later = usualProfile(['x:/bin/sh', 'x:/usr/sbin/nginx', 'x:/bin/date'], { operator: before.operator });
    for (const profile of [before, later, Profile.load(later.save())]) {
      expect(profile.knows('x:/usr/bin/psql')).toBe(true);
      expect(profile.knows('c:api.example.org:443')).toBe(true);
      expect(profile.knows('c:api.example.org:80')).toBe(false);
      expect(profile.knows('x:/bin/sh')).toBe(false);
      expect(profile.tokens.some(({ token }) => token === 'x:/usr/bin/psql')).toBe(false);
    }
  });

  it('takes away what a wildcard covers', () => {
    const pages = Array.from({ length: 30 }, (_, i) => `r:/srv/www/page${'abcdefghijklmnopqrstuvwxyzABCD'[i]}.html`);
    const operator = addEntries(NO_ENTRIES, 'removed', [entry('r:/srv/www/admin*', { isPattern: true })]);
    const profile = usualProfile(pages, { operator });
    expect(profile.knows('r:/srv/www/other.html')).toBe(true);
    expect(profile.knows('r:/srv/www/admin2.html')).toBe(false);
  });

  it('stands in one list only: the newest word holds', () => {
    const allowed = addEntries(NO_ENTRIES, 'allowed', [entry('x:/bin/sh')]);
    const removed = addEntries(allowed, 'removed', [entry('x:/bin/sh', { by: 'bob' })]);
    expect(removed).toEqual({ allowed: [], removed: [entry('x:/bin/sh', { by: 'bob' })] });
    expect(addEntries(removed, 'allowed', [entry('x:/bin/sh')]).removed).toEqual([]);
  });

  it('is refused when it would not fit', () => {
    const many = Array.from({ length: 1000 }, (_, i) =>
      entry(`x:/bin/${i}${'y'.repeat(240)}`, { reason: 'z'.repeat(200) }),
    );
    expect(() => usualProfile([], { operator: addEntries(NO_ENTRIES, 'allowed', many) })).toThrow(
      expect.objectContaining({ code: 'PROFILE_TOO_LARGE' }),
    );
  });

  it('does not take the star of a token for a pattern', () => {
    const profile = usualProfile([], { operator: addEntries(NO_ENTRIES, 'allowed', [entry('w:/tmp/*')]) });
    expect(profile.knows('w:/tmp/*')).toBe(true);
    expect(profile.knows('w:/tmp/evil')).toBe(false);
  });
});

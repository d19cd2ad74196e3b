import { describe, expect, it } from 'vitest';
import { driftOf } from './drift.ts';
import { countNewTokens, newTokenChance } from './new-token-rate.ts';
import { Profile } from './profile.ts';
import { LEARNED_FROM, usualProfile, usualToken } from './test-profile.ts';

const HOUR = 3_600_000;
/** One false alarm for each container and day. */
const TARGET = -Math.log10(1 / 8640);

describe('drift', () => {
  it('is nothing when all is known', () => {
    const profile = usualProfile(['x:/usr/sbin/nginx', 'c:db:5432']);
    expect(driftOf(profile, ['c:db:5432', 'x:/usr/sbin/nginx'])).toBeUndefined();
    expect(driftOf(profile, [])).toBeUndefined();
  });

  it('says exactly what is new, and what is known of it', () => {
    const profile = usualProfile(['x:/usr/sbin/nginx', 'c:db:5432', 'c:cache:6379']);
    const drift = driftOf(profile, [
      'x:/usr/bin/curl',
      'l:/usr/sbin/nginx > /usr/bin/curl',
      'c:10.0.3.0/24:4444',
      'c:db:5432',
    ]);
    expect(drift?.text).toBe(
      'new program /usr/bin/curl (parent /usr/sbin/nginx); first connection to 10.0.3.0/24:4444; known: cache:6379, db:5432',
    );
    expect(drift?.groups.map(({ name, tokens }) => [name, tokens])).toEqual([
      ['programs', ['x:/usr/bin/curl']],
      ['starts', ['l:/usr/sbin/nginx > /usr/bin/curl']],
      ['peers', ['c:10.0.3.0/24:4444']],
    ]);
    expect(drift?.score).toBeGreaterThan(TARGET);
  });

  it('tells a start by another parent', () => {
    const profile = usualProfile(['x:/bin/sh', 'x:/usr/sbin/nginx', 'l:/sbin/init > /bin/sh']);
    expect(driftOf(profile, ['l:/usr/sbin/nginx > /bin/sh'])?.text).toBe(
      '/bin/sh started by /usr/sbin/nginx for the first time',
    );
  });

  it('says once what several things have in common', () => {
    const profile = usualProfile(['r:/etc/hosts', 'U:0']);
    expect(driftOf(profile, ['r:/etc/passwd', 'r:/etc/group'])?.text).toBe('first read of /etc/passwd, /etc/group');
    expect(driftOf(profile, ['s:mkdir', 's:wait4'])?.text).toBe('first system call mkdir, wait4');
    expect(driftOf(profile, ['U:33'])?.text).toBe('first time as user 33; known: user 0');
  });

  it('names some of a flood, and counts all', () => {
    const drift = driftOf(
      usualProfile([]),
      Array.from({ length: 300 }, (_, i) => `w:/srv/out/${i}`),
    );
    expect(drift?.groups[0]).toMatchObject({ total: 300 });
    expect(drift?.groups[0]?.tokens).toHaveLength(8);
    expect(drift?.text).toContain('and 292 more');
    expect(drift?.text.length).toBeLessThan(700);
  });

  it('does not speak of starts where none was seen', () => {
    const late = usualProfile(['x:/usr/sbin/nginx'], { startsSeen: 0 });
    const seen = usualProfile(['x:/usr/sbin/nginx']);
    expect(driftOf(late, ['x:/entrypoint.sh'], { isStart: true })?.score).toBe(0);
    expect(driftOf(late, ['x:/entrypoint.sh'])?.score).toBeGreaterThan(TARGET);
    expect(driftOf(seen, ['x:/entrypoint.sh'], { isStart: true })?.score).toBeGreaterThan(TARGET);
  });

  it('does not speak of ends where none was seen', () => {
    const running = usualProfile(['x:/usr/sbin/nginx'], { endsSeen: 0 });
    expect(driftOf(running, ['m:unlink /run/nginx.pid'], { isEnd: true })?.score).toBe(0);
    expect(driftOf(running, ['m:unlink /run/nginx.pid'])?.score).toBeGreaterThan(TARGET);
    for (const token of ['x:/usr/bin/curl', 'c:10.0.3.0/24:4444', 'k:ptrace PTRACE_ATTACH'])
      expect(driftOf(running, ['m:unlink /run/nginx.pid', token], { isEnd: true })?.score).toBeGreaterThan(TARGET);
  });

  it('counts little in a class that often has something new', () => {
    const steady = Array.from({ length: 60 }, (_, i) =>
      usualToken(`w:/srv/${String.fromCharCode(97 + (i % 26))}${i}/f`, {
        ...{ windows: 1, runs: 1, firstSeen: LEARNED_FROM + i * 180_000, lastSeen: LEARNED_FROM + i * 180_000 },
      }),
    );
    const profile = Profile.of([...steady, usualToken('x:/usr/bin/make')], {
      ...{ windows: 1080, runs: 1, from: LEARNED_FROM, to: LEARNED_FROM + 3 * HOUR },
    });
    expect(driftOf(profile, ['w:/srv/new/f'])?.score).toBeLessThan(2);
    expect(driftOf(profile, ['x:/usr/bin/curl'])?.score).toBeGreaterThan(TARGET);
  });

  it('rises with a further family of acts', () => {
    const profile = usualProfile(['x:/bin/a']);
    const one = driftOf(profile, ['x:/bin/b', 'a:b -c', 'l:/bin/a > /bin/b'])?.score ?? 0;
    const two = driftOf(profile, ['x:/bin/b', 'c:10.0.0.0/24:80'])?.score ?? 0;
    expect(two).toBeGreaterThan(one);
  });
});

describe('the chance of something new', () => {
  it('falls with the time that nothing new came, and rises with each event', () => {
    const quiet = [60, 360, 8640, 86_400].map((windows) => newTokenChance({ events: 0, windows }, 3));
    expect(quiet).toEqual(quiet.toSorted((a, b) => b - a));
    const busy = [0, 1, 3, 10, 100].map((events) => newTokenChance({ events, windows: 360 }, 3));
    expect(busy).toEqual(busy.toSorted((a, b) => a - b));
    // with enough of it, it is what was counted
    expect(newTokenChance({ events: 100, windows: 1000 }, 3)).toBeCloseTo(0.1, 2);
  });

  it('after ten minutes is too high for an alarm, after an hour without news it is not', () => {
    expect(-Math.log10(newTokenChance({ events: 0, windows: 30 }, 3))).toBeLessThan(TARGET);
    expect(-Math.log10(newTokenChance({ events: 0, windows: 360 }, 3))).toBeGreaterThan(TARGET);
  });

  it('counts what came late and what one container of several had; what came together is one event', () => {
    const observed = { windows: 1000, runs: 1, from: 0, to: 10_000_000 };
    const at = (token: string, firstSeen: number, runs = 1) => ({
      token,
      firstSeen,
      lastSeen: firstSeen,
      windows: 1,
      runs,
    });
    const tokens = [at('x:a', 0), at('x:b', 0), at('x:c', 9_000_000), at('x:d', 9_000_001), at('r:a', 100)];
    expect([...countNewTokens(tokens, observed)]).toEqual([['x', { events: 1, windows: 500 }]]);
    const several = countNewTokens([at('r:a', 0, 1), at('r:b', 50_000, 1), at('r:c', 0, 5)], { ...observed, runs: 5 });
    expect([...several]).toEqual([['r', { events: 2, windows: 1000 }]]);
  });
});

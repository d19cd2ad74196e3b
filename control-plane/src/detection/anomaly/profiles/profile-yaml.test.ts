import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { addEntries, NO_ENTRIES } from './operator-entries.ts';
import { profileId } from './profile-head.ts';
import { toYaml } from './profile-yaml.ts';
import { fromYaml } from './profile-yaml-read.ts';
import { checkProfileSignature, signProfile } from './sign-profile.ts';
import { LEARNED_FROM, usualProfile } from './test-profile.ts';

const HEAD = {
  key: 'shop/web/nginx/registry.example/web',
  digest: 'sha256:12',
  image: 'registry.example/web',
  stage: 'monitor',
};
const ENTRY = { reason: 'the new report, "see" #12', by: 'ann', at: LEARNED_FROM };
const profile = usualProfile(
  [
    ...['x:/usr/sbin/nginx', 'c:db:5432', 'c:10.0.0.0/24:443', 'd:true', 'l:/bin/sh > /bin/ls', 'a:psql -c *'],
    ...['w:/srv/😀 {x}: #', 'b:Rule(proc.exepath)␟/bin/a', 'r:/srv/"q"', 'k:ptrace(ATTACH)', 'U:101'],
    ...Array.from({ length: 20 }, (_, i) => `r:/srv/www/p${i}.html`),
  ],
  {
    operator: addEntries(
      addEntries(NO_ENTRIES, 'allowed', [{ token: 'c:*:443', isPattern: true, ...ENTRY }]),
      'removed',
      [{ token: 'x:/bin/sh', ...ENTRY }],
    ),
    startsSeen: 0,
    lossy: true,
  },
);

describe('a profile as YAML', () => {
  it('comes back as it was', () => {
    const text = toYaml(profile, { ...HEAD, version: 'v1' });
    const read = fromYaml(text);
    expect(read.profile.save()).toEqual(profile.save());
    expect(read.head).toEqual({ ...HEAD, version: 'v1' });
    expect(toYaml(read.profile, read.head)).toBe(text);
  });

  it('can be read', () => {
    const text = toYaml(profile, HEAD);
    expect(text).toContain('    - {is: /usr/sbin/nginx, windows: 900, runs: 3, first: 2026-01-05T00:00:00.000Z, last:');
    expect(text).toContain('    # all of "/srv/www/*.html", learned from 20 names\n');
    expect(text).toContain('  starts_seen: 0 # what containers do at their start is not known\n');
    expect(text).toContain(
      'allowed:\n  - pattern: "c:*:443"\n    reason: "the new report, \\"see\\" #12"\n    by: ann\n',
    );
  });

  it('may be short when it is written by hand', () => {
    const { profile: short, head } = fromYaml(
      [
        'picket_profile: 1',
        'workload: {key: k, digest: d, image: i}',
        'learned: {from: 2026-01-05T00:00:00Z, to: 2026-01-06T00:00:00Z, windows: 8640, runs: 2}',
        'does:',
        '  programs: [{is: /bin/app}]',
        'removed: [{token: "x:/bin/sh", reason: not ours}]',
      ].join('\n'),
      'mine.yaml',
      LEARNED_FROM,
    );
    expect(head).toEqual({ key: 'k', digest: 'd', image: 'i', stage: 'review' });
    expect(short.knows('x:/bin/app')).toBe(true);
    expect(short.operator.removed).toEqual([
      { token: 'x:/bin/sh', reason: 'not ours', by: 'import', at: LEARNED_FROM },
    ]);
  });

  const text = toYaml(profile, HEAD);
  it.each([
    ['not: [yaml', /^p\.yaml:\d+:\d+: /],
    ['', /^p\.yaml:1:1: /],
    ['- a', /^p\.yaml:1:1: /],
    [
      text.replace('picket_profile: 1', 'picket_profile: 2'),
      'p.yaml:3:17: picket_profile: this Picket reads version 1',
    ],
    [text.replace('windows: 3240', 'windows: many'), /^p\.yaml:12:12: learned\.windows: /],
    [text.replace('  programs:', '  progs:'), /^p\.yaml:\d+:5: does: there is no entry progs/],
    [text.replace('pattern: "c:*:443"', 'pattern: "443"'), /allowed\.0\.pattern: it begins with the letter of a class/],
    [text.replace('    reason: "the', '    why: "the'), /there is no entry why|entry is missing/],
    [text.replace('lossy: true', 'lossy: true\n  more: 1'), /there is no entry more/],
    [text.replace('key: shop', 'key: &a shop').replace('image: registry', 'key: x\n  image: registry'), 'stands twice'],
    [`${text}#${'x'.repeat(3_000_000)}`, 'p.yaml:1:1: the profile has more than 2097152 characters'],
  ])('is refused with its place (%#)', (bad, message) => {
    expect(() => fromYaml(bad, 'p.yaml')).toThrow(
      expect.objectContaining({
        code: 'PROFILE_INVALID',
        message: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
      }),
    );
  });
});

describe('a signature', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const other = generateKeyPairSync('ed25519').publicKey;
  const id = profileId(profile, HEAD);
  const signature = signProfile(id, privateKey, 'k1');

  it('goes with the text, and holds however that is laid out', () => {
    const text = toYaml(profile, HEAD, signature)
      .replace(/^#.*\n/gm, '')
      .replaceAll('- {is: ', '-   {is:   ');
    const read = fromYaml(text);
    const keys = [
      { id: 'k0', key: other },
      { id: 'k1', key: publicKey },
    ];
    expect(checkProfileSignature(profileId(read.profile, read.head), read.signature, keys)).toBe('k1');
  });

  it.each([
    ['another workload', { ...HEAD, key: 'shop/other' }, signature],
    ['another stage', { ...HEAD, stage: 'enforce' }, signature],
    ['none', HEAD, undefined],
    ['nonsense', HEAD, { key: 'k1', value: '%%%' }],
  ])('is refused for %s', (_what, head, given) => {
    expect(() => checkProfileSignature(profileId(profile, head), given, [{ id: 'k1', key: publicKey }])).toThrow(
      expect.objectContaining({ code: 'PROFILE_SIGNATURE' }),
    );
  });

  it('is refused for one token more, and by another key', () => {
    const more = profileId(usualProfile(['x:/bin/evil']), HEAD);
    const keys = [{ id: 'k1', key: publicKey }];
    expect(() => checkProfileSignature(more, signature, keys)).toThrow();
    expect(() => checkProfileSignature(id, signature, [{ id: 'k0', key: other }])).toThrow();
  });
});

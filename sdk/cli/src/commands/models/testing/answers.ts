/** Answers of the API about one workload. */
export const ID = '2a98c2bde32de6a7';
export const OTHER_ID = '2a98c2bde32de6a8';
export const ACTIVE = 'ab'.repeat(32);
export const NEWER = 'cd'.repeat(32);
export const TIME = '2026-01-02T03:04:05.678Z';
export const KEY = 'shop/Deployment/web/web/registry.example.com/a-team/with-a-long-name/nginx-with-a-long-name';
export const DIGEST = `sha256:${'0f'.repeat(32)}`;

export const version = {
  id: ACTIVE,
  model: ID,
  ...{ active: true, previous: false, anchor: true, origin: 'trained', created: TIME, created_by: 'system' },
  ...{ windows: 12345, runs: 3, seed: 7, bytes: { model: 20000, profile: 3000 }, tokens: 41 },
  held_out: { perDay: 0.4, low: 0.1, high: 1.5 },
  threshold: { drift: 4.24, weak: 4.56, strong: 4.61 },
  anchor_drift: null,
  report: { folds: 5 },
};
export const newer = {
  ...version,
  ...{ id: NEWER, active: false, anchor: false, windows: 23456, held_out: null },
  anchor_drift: 'bytes sent: 40 MB, was 1 KB',
};
export const model = {
  ...{ id: ID, key: KEY, digest: DIGEST, image: 'registry.example.com/a-team/nginx', namespace: 'shop' },
  ...{ stage: 'monitor', paused: false, pinned: false, version, prior: null, previous: null, anchor: ACTIVE },
  waiting: { version: NEWER, why: 'it is far from what was accepted first: bytes sent: 40 MB, was 1 KB' },
  learned: { windows: 23456, runs: 3, seconds: 234560, changed: TIME, needed: 3600, refused: {} },
  target: { per_day: 1, own: false },
  observed: { per_day: 0.25, alarms: 1, container_days: 4 },
  failure: null,
  ...{ versions: 2, created: TIME, changed: TIME },
};
export const profile = {
  ...{ id: ID, key: KEY, digest: DIGEST, image: 'registry.example.com/a-team/nginx', namespace: 'shop' },
  ...{ stage: 'monitor', version: ACTIVE, tokens: 41 },
  classes: [
    { class: 'x', name: 'programs', tokens: 2 },
    { class: 'r', name: 'reads', tokens: 1 },
  ],
  ...{ allowed: 1, removed: 0, proposed: 0, windows: 12345, runs: 3, learned: TIME },
};
const entry = { windows: 1234567, runs: 12, first_seen: TIME, last_seen: null };
export const document = {
  ...profile,
  entries: [
    { token: 'x:/usr/sbin/nginx', class: 'x', text: '/usr/sbin/nginx', ...entry },
    { token: 'x:/bin/\u001b[31mred', class: 'x', text: '/bin/\u001b[31mred', ...entry },
    { token: `r:/srv/${'long/'.repeat(30)}*`, class: 'r', text: `/srv/${'long/'.repeat(30)}*`, ...entry },
  ],
  decisions: [
    ...['x:/bin/tar', `x:/opt/${'deep/'.repeat(30)}**`].map((token, n) => ({
      ...{ token, pattern: n === 1, what: 'allow', state: 'accepted', reason: 'the dump of the night'.repeat(8) },
      ...{ by: 'token-1', at: TIME },
    })),
    {
      ...{ token: 'x:/bin/ls', pattern: false, what: 'remove', state: 'proposed', reason: 'no shell here' },
      ...{ by: 'token-2', at: TIME },
    },
  ],
};

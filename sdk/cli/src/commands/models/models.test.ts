import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DetectorCommand } from '../detectors/testing/detector-command.ts';
import { FakeApi, problem } from '../detectors/testing/fake-api.ts';
import { COLUMNS } from './columns.ts';
import { ACTIVE, DIGEST, ID, KEY, model, NEWER, newer, OTHER_ID, version } from './testing/answers.ts';

const command = new DetectorCommand();
let api: FakeApi;
beforeAll(() => command.write('token', 'secret'));
afterAll(() => command.remove());
beforeEach(async () => {
  api = await FakeApi.start();
  api.on('GET /models', () => ({ body: { items: [model], next: null } }));
  api.on(`GET /models/${ID}`, () => ({ body: model }));
  api.on(`GET /models/${ID}/versions`, () => ({ body: { items: [newer, version], next: null } }));
  return () => api.stop();
});

const picket = (...words: string[]) => command.picket('models', ...words, '--url', api.url, '--token-file', '@token');
const bodyOf = (call: string) => api.asked.find((one) => one.call === call)?.body;
const expectFits = () => {
  for (const line of command.out) {
    expect(line).not.toMatch(/\p{Cc}/u);
    // a name that is copied stays whole
    if (!line.includes(KEY)) expect(line.length, line).toBeLessThanOrEqual(COLUMNS);
  }
};

it('lists workloads on two lines each', async () => {
  expect(await picket('list', '--stage', 'MONITOR')).toBe(0);
  expect(api.asked[0]?.call).toBe('GET /models?limit=200&stage=monitor');
  expect(command.out).toEqual([
    expect.stringMatching(/^shop\/Deployment\/web\/web\/registry\.example\.com.*… {2}sha256:0f0f0f0f0f0f$/),
    '    2a98c2bde32de6a7  monitor by abababab; a version waits; 23 456 windows; 0.25 of 1 alarms a day',
  ]);
  expectFits();
  expect(await picket('list', '--json')).toBe(0);
  expect(JSON.parse(command.out[0] ?? '')).toEqual(model);
});

it('says how far a workload is that learns, and why nothing is learned of it', async () => {
  const learned = { ...model.learned, windows: 12, seconds: 120, refused: { incident: 40, loss: 1 } };
  const young = { ...model, stage: 'learning', version: null, waiting: null, observed: null, learned };
  api.on('GET /models', () => ({ body: { items: [young], next: null } }));
  api.on(`GET /models/${ID}`, () => ({ body: young }));
  expect(await picket('list')).toBe(0);
  expect(command.out[1]).toBe(`    ${ID}  learning; held up; 2 of 60 minutes learned`);
  expect(await picket('show', ID)).toBe(0);
  expect(command.out).toContain('seen      12 windows of 10 s (2 of 60 minutes learned), 3 containers');
  expect(command.out).toContain(
    'left out  40 windows because an incident of Warning or worse was open: picket incidents list',
  );
  expect(command.out).toContain('          1 window because events were lost: picket status');
  expectFits();
});

it('makes no rate of alarms of a few hours', async () => {
  const observed = { per_day: 123, alarms: 6, container_days: 0.05 };
  api.on('GET /models', () => ({ body: { items: [{ ...model, observed }], next: null } }));
  expect(await picket('list')).toBe(0);
  expect(command.out[1]).toMatch(/; 6 alarms in 1\.2 hours$/);
});

it('says what to do when there are none', async () => {
  api.on('GET /models', () => ({ body: { items: [], next: null } }));
  expect([await picket('list'), command.said]).toEqual([0, expect.stringMatching(/a minute after containers run/)]);
  expect([await picket('list', 'web'), command.said]).toEqual([0, expect.stringMatching(/no workload fits/)]);
});

it('shows a workload with its versions, and what to do about one that waits', async () => {
  expect(await picket('show', ID)).toBe(0);
  expect(command.out).toContain('stage     monitor');
  expect(command.out).toContain('tells at  4.24 for what is new, 4.56 when it comes twice in a row, 4.61 at once');
  expect(command.out).toContain('came      1 alarm in 4.0 container days, 0.25 a day');
  expect(command.out.at(-2)).toBe(
    'cdcdcdcdcdcd 2026-01-02T03:04:05Z trained     23 456 windows                     far from the anchor',
  );
  expect(command.out.at(-1)).toMatch(/^abababababab .* 0.4 a day held out +scores, anchor$/);
  expect(command.said).toBe(
    `next: picket models compare ${ID}, then picket models promote ${ID} ${NEWER.slice(0, 12)}`,
  );
  expectFits();
});

describe('a workload', () => {
  it.each([[KEY], ['Deployment/WEB'], [`web@${DIGEST.slice(0, 12)}`], ['web@0f0f']])('is found by %s', async (name) => {
    expect([await picket('show', name), command.said]).toEqual([0, expect.stringMatching(/^next/)]);
    expect(api.asked[1]?.call).toBe(`GET /models/${ID}`);
  });

  it('must be the only one', async () => {
    api.on('GET /models', () => ({ body: { items: [model, { ...model, id: OTHER_ID, digest: 'v2' }], next: null } }));
    expect(await picket('show', 'web')).toBe(1);
    expect(command.said).toContain('web fits 2 workloads: name one by its id, 2a98c2bde32de6a7 (shop/');
    expect([await picket('show', 'web@v2'), api.asked.at(-1)?.call]).toEqual([1, `GET /models/${OTHER_ID}`]);
    expect([await picket('show', 'web@v3'), command.said]).toEqual([
      1,
      expect.stringMatching(/no workload has web@v3 in its name.*picket models list/),
    ]);
  });
});

it('compares the version that scores with the newest other one, the earlier one first', async () => {
  const tokens = [
    {
      class: 'x',
      name: 'programs',
      both: 4,
      only_a: 0,
      only_b: 12,
      examples_a: [],
      examples_b: ['/bin/sh', '/bin/nc'],
    },
    { class: 'r', name: 'reads', both: 4, only_a: 0, only_b: 0, examples_a: [], examples_b: [] },
  ];
  const changes = ['programs: 12 more, 0 fewer', 'threshold of weak: 4.56, then 5.00'];
  api.on(`GET /models/${ID}/compare`, () => ({ body: { a: version, b: newer, tokens, changes } }));
  expect(await picket('compare', ID)).toBe(0);
  expect(api.asked.at(-1)?.call).toBe(`GET /models/${ID}/compare?a=${ACTIVE}&b=${NEWER}`);
  expect(command.out.slice(3)).toEqual([
    ...['  programs: 12 more, 0 fewer', '  threshold of weak: 4.56, then 5.00', '', 'programs:'],
    ...['  + /bin/sh', '  + /bin/nc', '  + and 10 more'],
  ]);
  expectFits();
  expect([await picket('compare', ID, 'abababab'), command.said]).toEqual([
    2,
    expect.stringMatching(/name two versions/),
  ]);
});

it('changes what scores, with a reason for the log', async () => {
  for (const what of ['promote', 'rollback', 'reset']) api.on(`POST /models/${ID}/${what}`, () => ({ body: model }));
  expect(await picket('promote', ID, 'cdcdcdcd', '--reason', 'looked at it')).toBe(0);
  expect(bodyOf(`POST /models/${ID}/promote`)).toEqual({ version: 'cdcdcdcd', reason: 'looked at it' });
  api.on(`POST /models/${ID}/rollback`, () => ({ body: { ...model, pinned: true } }));
  expect(await picket('rollback', 'web')).toBe(0);
  expect([bodyOf(`POST /models/${ID}/rollback`), command.said]).toEqual([
    {},
    expect.stringMatching(/--unpin lets them through/),
  ]);
  expect(await picket('reset', ID)).toBe(0);
});

it.each([
  [['enforce'], { stage: 'enforce' }],
  [['--pause'], { paused: true }],
  [['--resume', '--unpin'], { paused: false, pinned: false }],
  [['monitor', '--target', '0.5', '--reason', 'loud'], { stage: 'monitor', target: 0.5, reason: 'loud' }],
  [['--target', 'default'], { target: null }],
])('stage %j', async (words, body) => {
  api.on(`POST /models/${ID}/stage`, () => ({ body: model }));
  expect(await picket('stage', ID, ...words)).toBe(0);
  expect(bodyOf(`POST /models/${ID}/stage`)).toEqual(body);
});

it.each([
  ['stage web', /say what is to change: learning, review, monitor, enforce, --pause/],
  ['stage web loud', /loud is no stage: there are learning, review/],
  ['stage web --pause --resume', /--pause or --resume, not both/],
  ['stage web --target -1', /argument missing|above 0|usage/i],
  ['promote web', /an argument is missing; usage: picket models promote WORKLOAD VERSION/],
  ['list --stage odd', /--stage takes learning, review, monitor, enforce/],
  ['explode', /there is no command models explode: models list, models show/],
])('says what is wrong with %s', async (line, message) => {
  expect(await picket(...line.split(' '))).toBe(2);
  expect(command.said).toMatch(message);
  expect(api.asked).toEqual([]);
});

it('passes on what the server says', async () => {
  api.on(`POST /models/${ID}/rollback`, () =>
    problem(409, 'BEHAVIOUR_CONFLICT', 'no version scored before: there is nothing to go back to'),
  );
  expect([await picket('rollback', ID), command.said]).toEqual([
    1,
    'picket: no version scored before: there is nothing to go back to',
  ]);
});

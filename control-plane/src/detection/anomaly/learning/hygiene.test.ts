import { expect, test } from 'vitest';
import { WINDOW_INCIDENT, WINDOW_LEARNING_OFF, WINDOW_LOSS, WINDOW_PARTIAL } from '../features/feature-window.ts';
import { makeWindow } from '../testing/make-window.ts';
import { learnFrom } from './hygiene.ts';
import { Material } from './material.ts';
import { randomOf, START } from './testing/ordinary-windows.ts';

const HOUR = 3_600_000;
const strange = { strange: 'bytes sent' };

test.each([
  ['loss', { flags: WINDOW_LOSS }, {}],
  ['partial', { flags: WINDOW_PARTIAL }, {}],
  ['incident', { flags: WINDOW_INCIDENT }, {}],
  ['incident', { flags: 0 }, { hasIncident: true }],
  ['paused', { flags: WINDOW_LEARNING_OFF }, {}],
  ['paused', { flags: 0 }, { isPaused: true }],
  ['strange', { flags: 0 }, strange],
] as const)('nothing is learned: %s', (reason, facts, circumstances) => {
  const material = new Material('a');
  expect(learnFrom(material, makeWindow({ ...facts, tokens: { 'x:/a': 1 } }), 'run', START, circumstances)).toBe(
    reason,
  );
  expect(material.stats()).toMatchObject({ windows: 0, tokens: 0, refused: { [reason]: 1 } });
});

test('of windows 30 % of which lost events, exactly the others are learned from', () => {
  const random = randomOf(1);
  const material = new Material('a');
  let lost = 0;
  for (let i = 0; i < 500; i++) {
    const isLost = random() < 0.3;
    if (isLost) lost++;
    const facts = {
      from: i * 10_000,
      flags: isLost ? WINDOW_LOSS : 0,
      tokens: { [isLost ? 'x:/lost' : 'x:/seen']: 1 },
    };
    learnFrom(material, makeWindow(facts), 'run', START + i * 10_000);
  }
  expect(lost).toBeGreaterThan(100);
  expect(material.stats()).toMatchObject({ windows: 500 - lost, refused: { loss: lost } });
  expect(material.tokens().map(({ token }) => token)).toEqual(['x:/seen']);
});

test('what is strange is learned once it comes in three containers', () => {
  const material = new Material('a');
  const learn = (run: string) => learnFrom(material, makeWindow(), run, START, strange);
  expect(['a', 'a', 'a', 'b', 'b'].map(learn)).toEqual(new Array(5).fill('strange'));
  expect(learn('c')).toBeUndefined();
  expect(material.stats()).toMatchObject({ windows: 1, quarantined: 1, released: 1 });
});

test('what came often does not let in what comes with it', () => {
  const material = new Material('a');
  const learn = (run: string, what: string) => learnFrom(material, makeWindow(), run, START, { strange: what });
  expect(['a', 'b', 'c'].map((run) => learn(run, 'x:/usr/bin/pg_dump'))).toEqual(['strange', 'strange', undefined]);
  expect(learn('c', 'x:/usr/bin/pg_dump\nx:/usr/bin/curl')).toBe('strange');
  expect([learn('a', 'x:/usr/bin/curl'), learn('b', 'x:/usr/bin/pg_dump\nx:/usr/bin/curl')]).toEqual([
    'strange',
    undefined,
  ]);
});

test('or in three different hours, or when an operator has allowed it', () => {
  const material = new Material('a');
  const learn = (hour: number) => learnFrom(material, makeWindow(), 'run', START + hour * HOUR, strange);
  expect([learn(0), learn(0.5), learn(1), learn(2)]).toEqual(['strange', 'strange', 'strange', undefined]);
  const other = { strange: 'new program', isAllowed: true };
  expect(learnFrom(material, makeWindow(), 'run', START, other)).toBeUndefined();
});

test('what waits survives a restart, is merged over partitions, and is bounded', () => {
  const material = new Material('a');
  learnFrom(material, makeWindow(), 'one', START, strange);
  learnFrom(material, makeWindow(), 'two', START, strange);
  const elsewhere = new Material('a');
  learnFrom(elsewhere, makeWindow(), 'three', START, strange);
  const restored = Material.load(material.save());
  restored.merge(elsewhere);
  expect(restored.stats()).toMatchObject({ released: 1, refused: { strange: 3 } });
  for (let i = 0; i < 1000; i++) learnFrom(material, makeWindow(), 'one', START, { strange: `new file ${i}` });
  expect(material.stats().quarantined).toBeLessThanOrEqual(64);
});

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compileLoad } from '../../bench/load/compile.ts';
import { startContainer, type TestContainer } from '../support/container.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { tallyStream } from '../support/stream-tally.ts';

// One container opens files as fast as two processes can, with nothing equal about them; what is rare, in it and in
// another container, must arrive whole all the same, and the flood must be accounted for to the last open.

const PROGRAM = '/usr/bin/load';
/** Opens that a container may have told in a second. */
const BUDGET = 5000;
const FLOOD_OPENS = 300_000;
const FLOODERS = 2;
const EXECS = 300;

let stack: Stack;
const containers: TestContainer[] = [];

beforeAll(async () => {
  // a budget that any machine can flood; opens that no rule asks for too
  stack = await startStack({ plan: `trace: all\nsuppress_ms: 0\nbudgets: { file.open: ${BUDGET} }` });
  const program = { destination: PROGRAM, type: 'bind', source: compileLoad(), options: ['bind', 'ro'] };
  for (const name of ['noisy', 'quiet'])
    containers.push(await startContainer({ name, args: ['sleep', '3600'], mounts: [program] }));
});
afterAll(async () => {
  for (const container of containers) await container.remove();
  await stack?.stop();
});

async function load(container: TestContainer | undefined, ...args: (string | number)[]): Promise<void> {
  const ended = await container?.exec([PROGRAM, ...args.map(String)]);
  expect(ended).toMatchObject({ code: 0 });
}

it('loses nothing that is rare while opens flood, and counts what it holds back', { timeout: 300_000 }, async () => {
  const [noisy, quiet] = containers;
  const flood = Array.from({ length: FLOODERS }, (_, i) => load(noisy, 'names', FLOOD_OPENS, 0, `/dev/shm/flood${i}`));
  await sleep(500);
  await Promise.all([load(noisy, 'fork', EXECS, 60), load(quiet, 'fork', EXECS, 60), load(quiet, 'open', 5000, 1000)]);
  await Promise.all(flood);
  // the last losses are told a second later, and then the batches are on their way
  await sleep(4000);
  const tally = await tallyStream(stack.nats);
  const loud = tally(noisy?.id ?? '');
  const soft = tally(quiet?.id ?? '');

  // each load is run once and runs itself so often
  expect(loud.execs.get(PROGRAM)).toBe(EXECS + 1 + FLOODERS);
  expect(soft.execs.get(PROGRAM)).toBe(EXECS + 2);
  expect(soft.kinds.get('process.exit')).toBeGreaterThanOrEqual(EXECS + 2);

  const held = loud.lost.get('file.open throttled') ?? 0;
  expect(held).toBeGreaterThan(0);
  expect(loud.opens + held).toBeGreaterThanOrEqual(FLOODERS * FLOOD_OPENS);
  expect(soft.opens).toBeGreaterThanOrEqual(5000);
  expect([...soft.lost]).toEqual([]);
  expect([...loud.lost.keys()].filter((key) => !key.endsWith(' throttled'))).toEqual([]);
  expect([...tally('').lost]).toEqual([]);
});

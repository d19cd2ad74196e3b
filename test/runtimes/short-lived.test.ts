import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Alert } from '@picket/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { allAlerts } from '../support/alerts.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';
import { inLanes, runShortContainer, type ShortContainer } from './short-lived/short-container.ts';
import { type SeenExec, StreamReader } from './short-lived/stream-reader.ts';

// Containers that are over before a poll would see them. What the stream says of each is compared with what was started.

const COUNT = 200;
const LANES = 4;
/** A program of a container has a name for its container at most so long after it began. */
const MOST_LAG_NS = 2_000_000_000n;
const RULE = `
- rule: short act
  desc: every program of the story
  condition: evt.type = execve and proc.name = usleep
  output: usleep in %container.name of %container.image
  priority: NOTICE
`;

let folder: string;
let stack: Stack;
let stream: StreamReader;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'picket-short-'));
  writeFileSync(join(folder, 'rules.yaml'), RULE);
  stack = await startStack({ rules: join(folder, 'rules.yaml') });
  stream = await StreamReader.open(stack.nats);
});
afterAll(async () => {
  await stream?.close();
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const idOf = (i: number) => `picket-short-${process.pid}-${i}`;
const execsOf = ({ id }: ShortContainer): SeenExec[] =>
  stream.execs.filter((exec) => stream.of(exec)?.cgroupPath === `/${id}`);

it(`names ${COUNT} containers that live 50 to 100 ms, in the stream of events`, async () => {
  const made = await inLanes(COUNT, LANES, (i) =>
    runShortContainer(folder, idOf(i), ['usleep', String(50_000 + (i % 11) * 5000)]),
  );
  const last = made.at(-1);
  await waitFor('the programs of all', () => (made.every((each) => execsOf(each).length > 0) ? true : undefined));
  await waitFor(
    `the name of ${last?.id}`,
    () => made.every((each) => execsOf(each).every((exec) => stream.of(exec)?.knownAt !== undefined)) || undefined,
  ).catch(() => undefined);

  const unnamed = made.filter((each) =>
    execsOf(each).some((exec) => {
      const seen = stream.of(exec);
      return seen?.name !== each.name || seen.image !== each.image;
    }),
  );
  expect(unnamed.map(({ id }) => [id, execsOf({ id, name: '', image: '' }).map((exec) => stream.of(exec))])).toEqual(
    [],
  );
  const late = made.flatMap(execsOf).filter((exec) => (stream.of(exec)?.knownAt ?? 0n) - exec.time > MOST_LAG_NS);
  expect(late).toEqual([]);

  const alerts = async () => (await allAlerts(stack)).filter(({ rule }) => rule === 'short act');
  await waitFor('the names in the alerts of all', async () =>
    wrongAlerts(made, await alerts()).length === 0 ? true : undefined,
  ).catch(() => undefined);
  const told = await alerts();
  expect(wrongAlerts(made, told)).toEqual([]);
  expect(new Set(told.map(({ uuid }) => uuid)).size).toBe(COUNT);
});

/** What was first told of a container that was not known yet has been told again. */
function wrongAlerts(made: readonly ShortContainer[], alerts: readonly Alert[]): unknown[] {
  return made.flatMap(({ id, name, image }) => {
    const alert = alerts.find(({ container }) => container?.full_id === id);
    const { container, output, evidence } = alert ?? {};
    const named = container?.name === name && container.image === image && evidence?.metadata === 'complete';
    const right = named && output === `usleep in ${name} of ${image}`;
    return right ? [] : [{ id, container: container ?? null, output, metadata: evidence?.metadata }];
  });
}

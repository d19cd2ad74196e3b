import { type DetectorStatsInfo, PicketApiError } from '@picket/sdk/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { componentOf } from '../../control-plane/src/detection/host/component/check-conformance.ts';
import { assemble } from '../../control-plane/src/detection/host/testing/assemble.ts';
import { RICH_GUEST } from '../../control-plane/src/detection/host/testing/guest-text.ts';
import { mutate } from '../../control-plane/src/detection/host/testing/mutate.ts';
import { allAlerts } from '../support/alerts.ts';
import { hostPids } from '../support/live-detectors.ts';
import { waitFor } from '../support/wait-for.ts';
import { CHAPTERS } from './guests/all-guests.ts';
import { base64 } from './guests/core-guest.ts';
import { ENDLESS } from './guests/endless.ts';
import { type Ending, HOSTILE, type HostileGuest, manifestOf } from './hostile-guest.ts';
import { bytesBelow } from './stage/bytes-below.ts';
import { GoodNeighbour } from './stage/good-neighbour.ts';
import { openStage, RULE, type Stage } from './stage/stage.ts';
import { childrenOf } from './stage/watch.ts';

// Detectors that mean harm go in by the door of users. Each must end with its name, while those beside it miss nothing.

const MIB = 1 << 20;
/** Damaged files that are sent; `npm run bench -- detector-guard` does many more without a server. */
const MUTATIONS = 200;

/** Of codes that are not about detectors alone. */
const STATUS = new Map([
  ['REQUEST_INVALID', 400],
  ['BODY_TOO_LARGE', 413],
]);

let stage: Stage;
/** How many were quarantined. */
let quarantines = 0;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => {
  await stage?.close();
});

/** What the hostile one has come to; undefined when it does not run. */
async function statsNow(): Promise<DetectorStatsInfo | undefined> {
  return (await stage.client.detectors.stats(HOSTILE)).items[0];
}

async function refusal({ payload, lines, manifest }: HostileGuest): Promise<PicketApiError> {
  const upload = { manifest: manifest ?? manifestOf(lines), ...(await payload()) };
  const error: unknown = await stage.client.detectors.upload(upload).then(
    () => new Error('it was taken'),
    (cause: unknown) => cause,
  );
  if (error instanceof PicketApiError) return error;
  throw error;
}

async function isTaken({ payload, lines, manifest }: HostileGuest): Promise<void> {
  const { stage: where } = await stage.client.detectors.upload({
    manifest: manifest ?? manifestOf(lines),
    ...(await payload()),
  });
  expect(where).toBe('shadow');
}

/** One that was refused is not there. */
async function remove(id: string): Promise<void> {
  await stage.client.detectors.delete(id).catch((error: unknown) => {
    if (!(error instanceof PicketApiError && error.status === 404)) throw error;
  });
}

/** With what it has come to when it does not come to that. */
async function waitForStats(what: string, done: (stats: DetectorStatsInfo) => boolean): Promise<DetectorStatsInfo> {
  let last: DetectorStatsInfo | undefined;
  const ask = async () => {
    last = await statsNow();
    return last && done(last) ? last : undefined;
  };
  return await waitFor(what, ask, 40).catch((error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify(last)}`);
  });
}

/** Those beside it have seen every event until now, and no more. */
async function neighboursMissNothing(): Promise<void> {
  const { feed, beside, apart } = stage;
  const mark = await feed.mark();
  const should = GoodNeighbour.shouldSay(mark);
  expect(await Promise.all([beside.saidAt(mark), apart.saidAt(mark)])).toEqual([should, should]);
}

async function endsAs(guest: HostileGuest, ending: Ending): Promise<void> {
  if ('refused' in ending) {
    const error = await refusal(guest);
    expect(error).toMatchObject({ code: ending.refused, status: STATUS.get(error.code) ?? 422 });
    if (ending.at) expect(error.errors[0]?.path).toMatch(ending.at);
    return;
  }
  await isTaken(guest);
  if ('faults' in ending) {
    const stats = await waitForStats('the quarantine', ({ state }) => state === 'quarantined');
    expect(Object.keys(stats.traps)).toEqual([ending.faults]);
    quarantines++;
    return;
  }
  const [part = '', inner = ''] = ending.runs.split('.');
  const countOf = (stats: DetectorStatsInfo) => {
    const value: unknown = Reflect.get(stats, part);
    return inner === '' ? Number(value) : Number(Reflect.get(Object(value), inner));
  };
  const stats = await waitForStats(ending.runs, (now) => now.calls > (guest.calls ?? 5) && countOf(now) > 0);
  expect(stats).toMatchObject({ state: 'running', traps: {} });
  expect(stats.memory_bytes).toBeLessThanOrEqual(64 * MIB);
}

describe.each(Object.entries(CHAPTERS))('%s', (_chapter, guests) => {
  it.each(guests.map((guest) => [guest.name, guest] as const))('%s', async (_name, guest) => {
    try {
      await endsAs(guest, guest.ending);
      if ('refused' in guest.ending) return;
      await neighboursMissNothing();
    } finally {
      await remove(HOSTILE);
    }
    await waitFor('a process for each owner', () => hostPids(stage.stack).length === 2 || undefined);
  });

  it('those beside them have missed nothing', neighboursMissNothing);
});

it('five that want more memory together than their owner may have', async () => {
  const { client } = stage;
  const guest = ENDLESS.find(({ name }) => name === 'memory.grow to the maximum');
  const ids = Array.from({ length: 5 }, (_, i) => `${HOSTILE}-${i}`);
  try {
    for (const id of ids)
      await client.detectors.upload({ manifest: manifestOf([`id: ${id}`]), ...(await guest?.payload()) });
    const ended = await waitFor('the end of one', async () => {
      const all = await Promise.all(ids.map((id) => client.detectors.stats(id)));
      const reasons = all.flatMap(({ items }) => items).map(({ traps, state }) => ({ ...traps, [state]: 1 }));
      return reasons.some((reason) => 'DETECTOR_MEMORY' in reason || 'refused' in reason) ? reasons : undefined;
    });
    expect(ended.filter((reason) => 'running' in reason).length).toBeGreaterThan(0);
    await neighboursMissNothing();
  } finally {
    for (const id of ids) await remove(id);
  }
});

it(`${MUTATIONS} damaged components are refused by name, or run to an end of their own`, {
  timeout: 600_000,
}, async () => {
  const file = await componentOf(await assemble(RICH_GUEST), 'utf16');
  const ends = new Map<string, number>();
  for (let seed = 1; seed <= MUTATIONS; seed++) {
    const component = base64(mutate(file, seed));
    const code = await stage.client.detectors.upload({ manifest: manifestOf(), component }).then(
      () => 'taken',
      (error: unknown) => (error instanceof PicketApiError ? `${error.status} ${error.code}` : String(error)),
    );
    ends.set(code, (ends.get(code) ?? 0) + 1);
    if (code === 'taken') await remove(HOSTILE);
  }
  for (const end of ends.keys()) expect(end).toMatch(/^(taken|422 DETECTOR_[A-Z_]+)$/);
  expect(ends.get('taken') ?? 0).toBeLessThan(MUTATIONS);
  await neighboursMissNothing();
});

it('rules have alerted at every mark, and quarantines were told', async () => {
  const { feed, stack } = stage;
  await waitFor('the alerts of the rule', async () => {
    const alerts = (await allAlerts(stack)).filter(({ rule }) => rule === RULE);
    return alerts.reduce((sum, { count }) => sum + count, 0) === feed.marks || undefined;
  });
  const system = (await allAlerts(stack)).filter(({ detector }) => detector.kind === 'system');
  const names = system.map(({ output_fields }) => String(output_fields['detector.name']));
  for (const name of names) expect(name.startsWith(HOSTILE)).toBe(true);
  expect(names.filter((name) => name === HOSTILE)).toHaveLength(quarantines);
});

it('those that behave were never ended, and nothing of theirs was skipped', async () => {
  for (const neighbour of [stage.beside, stage.apart]) {
    const stats = await neighbour.stats();
    expect(stats).toMatchObject({ traps: {}, dropped: { findings: 0, logs: 0, proposals: 0 }, errors: 0 });
    expect(Object.values(stats.skipped).filter((count) => count > 0)).toEqual([]);
  }
  expect((await stage.apart.stats()).restarts).toBe(0);
});

it('the control plane has answered all the time, and took no more than its bounds', () => {
  const { watch, stack } = stage;
  expect(watch.failures).toEqual([]);
  expect(watch.answers).toBeGreaterThan(10);
  expect(watch.peaks.control).toBeLessThan(768 * MIB);
  expect(watch.peaks.host).toBeLessThan(768 * MIB);
  expect(watch.peaks.validator).toBeLessThan(768 * MIB);
  expect(watch.peaks.compiler).toBeLessThan(1280 * MIB);
  // one for each owner; one that is ending while the next one starts
  expect(watch.most.host).toBeLessThanOrEqual(3);
  expect(watch.most.validator).toBeLessThanOrEqual(2);
  expect(watch.mostThreads).toBeLessThan(24);
  expect(bytesBelow(stack.nats.folder, ['nats'])).toBeLessThan(64 * MIB);
});

it('nothing is left when they are gone', async () => {
  const { client, stack, watch, feed, beside, apart } = stage;
  for (const { id } of [beside, apart]) await client.detectors.delete(id);
  await waitFor('the end of the hosts', () => (hostPids(stack).length === 0 ? true : undefined));
  await feed.stop();
  const { pid } = stack.control;
  expect(await stack.control.stop()).toBe(0);
  await watch.stop();
  expect(childrenOf(pid)).toEqual([]);
  await waitFor('the end of all processes', () => (watch.left.length === 0 ? true : undefined));
});

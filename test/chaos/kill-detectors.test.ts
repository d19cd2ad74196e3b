import { setTimeout as sleep } from 'node:timers/promises';
import { type Alert, encodeRecord, Kind } from '@picket/sdk';
import { PicketClient } from '@picket/sdk/client';
import { beforeAll, expect, it } from 'vitest';
import { allAlerts } from '../support/alerts.ts';
import { hostPids, uploadSource } from '../support/live-detectors.ts';
import { type MadeBatch, publishBatches } from '../support/publish-batches.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

// The same stream with and without processes that are killed in the middle of it: the same findings, to the last.

const NODE = 'story-detectors';
/** What it says depends on every event that it has seen, and on their order. */
const COUNTING = `
import { Config, FileOpen, Finding, KeyedTable, Severity } from '@picket/detector';
@unmanaged class Seen { count: u32; sum: u32; }
let seen!: KeyedTable<Seen>;
export function onInit(config: Config): void {
  seen = new KeyedTable<Seen>(256, 3_600_000_000_000);
}
export function onFileOpen(e: FileOpen): void {
  const own = seen.touch(e.slot, 0, e.time);
  own.sum = own.sum * 31 + <u32>e.inode;
  if (++own.count % 50 != 0) return;
  new Finding('Fifty opens', Severity.Notice)
    .message(\`\${own.count} opens with \${own.sum}\`)
    .group(\`\${own.count / 150}\`)
    .field('sum', own.sum.toString())
    .emit();
}
`;
const MANIFEST = `
id: fifty-opens
version: 2.0.1
summary: Counts opens.
kinds: [file.open]
severity: notice
limits: { findings_per_minute: 10000 }
`;
const BATCHES = 400;
const OPENS = 60;
const SLOTS = 7;
/** Between two batches: long enough to kill something in the middle. */
const PAUSE_MS = 15;
const SECOND = 1_000_000_000;

/** Opens of some containers, 250 ms of the node to a batch. */
function makeStream(): MadeBatch[] {
  let random = 7;
  const below = (n: number) => {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    return (random >>> 8) % n;
  };
  const containers = Array.from({ length: SLOTS }, (_, i) =>
    encodeRecord(
      Kind.ContainerStarted,
      { time: SECOND, slot: i + 1, generation: 1, cgroup: 900 + i },
      { id: String(i).repeat(64), name: `c${i}`, image: 'story:1', runtime: 'runc' },
    ),
  );
  const batches = Array.from({ length: BATCHES }, (_, i) => {
    const from = 2 * SECOND + (i * SECOND) / 4;
    const records = Array.from({ length: OPENS }, (_, n) => {
      const slot = 1 + below(SLOTS);
      const header = { time: from + n * 1000, slot, generation: 1, cgroup: 899 + slot, tgid: 50, start: SECOND };
      return encodeRecord(
        Kind.FileOpen,
        { ...header, syscall: 257, result: 3 },
        { path: '/x', inode: below(1e6), count: 1 },
      );
    });
    return { at: from + SECOND / 4, records };
  });
  return [{ at: 2 * SECOND, records: containers }, ...batches];
}

/** Alerts of the detector by id: what they say, and how often. */
type Found = Map<string, string>;

const STREAM = makeStream();

/** What is found when `disturb` runs beside the stream. */
async function findings(disturb: (stack: Stack) => Promise<void>): Promise<{ found: Found; restarts: number }> {
  const stack = await startStack({ withoutAgent: true, node: NODE });
  try {
    const client = new PicketClient({ baseUrl: stack.api, token: stack.token });
    const { id } = await uploadSource(client, MANIFEST, COUNTING);
    await client.detectors.promote('fifty-opens', { version: id, stage: 'active' });
    const publishing = publishBatches(stack.nats, NODE, STREAM, PAUSE_MS);
    await Promise.all([publishing, disturb(stack)]);
    const total = expectedFindings();
    const heard = async () => (await allAlerts(stack)).filter(({ detector }) => detector.kind === 'wasm');
    const isAll = async () => {
      const alerts = await heard();
      return alerts.reduce((sum, { count }) => sum + count, 0) >= total ? alerts : undefined;
    };
    const found = await waitFor(`${total} findings`, isAll).catch(async (error: Error) => {
      const sum = (await heard()).reduce((all, { count }) => all + count, 0);
      const stats = await client.detectors.stats('fifty-opens');
      throw new Error(`${error.message}, found ${sum}: ${JSON.stringify(stats)}\n${stack.control.log()}`);
    });
    // one too many would come late
    await sleep(2500);
    expect(new Map(found.map(brief))).toEqual(new Map((await allAlerts(stack)).map(brief)));
    const [stats] = (await client.detectors.stats('fifty-opens')).items;
    expect(stats).toMatchObject({ dropped: { findings: 0 }, traps: {} });
    expect(Object.values(stats?.skipped ?? {}).filter((count) => count > 0)).toEqual([]);
    return { found: new Map(found.map(brief)), restarts: stats?.restarts ?? 0 };
  } finally {
    await stack.stop();
  }
}

const brief = ({ uuid, output, count, first_seen, last_seen, container, evidence, output_fields }: Alert) =>
  [
    uuid,
    JSON.stringify([output, count, first_seen, last_seen, container?.name, evidence.events, output_fields]),
  ] as const;

/** What the detector says, told by hand. */
function expectedFindings(): number {
  const counts = new Map<number, number>();
  for (const { records } of STREAM)
    for (const record of records) {
      const view = new DataView(record.buffer, record.byteOffset);
      if (view.getUint16(0, true) !== Kind.FileOpen) continue;
      const slot = view.getUint16(56, true);
      counts.set(slot, (counts.get(slot) ?? 0) + 1);
    }
  return [...counts.values()].reduce((sum, count) => sum + Math.floor(count / 50), 0);
}

let undisturbed: Found;
beforeAll(async () => {
  ({ found: undisturbed } = await findings(async () => undefined));
});

it('finds the same when the process of the detectors is killed in mid-stream, twice', async () => {
  const { found, restarts } = await findings(async (stack) => {
    for (let i = 0; i < 2; i++) {
      await sleep(2000);
      const [pid] = await waitFor('a host process', () => {
        const pids = hostPids(stack);
        return pids.length > 0 ? pids : undefined;
      });
      process.kill(pid ?? 0, 'SIGKILL');
    }
  });
  expect(restarts).toBeGreaterThanOrEqual(1);
  expect(found).toEqual(undisturbed);
});

it('finds the same when the control plane is killed in mid-stream, twice', async () => {
  const { found } = await findings(async (stack) => {
    for (let i = 0; i < 2; i++) {
      await sleep(2500);
      await stack.control.kill();
      await stack.startControl();
    }
  });
  expect(found).toEqual(undisturbed);
});

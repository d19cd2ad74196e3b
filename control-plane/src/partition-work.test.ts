import {
  type Alert,
  createLog,
  encodeBatchHeader,
  encodeRecord,
  eventSubject,
  Kind,
  nodeToken,
  partitionOf,
} from '@picket/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BatchMessage } from './bus/types.ts';
import { loadRules } from './detection/rules/load/load-rules.ts';
import { RuleEngine } from './detection/rules/rule-engine.ts';
import type { Recorded } from './detector-feed/detector-feed.ts';
import { guestFinding, liveDetector, PlayedDetectors } from './detector-feed/testing/played-detectors.ts';
import { DetectionWork, type PartitionWorkDeps } from './partition-work.ts';

const engine = new RuleEngine(loadRules([]));
const token = await nodeToken('node-1');
const partition = partitionOf(token);

/** The nth batch of the node, with one open; of a time long past unless said otherwise. */
function message(n: number, wallOffset = 0n): BatchMessage {
  const time = BigInt(n) * 1_000_000_000n;
  const record = encodeRecord(Kind.FileOpen, { time, sequence: n, tgid: 5, slot: 1, generation: 1 }, { path: `/${n}` });
  const header = encodeBatchHeader({
    ...{ codec: 0, count: 1, rawLength: record.length, firstSequence: BigInt(n), agentEpoch: 1n, wallOffset },
    ...{ watermark: time, bootId: new Uint8Array(16), node: 'node-1', losses: [] },
  });
  const bytes = new Uint8Array(Buffer.concat([header, record]));
  return { partition, subject: eventSubject(partition, token), streamSequence: n, bytes };
}

let published: Alert[];
let recorded: Recorded[];
let log: string[];
let kept: () => Promise<void>;
let held: boolean;
let detectors: PlayedDetectors;
let work: DetectionWork;

function makeWork(more: Partial<PartitionWorkDeps> = {}): DetectionWork {
  return new DetectionWork({
    engine: () => engine,
    publish: async (alert) => void published.push(alert),
    detectors: {
      runtime: { partition: () => detectors },
      onRecorded: (found) => void recorded.push(found),
      recordedKept: () => kept(),
    },
    log: createLog('debug', (line) => log.push(line)),
    ...more,
  });
}

beforeEach(() => {
  published = [];
  recorded = [];
  log = [];
  kept = async () => undefined;
  held = false;
  const says = () => [guestFinding({ groupKey: '' })];
  detectors = new PlayedDetectors([{ live: liveDetector(), says }], (all, now) =>
    held && now !== Number.POSITIVE_INFINITY ? [] : all.splice(0),
  );
  work = makeWork();
  work.restore(partition, undefined);
});

describe('a checkpoint', () => {
  it('has everything that the detectors were given, published before it is made', async () => {
    held = true;
    await work.handle(message(1));
    expect(published).toHaveLength(0);
    const state = await work.snapshot(partition);
    expect(detectors.settled).toBe(1);
    expect(published).toHaveLength(1);
    const first = detectors;
    detectors = new PlayedDetectors([]);
    const next = makeWork();
    next.restore(partition, state);
    expect(detectors.restored).toEqual(first.saved);
  });

  it('waits until recorded findings are kept, but not for a store that is away', async () => {
    detectors.told = 'recorded';
    const order: string[] = [];
    kept = async () => void order.push(`kept ${recorded.length}`);
    await work.handle(message(1));
    await work.snapshot(partition);
    expect([published.length, order]).toEqual([0, ['kept 1']]);
    kept = () => new Promise(() => undefined);
    expect((await work.snapshot(partition)).length).toBeGreaterThan(0);
  });

  it('whose detectors can not be restored is used all the same, and it is said', async () => {
    const state = await work.snapshot(partition);
    detectors = new PlayedDetectors([]);
    detectors.restore = () => {
      throw new Error('another format');
    };
    makeWork().restore(partition, state);
    expect(log.join('')).toContain('the detectors of a partition can not go on from its checkpoint');
    expect(log.join('')).toContain('another format');
  });
});

it('sends what detectors find without waiting for a batch', async () => {
  held = true;
  await work.handle(message(1));
  held = false;
  work.collectSoon(partition);
  work.collectSoon(partition);
  work.collectSoon(63);
  await new Promise((resolve) => setImmediate(resolve));
  expect(published.map(({ detector }) => detector.kind)).toEqual(['wasm']);
  expect(work.counts().findings).toBe(1);
});

it('counts what detectors propose, and does nothing by it', async () => {
  const proposal = { detector: liveDetector(), node: 'node-1', action: 'kill', target: 'container', reason: 'r' };
  detectors.proposals.push(proposal, proposal);
  await work.handle(message(1));
  work.release(partition);
  expect(work.counts().proposals).toBe(2);
  expect(published).toHaveLength(1);
});

it('waits for room behind batches of the past, and never behind those of now', async () => {
  const asked: number[] = [];
  detectors.room = async (ms) => void asked.push(ms);
  await work.handle(message(1));
  expect(asked).toHaveLength(1);
  expect(work.handle(message(2, BigInt(Date.now()) * 1_000_000n))).toBeUndefined();
  expect(asked).toHaveLength(1);
});

it('ends the detectors of a partition that is given back, and keeps its counts', async () => {
  await work.handle(message(1));
  work.release(partition);
  expect(detectors.released).toBe(1);
  expect(work.counts().findings).toBe(1);
});

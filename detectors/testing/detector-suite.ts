import { fileURLToPath } from 'node:url';
import {
  type BuiltDetector,
  buildDetector,
  DetectorInstance,
  DetectorRun,
  guestBatch,
  readDetectorFolder,
  readTestFile,
  resolveConfig,
  runDetectorTests,
} from '@picket/control-plane/detectors';
import { EventCursor } from '@picket/sdk';
import type { DetectorConfig, DetectorManifest } from '@picket/sdk/client';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Batch, batchOf, WALL } from './batch-of.ts';
import { kindsOf, ordinaryBatches } from './ordinary.ts';
import { type Pick, random } from './random.ts';

/** The plain logic of a detector. */
export interface Reference {
  /** What it says of an event; @param time ns since 1970 */
  add(event: EventCursor, node: string, time: bigint, wallOffset: bigint): string[];
}

export interface Suite {
  readonly id: string;
  /** The configuration of a random run. */
  readonly config: (pick: Pick) => DetectorConfig;
  readonly reference: (config: DetectorConfig) => Reference;
  /** A random record; time goes on from call to call. @param node number of its node */
  readonly record: (pick: Pick, ms: number, node: number) => Uint8Array;
  /** Most ms between two random records. */
  readonly stepMs: number;
  /** Nodes that take turns; 2 when left out. */
  readonly nodes?: number;
  /** Fewest findings of a random run; fewer would compare little. */
  readonly least: number;
  /** A record that takes room in the tables of the detector: one of many different ones. */
  readonly flood: (n: number) => Uint8Array;
  /** Kinds that the ordinary capture can not have, as it is short. */
  readonly absent?: readonly string[];
}

const FLOOD_BATCHES = 5;
const FLOOD_RECORDS = 20_000;
const ROUNDS = 40;

/** The tests that every shipped detector passes. */
export function testDetector(suite: Suite): void {
  const folder = readDetectorFolder(fileURLToPath(new URL(`../${suite.id}`, import.meta.url)));
  let detector: BuiltDetector;
  beforeAll(async () => {
    detector = await buildDetector(folder);
  }, 120_000);

  it('has fixtures of both sorts', () => {
    expect(folder.fixtures.map((path) => path.replace(/.*\//, ''))).toEqual(['hit.yaml', 'miss.yaml']);
  });

  it.each(boundsOf(folder.manifest))('takes %s = %d, which its manifest allows', (name, value) => {
    expect(start(detector, { [name]: value }).findings).toEqual([]);
  });

  describe.each(folder.fixtures.map((path) => path.replace(/.*\//, '')))('%s', (name) => {
    it('comes out as it says', async () => {
      const file = readTestFile(`${folder.path}/fixtures/${name}`);
      const failed = [];
      let events = 0;
      for await (const { name: test, ok, differences, error, events: given } of runDetectorTests(detector, file)) {
        if (!ok) failed.push({ test, error, differences });
        events += given;
      }
      expect(failed).toEqual([]);
      expect(events).toBeGreaterThan(0);
    });
  });

  it.each([1, 2, 3])('finds what the reference finds on random records, seed %i', { timeout: 120_000 }, (seed) => {
    const { batches, config } = randomRun(suite, seed);
    const reference = suite.reference(config);
    const expected = batches.flatMap((batch, i) => expectedOf(reference, batch).map((said) => [i, ...said]));
    const found = foundIn(detector, config, batches);
    expect(found).toEqual(expected);
    expect(found.length).toBeGreaterThanOrEqual(suite.least);
    expect(foundIn(detector, config, batches)).toEqual(found);
  });

  it('keeps its memory flat over a million events', { timeout: 120_000 }, () => {
    const { instance, feed } = flooded(detector, suite);
    for (let i = 0; i < 10; i++) feed(i);
    const before = instance.memoryBytes;
    for (let i = 10; i < 50; i++) feed(i);
    expect(instance.memoryBytes).toBe(before);
  });

  it('is silent on ordinary workloads', () => {
    const batches = ordinaryBatches();
    const kinds = kindsOf(batches);
    const { kinds: wanted } = detector.manifest;
    for (const kind of wanted.filter((one) => !suite.absent?.includes(one)))
      expect(kinds.get(kind) ?? 0, kind).toBeGreaterThan(5);
    const run = new DetectorRun(detector);
    for (const batch of batches) run.feed(batch);
    expect(run.findings.map(({ container, message }) => `${container}: ${message}`)).toEqual([]);
    expect(run.errors).toEqual([]);
    expect(run.counts.events).toBeGreaterThan(100);
  });
}

/** Least and most of every number of the configuration. */
function boundsOf({ config }: DetectorManifest): [string, number][] {
  return Object.entries(config).flatMap(([name, entry]) =>
    entry.type === 'integer' || entry.type === 'number'
      ? [entry.minimum, entry.maximum].flatMap((bound): [string, number][] =>
          bound === undefined ? [] : [[name, bound]],
        )
      : [],
  );
}

function randomRun({ config: configOf, record, stepMs, nodes = 2 }: Suite, seed: number) {
  const pick = random(seed);
  const config = configOf(pick);
  let ms = 1000;
  const batches = Array.from({ length: ROUNDS }, () => {
    const node = pick(nodes);
    const records = Array.from({ length: 1 + pick(300) }, () => {
      ms += pick(stepMs);
      // Events of different processors come a little out of order.
      return record(pick, ms - pick(5), node);
    });
    return batchOf(records, node);
  });
  return { config, batches };
}

function expectedOf(reference: Reference, { header, records }: Batch): [number, string][] {
  const found: [number, string][] = [];
  const cursor = new EventCursor().open(records);
  while (cursor.next())
    for (const message of reference.add(cursor, header.node, header.wallOffset + cursor.big(8), header.wallOffset))
      found.push([cursor.index, message]);
  return found;
}

/** Messages by number of batch and record. */
function foundIn(detector: BuiltDetector, config: DetectorConfig, batches: readonly Batch[]) {
  const run = start(detector, config);
  return batches.flatMap((batch, i) => {
    const { findings, instance } = run;
    findings.length = 0;
    const { header, records } = batch;
    const outcome = instance.onbatch(guestBatch(header, records, header.count));
    expect([outcome.error, outcome.droppedFindings]).toEqual([undefined, 0]);
    return findings.map(({ event, message }) => [i, event, message]);
  });
}

function start(detector: BuiltDetector, config: DetectorConfig) {
  const findings: { event: number | undefined; message: string }[] = [];
  const instance = new DetectorInstance(detector.module, {
    encoding: detector.artifact.encoding,
    host: { emit: (finding) => void findings.push(finding), log: () => {}, now: () => 0n },
  });
  expect(instance.init(resolveConfig(detector.manifest, config)).error).toBeUndefined();
  return { instance, findings };
}

function flooded(detector: BuiltDetector, { flood }: Suite) {
  const { instance } = start(detector, {});
  const batches = Array.from({ length: FLOOD_BATCHES }, (_, b) =>
    batchOf(Array.from({ length: FLOOD_RECORDS }, (_, i) => flood(b * FLOOD_RECORDS + i))),
  );
  const feed = (i: number) => {
    const { header, records } = batches[i % FLOOD_BATCHES] as Batch;
    // The same records at another time: a second later each round.
    const later = { ...header, wallOffset: WALL + BigInt(i) * 1_000_000_000n };
    expect(instance.onbatch(guestBatch(later, records, header.count)).error).toBeUndefined();
  };
  return { instance, feed };
}

import { type Alert as AlertDocument, encodeRecord, FileOpen, Kind } from '@picket/sdk';
import { loadRules } from '../../detection/rules/load/load-rules.ts';
import { RuleEngine } from '../../detection/rules/rule-engine.ts';
import { Partition, type PartitionOptions } from '../../partition.ts';
import type { Batch } from '../../types.ts';
import { guestFinding, type PlayedDetectors, type Says } from './played-detectors.ts';

const SECOND = 1_000_000_000;
export const engine = new RuleEngine(
  loadRules([
    {
      name: 'r.yaml',
      text: '- {rule: odd, desc: d, condition: "evt.is_open_read = true and fd.name startswith /odd", output: "%fd.name", priority: Notice}',
    },
  ]),
);

export const container = (id: string, slot = 1, more: Record<string, number> = {}) =>
  encodeRecord(
    Kind.ContainerStarted,
    { time: 1, slot, generation: 1, cgroup: 900 + slot, ...more },
    { id: id.repeat(64).slice(0, 64), name: `name-${id}`, image: 'i:1', runtime: 'runc', pod_namespace: `ns-${id}` },
  );
export const exec = (pid: number, path: string, ppid = 1) =>
  encodeRecord(
    Kind.ProcessExec,
    { tgid: pid, start: pid, time: 5, slot: 1, generation: 1, ppid, syscall: 59 },
    { path, args: [path], comm: path.slice(5), parent_start: ppid },
  );
export const open = (path: string, at: number, pid = 20, slot = 1) =>
  encodeRecord(
    Kind.FileOpen,
    {
      tgid: pid,
      start: pid,
      time: Math.round(at * SECOND),
      slot,
      generation: 1,
      cgroup: 900 + slot,
      syscall: 257,
      result: 3,
    },
    { path, count: 1, file_mode: 0o100644 },
  );

/** Batches of one node, numbered as the stream would. */
export function stream(...contents: { at: number; records: Uint8Array[]; epoch?: bigint }[]): Batch[] {
  const next = new Map<bigint, bigint>();
  return contents.map(({ at, records, epoch = 1n }, i) => {
    const first = next.get(epoch) ?? 1n;
    next.set(epoch, first + BigInt(records.length));
    let sequence = first;
    for (const record of records) new DataView(record.buffer, record.byteOffset).setBigUint64(16, sequence++, true);
    const bytes = new Uint8Array(Buffer.concat(records));
    return {
      header: {
        ...{ codec: 0, count: records.length, rawLength: bytes.length, firstSequence: first, agentEpoch: epoch },
        ...{ wallOffset: 0n, watermark: BigInt(Math.round(at * SECOND)), bootId: new Uint8Array(16), node: 'node-1' },
        losses: [],
      },
      ...{ records: bytes, partition: 3, token: 'token', streamSequence: i + 1 },
    };
  });
}

export const KNOWN = [container('a'), exec(10, '/bin/sh'), exec(20, '/bin/cat', 10)];
export const opens =
  (says: (path: string) => ReturnType<Says>): Says =>
  (cursor) =>
    cursor.kind === Kind.FileOpen ? says(cursor.string(FileOpen.path)) : [];
export const byPath = opens((path) => [guestFinding({ groupKey: path, message: `saw ${path}` })]);

export function play(
  detectors: PlayedDetectors,
  batches: readonly Batch[],
  options: PartitionOptions = {},
): AlertDocument[] {
  const partition = new Partition(() => engine, { alertsPerMinute: 1000, ...options, detectors });
  const alerts = batches.flatMap((batch) => partition.handle(batch));
  return [...alerts, ...partition.flush()];
}

/** The last revision of each alert of detectors, without its incident. */
export function last(alerts: readonly AlertDocument[]): AlertDocument[] {
  const newest = new Map<string, AlertDocument>();
  for (const alert of alerts)
    if (alert.detector.kind === 'wasm' && (newest.get(alert.uuid)?.revision ?? 0) < alert.revision)
      newest.set(alert.uuid, { ...alert, incident: null });
  return [...newest.values()].sort((a, b) => (a.uuid < b.uuid ? -1 : 1));
}

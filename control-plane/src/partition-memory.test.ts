import { type Alert, encodeRecord, Kind, LossReason } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { loadRules } from './detection/rules/load/load-rules.ts';
import { RuleEngine } from './detection/rules/rule-engine.ts';
import { Partition } from './partition.ts';
import type { Batch } from './types.ts';

// Rules over several events in a partition: over crashes, reloads, losses and reboots.

const SECOND = 1_000_000_000;
const WALL = 1_700_000_000_000_000_000n;

const RULES = `
- rule: many connects
  desc: d
  condition: evt.type = connect
  window: {count: true, by: process, over: 5s, at_least: 8}
  cooldown: 2s
  output: "%window.count since %window.first"
  priority: Notice
- rule: many ports
  desc: d
  condition: evt.type = connect
  window: {count_distinct: fd.sport, by: [container, fd.sip], over: 10s, at_least: 12}
  output: "%window.count %window.keys"
  priority: Notice
- rule: written and run
  desc: d
  sequence:
    by: [container, fd.name]
    within: 5s
    steps:
      - condition: evt.is_open_write = true
      - not: evt.type = connect and proc.name exists
        by: [container, fd.typechar]
      - condition: evt.type = execve
        by: [container, proc.exepath]
  output: "%proc.exepath by %step1.proc.pid"
  priority: Notice
- rule: never connects
  desc: d
  sequence:
    by: container
    within: 3s
    steps:
      - condition: evt.type = execve and proc.exepath = /f1
      - not: evt.type = connect
  output: "%proc.exepath in %container.id"
  priority: Notice
`;

const engineOf = (text: string): RuleEngine => {
  const load = loadRules([{ name: 'r.yaml', text }]);
  expect(load.problems).toEqual([]);
  return new RuleEngine(load);
};
const ENGINE = engineOf(RULES);

/** Numbers that look random and are the same at every run (Marsaglia's xorshift). */
function randomFrom(seed: number): (below: number) => number {
  let x = seed;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

const ip = (last: number) => Uint8Array.from([...new Array(10).fill(0), 255, 255, 10, 0, 0, last]);

function connect(time: number, slot: number, port: number, more: Record<string, number> = {}): Uint8Array {
  const header = { time, tgid: 50 + slot, start: 5, slot, generation: 1, cgroup: 900 + slot, syscall: 42 };
  return encodeRecord(Kind.NetConnect, header, {
    ...{ local_ip: ip(9), remote_ip: ip(1), local_port: 40_000, remote_port: port, family: 2, protocol: 6 },
    ...{ count: 1, ...more },
  });
}
function write(time: number, slot: number, path: string): Uint8Array {
  const header = { time, tgid: 50 + slot, start: 5, slot, generation: 1, cgroup: 900 + slot, syscall: 257, result: 3 };
  return encodeRecord(Kind.FileOpen, header, { path, open_flags: 1, file_mode: 0o100644, count: 1 });
}
function run(time: number, slot: number, path: string): Uint8Array {
  const header = { time, tgid: 70 + slot, start: time, slot, generation: 1, cgroup: 900 + slot, syscall: 59 };
  return encodeRecord(Kind.ProcessExec, header, { path, args: [path], comm: path.slice(1) });
}

let sent = 0n;
/** @param watermark seconds */
function batchOf(records: readonly Uint8Array[], watermark: number, header: Partial<Batch['header']> = {}): Batch {
  const numbered = records.map((record) => new Uint8Array(record));
  const firstSequence = sent + 1n;
  for (const record of numbered) new DataView(record.buffer).setBigUint64(16, ++sent, true);
  const bytes = new Uint8Array(Buffer.concat(numbered));
  const sizes = { codec: 0 as const, count: records.length, rawLength: bytes.length, firstSequence };
  const clock = { wallOffset: WALL, watermark: BigInt(Math.round(watermark * SECOND)) };
  return {
    header: { ...sizes, ...clock, agentEpoch: 1n, bootId: new Uint8Array(16), node: 'node-1', losses: [], ...header },
    records: bytes,
    partition: 3,
    token: 'token',
    streamSequence: 1,
  };
}

/** Batches of events of three containers, a little out of order, of which the last ones are above the watermark. */
function randomBatches(seed: number, count: number): Batch[] {
  const random = randomFrom(seed);
  sent = 0n;
  return Array.from({ length: count }, (_, i) => {
    const from = (i + 1) * SECOND;
    const records = Array.from({ length: 1 + random(12) }, () => {
      const time = from + random(SECOND) - random(20_000_000);
      const slot = 1 + random(3);
      const kind = random(8);
      if (kind < 5 && (slot < 3 || random(40) === 0))
        return connect(time, slot, 1 + random(20), { count: 1 + random(2) });
      return kind < 7 ? write(time, slot, `/f${random(3)}`) : run(time, slot, `/f${random(3)}`);
    });
    return batchOf(records, i + 1 + random(100) / 100);
  });
}

const tell = ({ rule, uuid, revision, time, output, count, first_seen, evidence }: Alert) => ({
  ...{ rule, uuid, revision, time, output, count, first_seen, evidence },
});

describe('what rules remember', () => {
  it.each([3, 77, 2026])('gives the same alerts with a crash behind every batch (%i)', (seed) => {
    const whole = new Partition(() => ENGINE);
    let parted = new Partition(() => ENGINE);
    const seen = new Set<string>();
    for (const batch of randomBatches(seed, 120)) {
      const [expected, alerts] = [whole.handle(batch), parted.handle(batch)];
      expect(alerts.map(tell)).toEqual(expected.map(tell));
      expect(parted.memoryCounts).toEqual(whole.memoryCounts);
      for (const { rule } of alerts) seen.add(rule);
      const next = new Partition(() => ENGINE);
      next.restore(parted.snapshot());
      parted = next;
    }
    expect([...seen].toSorted()).toEqual(['many connects', 'many ports', 'never connects', 'written and run']);
  });

  it('does not depend on how events are cut into batches', () => {
    const events = randomBatches(9, 60).flatMap(({ records }) => [records]);
    const alertsOf = (size: number): string[] => {
      const partition = new Partition(() => ENGINE);
      sent = 0n;
      const out: Alert[] = [];
      for (let i = 0; i < events.length; i += size)
        out.push(...partition.handle(joined(events.slice(i, i + size), i + size + 1)));
      out.push(...partition.handle(joined([], 1000)));
      return [...new Set(out.filter(({ rule }) => rule === 'written and run').map(({ uuid }) => uuid))].toSorted();
    };
    expect(alertsOf(1).length).toBeGreaterThan(2);
    expect(alertsOf(7)).toEqual(alertsOf(1));
  });

  it('stays for a rule that did not change when others are loaded, and ends for one that did', () => {
    let engine = ENGINE;
    const partition = new Partition(() => engine);
    const ports = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => connect(SECOND + from + i, 1, from + i));
    sent = 0n;
    expect(partition.handle(batchOf(ports(1, 6), 1)).length).toBe(0);
    engine = engineOf(`${RULES}- {rule: more, desc: d, condition: evt.type = bpf, output: o, priority: Notice}\n`);
    expect(partition.handle(batchOf(ports(7, 1), 1))).toEqual([]);
    engine = engineOf(RULES.replace('at_least: 8', 'at_least: 9'));
    const alerts = partition.handle(batchOf(ports(8, 5), 1));
    expect(alerts.map(({ rule }) => rule)).toEqual(['many ports']);
  });

  it('ends with a reboot', () => {
    const partition = new Partition(() => ENGINE);
    sent = 0n;
    const connects = () => Array.from({ length: 7 }, (_, i) => connect(SECOND + i, 1, 1));
    partition.handle(batchOf(connects(), 1));
    sent = 0n;
    const rebooted = { bootId: new Uint8Array(16).fill(7), agentEpoch: 2n };
    expect(partition.handle(batchOf(connects(), 1, rebooted))).toEqual([]);
  });

  it('finds the container of an event by its cgroup when the agent has begun to count slots anew', () => {
    const partition = new Partition(() => ENGINE);
    const container = (slot: number, cgroup: number) =>
      encodeRecord(Kind.ContainerStarted, { slot, generation: 1, cgroup }, { id: `id-of-${cgroup}` });
    sent = 0n;
    partition.handle(batchOf([container(1, 901), run(SECOND, 1, '/f1')], 1.1));
    sent = 0n;
    const [alert] = partition.handle(batchOf([container(1, 777), container(2, 901)], 9, { agentEpoch: 2n }));
    expect(alert).toMatchObject({ rule: 'never connects', container: { full_id: 'id-of-901' } });
  });

  it('is read from older checkpoints as nothing, and refused when it is damaged', () => {
    const partition = new Partition(() => ENGINE);
    sent = 0n;
    partition.handle(batchOf([connect(SECOND, 1, 1)], 1));
    const bytes = partition.snapshot();
    const view = new DataView(bytes.buffer);
    const frames = view.getUint32(4, true);
    let last = 8;
    for (let i = 1; i < frames; i++) last += 4 + view.getUint32(last, true);
    const older = bytes.slice(0, last);
    new DataView(older.buffer).setUint32(4, frames - 1, true);
    const restored = new Partition(() => ENGINE);
    restored.restore(older);
    expect(restored.nodes()).toHaveLength(1);
    bytes.fill(0x20, last + 4, last + 40);
    expect(() => new Partition(() => ENGINE).restore(bytes)).toThrow(
      expect.objectContaining({ code: 'CHECKPOINT_CORRUPT' }),
    );
  });
});

/** Batches of one node as one. */
function joined(parts: readonly Uint8Array[], watermark: number): Batch {
  const records: Uint8Array[] = [];
  for (const part of parts) {
    const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
    for (let at = 0; at < part.length; at += view.getUint16(at + 2, true))
      records.push(part.subarray(at, at + view.getUint16(at + 2, true)));
  }
  return batchOf(records, watermark);
}

describe('an alert of several events', () => {
  it('names them, the first time, and their number', () => {
    const partition = new Partition(() => ENGINE);
    sent = 100n;
    partition.handle(batchOf([write(2 * SECOND, 1, '/x')], 2.5));
    const [alert] = partition.handle(batchOf([run(3 * SECOND, 1, '/x')], 3));
    const name = (sequence: number) => expect.stringMatching(new RegExp(`^node-1/.*/1/${sequence}$`));
    expect(alert).toMatchObject({
      rule: 'written and run',
      first_seen: '2023-11-14T22:13:22.000000000Z',
      time: '2023-11-14T22:13:23.000000000Z',
      evidence: { events: [name(101), name(102)] },
      count: 1,
    });
  });

  it('tells what was lost since the first of them, however long ago', () => {
    const engine = engineOf(RULES.replace('within: 3s', 'within: 30m'));
    const lossesOf = (lostAt: number) => {
      const partition = new Partition(() => engine);
      sent = 0n;
      const lost = (at: number) =>
        at >= lostAt ? { losses: [{ kind: Kind.NetConnect, reason: LossReason.ringFull, count: 5n }] } : {};
      const out: Alert[] = [];
      for (let at = 10; at <= 2400; at += 10)
        out.push(
          ...partition.handle(
            batchOf([at === 300 ? run(300 * SECOND, 1, '/f1') : write(at * SECOND, 2, '/y')], at, lost(at)),
          ),
        );
      return out.find(({ rule }) => rule === 'never connects')?.evidence.lost;
    };
    expect(lossesOf(400)).toEqual([{ kind: 'net.connect', reason: 'ring_full', count: 5 }]);
    expect(lossesOf(2000)).toEqual([{ kind: 'net.connect', reason: 'ring_full', count: 5 }]);
    expect(lossesOf(100)).toEqual([]);
    expect(lossesOf(2300)).toEqual([]);
  });
});

import { EventCursor, encodeRecord, type FieldValue, Kind, parseIp } from '@picket/sdk';
import type { Batch, Finding, NodeView } from '../../types.ts';
import type { LoadResult } from '../rules/load/rule.ts';
import { RuleEngine, type RuleEngineOptions } from '../rules/rule-engine.ts';
import { RuleMemory } from '../rules/stateful/rule-memory.ts';
import { NodeState } from '../state/node-state.ts';

type Fields = Record<string, FieldValue>;
type HeaderFields = Record<string, number | bigint>;

const WALL_OFFSET = 1_700_000_000_000_000_000n;

/** A batch with these records and nothing lost. For tests. */
export const batchOf = (records: Uint8Array, watermark = 0n): Batch => ({
  header: {
    codec: 0,
    count: 1,
    rawLength: records.length,
    firstSequence: 1n,
    agentEpoch: 1n,
    wallOffset: WALL_OFFSET,
    watermark,
    bootId: new Uint8Array(16),
    node: 'node-a',
    losses: [],
  },
  records,
  partition: 0,
  token: 'token',
  streamSequence: 1,
});

export interface Program {
  readonly path?: string;
  readonly args?: readonly string[];
  readonly comm?: string;
  readonly ppid?: number;
  readonly vpid?: number;
  readonly header?: HeaderFields;
  readonly more?: Fields;
}

/**
 * A node played in memory, for tests: real records, the real process tree and the real engine; only kernel and agent are
 * missing. A process is known by its pid and begins at pid * 1000 ns; time goes on by one microsecond an event.
 */
export class Scenario {
  readonly state: NodeState;
  readonly engine: RuleEngine;
  readonly cursor = new EventCursor();
  readonly memory = new RuleMemory();
  slot = 1;
  time = 1_000_000_000;

  constructor(
    load: LoadResult = { rules: [], problems: [], outcomes: [] },
    options: RuleEngineOptions = {},
    state = new NodeState('node-a'),
  ) {
    this.engine = new RuleEngine(load, options);
    this.state = state;
  }

  /** Makes the container of the slot known. */
  container(fields: Fields = {}, header: HeaderFields = {}): Finding[] {
    return this.send(
      Kind.ContainerStarted,
      { generation: 1, cgroup: 900, ...header },
      {
        id: 'c0ffee00c0ffee00c0ffee00',
        name: 'shop',
        image: 'registry:5000/team/shop:1.2',
        runtime: 'runc',
        ...fields,
      },
    );
  }

  exec(pid: number, program: Program): Finding[] {
    const { path = '/bin/true', args = [path], ppid = 1, vpid = pid - 100 } = program;
    const comm = program.comm ?? path.slice(path.lastIndexOf('/') + 1).slice(0, 15);
    const body = { path, filename: path, args, comm, vpid, parent_start: ppid * 1000, cwd: '/', loginuid: 4294967295 };
    return this.send(
      Kind.ProcessExec,
      { tgid: pid, ppid, syscall: 59, ...program.header },
      { ...body, ...program.more },
    );
  }

  fork(pid: number, ppid: number, more: Fields = {}, header: HeaderFields = {}): Finding[] {
    const body = { parent_start: ppid * 1000, parent_tid: ppid, vpid: pid - 100, ...more };
    return this.send(Kind.ProcessFork, { tgid: pid, ppid, syscall: 56, ...header }, body);
  }

  exit(pid: number, header: HeaderFields = {}): Finding[] {
    return this.send(Kind.ProcessExit, { tgid: pid, ...header }, {});
  }

  open(pid: number, path: string, flags = 0, more: Fields = {}, header: HeaderFields = {}): Finding[] {
    const body = { path, open_flags: flags, file_mode: 0o100644, count: 1, inode: 7, ...more };
    return this.send(Kind.FileOpen, { tgid: pid, syscall: 257, result: 3, ...header }, body);
  }

  /** An open that the kernel refused. */
  denied(pid: number, path: string, flags = 0, errno = 13): Finding[] {
    return this.open(pid, path, flags, { file_mode: 0, inode: 0 }, { result: -errno });
  }

  connect(pid: number, ip: string, port: number, header: HeaderFields = {}, more: Fields = {}): Finding[] {
    const local = ip.includes(':') ? 'fd00::9' : '10.0.0.9';
    const ends = { local_ip: bytesOf(local), remote_ip: bytesOf(ip), local_port: 40_000, remote_port: port };
    const body = { ...ends, family: ip.includes(':') ? 10 : 2, protocol: 6, fd: 5, count: 1, ...more };
    return this.send(Kind.NetConnect, { tgid: pid, syscall: 42, ...header }, body);
  }

  send(kind: number, header: HeaderFields, body: Fields): Finding[] {
    return this.play(this.encode(kind, header, body));
  }

  encode(kind: number, header: HeaderFields, body: Fields): Uint8Array {
    this.time += 1000;
    const tgid = Number(header.tgid ?? 0);
    const defaults = { time: this.time, tgid, tid: tgid, start: tgid * 1000, ppid: 1, slot: this.slot, generation: 1 };
    return encodeRecord(kind, { ...defaults, cgroup: 900, ...header }, body);
  }

  /** Applies records and evaluates the rules on each. */
  play(records: Uint8Array, view: NodeView = this.state): Finding[] {
    const findings: Finding[] = [];
    const batch = batchOf(records, BigInt(this.time));
    const emit = (finding: Finding) => findings.push(finding);
    const memory = this.memory.begin(batch, this.engine.programs);
    this.cursor.open(records);
    while (this.cursor.next()) {
      this.state.apply(this.cursor);
      this.engine.evaluate(this.cursor, view, batch, emit, memory);
    }
    this.engine.settle(view, batch, emit, memory);
    return findings;
  }

  /** The cursor on one record that was not applied. */
  at(record: Uint8Array): EventCursor {
    this.cursor.open(record);
    this.cursor.next();
    return this.cursor;
  }
}

/** @throws Error when the text is no address */
export function bytesOf(ip: string): Uint8Array {
  const bytes = parseIp(ip);
  if (!bytes) throw new Error(`${ip} is no address`);
  return bytes;
}

import { encodeRecord, type FieldValue, HeaderFlag, Kind, type LossCount, parseIp } from '@picket/sdk';
import type { Batch } from '../../../types.ts';
import { batchOf } from '../../testing/scenario.ts';
import type { ClosedWindow } from '../features/container-windows.ts';
import { WindowReplay } from './replay-windows.ts';

type Fields = Record<string, FieldValue>;
type HeaderFields = Record<string, number | bigint>;

const NS = 1_000_000_000;

/** A node played in memory, one event at a time, for tests of windows. Times are seconds since its start. */
export class PlayedNode {
  replay = new WindowReplay();
  /** Container that the next events are of. */
  slot = 1;
  #records: Uint8Array[] = [];
  #sequence = 0;

  /** Makes a container known, and the process that all is done by; `isNew` says whether the container was seen to begin. */
  container(at: number, fields: Fields = {}, isNew = true): this {
    const cgroup = 900 + this.slot;
    if (isNew) this.add(Kind.CgroupCreated, at, {}, { slot: 0, generation: 0, cgroup });
    const facts = { id: `c${this.slot}`, name: 'shop', image: 'shop:1', ...fields };
    this.add(Kind.ContainerStarted, at, facts, { cgroup, tgid: 0 });
    return this.exec(at, '/bin/shop', ['shop'], { vpid: 1 }, { flags: HeaderFlag.snapshot });
  }

  exec(at: number, path: string, args: readonly string[] = [path], more: Fields = {}, header: HeaderFields = {}): this {
    const comm = path.slice(path.lastIndexOf('/') + 1);
    const body = {
      path,
      filename: path,
      args,
      comm,
      vpid: 7,
      parent_start: 1,
      cwd: '/',
      loginuid: 4294967295,
      ...more,
    };
    return this.add(Kind.ProcessExec, at, body, { syscall: 59, ...header });
  }

  open(at: number, path: string, flags = 0, more: Fields = {}, header: HeaderFields = {}): this {
    const body = { path, open_flags: flags, file_mode: 0o100644, count: 1, ...more };
    return this.add(Kind.FileOpen, at, body, { syscall: 257, result: 3, ...header });
  }

  connect(at: number, ip: string, port: number, more: Fields = {}, header: HeaderFields = {}): this {
    const body = {
      remote_ip: parseIp(ip) ?? new Uint8Array(16),
      remote_port: port,
      family: 2,
      protocol: 6,
      count: 1,
      ...more,
    };
    return this.add(Kind.NetConnect, at, body, { syscall: 42, ...header });
  }

  syscalls(
    at: number,
    counts: readonly (readonly [number, number])[],
    bigrams: readonly (readonly [number, number])[] = [],
  ): this {
    const total = counts.reduce((sum, [, count]) => sum + count, 0);
    const to = BigInt(Math.round(at * NS));
    return this.add(
      Kind.WindowSyscalls,
      at,
      { from: 0n, to, total, counts: [...counts], bigrams: [...bigrams] },
      { tgid: 0 },
    );
  }

  /** Any record. */
  add(kind: number, at: number, body: Fields, header: HeaderFields = {}): this {
    const tgid = Number(header.tgid ?? 200 + this.slot);
    const time = BigInt(Math.round(at * NS));
    const defaults = { time, tgid, tid: tgid, start: tgid * 1000, ppid: 1, slot: this.slot, generation: 1 };
    const sequence = ++this.#sequence;
    this.#records.push(encodeRecord(kind, { ...defaults, sequence, cgroup: 900 + this.slot, ...header }, body));
    return this;
  }

  /** Sends what was added, and tells that all before a time has been sent. */
  batch(watermark: number, losses: readonly LossCount[] = []): Batch {
    const records = new Uint8Array(Buffer.concat(this.#records));
    const batch = batchOf(records, BigInt(Math.round(watermark * NS)));
    const header = { ...batch.header, count: this.#records.length, losses };
    this.#records = [];
    return { ...batch, header };
  }

  /** As `batch`, and gives the windows that are over. */
  send(watermark: number, losses: readonly LossCount[] = []): ClosedWindow[] {
    return this.replay.handle(this.batch(watermark, losses));
  }
}

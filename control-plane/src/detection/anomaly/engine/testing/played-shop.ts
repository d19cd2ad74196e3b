import { type BatchHeader, encodeRecord, type FieldValue, Kind, LossReason, parseIp } from '@picket/sdk';
import type { Batch } from '../../../../types.ts';
import { randomOf } from './random-of.ts';

type Fields = Readonly<Record<string, FieldValue>>;

const SECOND = 1_000_000_000;
/** 2026-01-01 */
const WALL = 1_767_225_600_000_000_000n;
const START = 1000;

export interface ShopOptions {
  readonly node?: string;
  /** Slots of the containers. */
  readonly slots?: readonly number[];
  readonly digest?: string;
  readonly image?: string;
  readonly seed?: number;
}

/**
 * A node with web containers, played in memory second by second, for tests: they read their pages, talk to their database
 * and run a health check, more by day than by night; whatever a test adds happens beside that.
 */
export class PlayedShop {
  readonly #options: Required<ShopOptions>;
  readonly #random: () => number;
  #sequence = 1;
  #second = START;
  #agent = 1n;
  #lost = 0n;
  readonly #told = new Set<number>();

  constructor(options: ShopOptions = {}) {
    const {
      node = 'node-a',
      slots = [1],
      digest = 'sha256:one',
      image = 'registry.example/shop/web:1',
      seed = 1,
    } = options;
    this.#options = { node, slots, digest, image, seed };
    this.#random = randomOf(seed);
  }

  /** CLOCK_BOOTTIME in s up to which everything was played. */
  get second(): number {
    return this.#second;
  }

  /** One batch a second. @param more what else happens in each of them */
  play(seconds: number, more: (second: number) => readonly Uint8Array[] = () => []): Batch[] {
    return Array.from({ length: seconds }, () => this.#playSecond(more(this.#second)));
  }

  /** Lets time pass in which nothing happens. */
  pass(seconds: number): Batch {
    this.#second += seconds;
    return this.#batch([]);
  }

  /** The agent begins anew: its sequences and slots do, too. */
  restartAgent(): void {
    this.#agent++;
    this.#sequence = 1;
    this.#told.clear();
  }

  #playSecond(more: readonly Uint8Array[]): Batch {
    const records = this.#options.slots.flatMap((slot) => this.#ordinary(slot));
    this.#second++;
    return this.#batch([...records, ...more]);
  }

  #ordinary(slot: number): Uint8Array[] {
    const records: Uint8Array[] = [];
    if (!this.#told.has(slot)) records.push(this.started(slot), this.exec(slot, 10, '/usr/sbin/nginx', ['nginx']));
    this.#told.add(slot);
    const visits = 2 + Math.floor(this.#random() * 4);
    for (let i = 0; i < visits; i++) {
      records.push(this.open(slot, 10, `/srv/pages/page${Math.floor(this.#random() * 3)}.html`));
      if (i === 0) records.push(this.connect(slot, 10, '10.0.0.5', 5432));
    }
    if (this.#second % 30 === slot % 30)
      records.push(this.exec(slot, 20 + (this.#second % 100), '/usr/bin/curl', ['curl', '-f', 'http://localhost/']));
    return [...records, this.calls(slot, { 0: 40 + visits * 12, 1: 30 + visits * 8, 257: visits * 3, 232: 50 })];
  }

  started(slot: number, more: Fields = {}): Uint8Array {
    const { image, digest } = this.#options;
    return this.record(Kind.ContainerStarted, slot, 0, {
      id: `c0ffee${slot}`.padEnd(64, '0'),
      name: `web-${slot}`,
      runtime: 'runc',
      image,
      image_digest: digest,
      started: WALL,
      ...more,
    });
  }

  exec(slot: number, pid: number, path: string, args: readonly string[] = [path]): Uint8Array {
    return this.record(Kind.ProcessExec, slot, pid, {
      path,
      args: [...args],
      comm: path.slice(path.lastIndexOf('/') + 1),
    });
  }

  open(slot: number, pid: number, path: string, flags = 0): Uint8Array {
    return this.record(
      Kind.FileOpen,
      slot,
      pid,
      { path, open_flags: flags, file_mode: 0o100644, count: 1 },
      { result: 3 },
    );
  }

  connect(slot: number, pid: number, ip: string, port: number): Uint8Array {
    const remote = parseIp(ip) ?? new Uint8Array(16);
    return this.record(Kind.NetConnect, slot, pid, {
      remote_ip: remote,
      remote_port: port,
      family: 2,
      protocol: 6,
      count: 1,
    });
  }

  /** The counts of the second that is being played. */
  calls(slot: number, counts: Readonly<Record<number, number>>): Uint8Array {
    const from = this.#second * SECOND;
    const pairs = Object.entries(counts).map(([number, count]): [number, number] => [Number(number), count]);
    const bigrams = pairs.map(([number, count], i): [number, number] => [
      ((pairs[(i + 1) % pairs.length]?.[0] ?? 0) << 16) | number,
      count,
    ]);
    const total = pairs.reduce((sum, [, count]) => sum + count, 0);
    return this.record(Kind.WindowSyscalls, slot, 0, { from, to: from + SECOND - 1, total, counts: pairs, bigrams });
  }

  lost(slot: number, count: number): Uint8Array {
    const from = this.#second * SECOND;
    const body = { from, to: from + SECOND / 2, count, lost_kind: Kind.FileOpen, reason: LossReason.throttled };
    this.#lost += BigInt(count);
    return this.record(Kind.SensorLoss, slot, 0, body);
  }

  stopped(slot: number): Uint8Array {
    return this.record(Kind.ContainerStopped, slot, 0, { id: `c0ffee${slot}`.padEnd(64, '0') });
  }

  /** Half way through the second that is being played. */
  record(
    kind: number,
    slot: number,
    pid: number,
    body: Fields,
    more: Readonly<Record<string, number>> = {},
  ): Uint8Array {
    const time = this.#second * SECOND + SECOND / 2;
    const head = {
      ...{ time, sequence: this.#sequence++, slot, generation: 1, cgroup: 900 + slot, tgid: pid, tid: pid },
      ...{ start: pid === 0 ? 0 : pid * 1000, uid: 33, ...more },
    };
    return encodeRecord(kind, head, body);
  }

  /** Counted since the agent began. */
  #losses(): BatchHeader['losses'] {
    return this.#lost === 0n ? [] : [{ kind: Kind.FileOpen, reason: LossReason.throttled, count: this.#lost }];
  }

  #batch(records: readonly Uint8Array[]): Batch {
    const bytes = new Uint8Array(Buffer.concat(records));
    const header: BatchHeader = {
      ...{ codec: 0, count: records.length, rawLength: bytes.length, agentEpoch: this.#agent, wallOffset: WALL },
      firstSequence: BigInt(this.#sequence - records.length),
      watermark: BigInt(this.#second) * BigInt(SECOND),
      ...{ bootId: new Uint8Array(16), node: this.#options.node, losses: this.#losses() },
    };
    return { header, records: bytes, partition: 3, token: 'token', streamSequence: this.#second };
  }
}

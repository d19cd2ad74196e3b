import { DetectorFault } from '../instance/detector-fault.ts';
import type { GuestBatch } from '../instance/guest-batch.ts';
import { type Frame, FrameKind } from '../process/frame.ts';
import type { DetectorHost, HostEnded, HostedDetector, HostReply, HostStatus } from './host-contract.ts';
import { HostFailed } from './host-failed.ts';
import type { HostProcess } from './host-process.ts';
import { openFrame } from './open-frame.ts';
import { WorkerChannel } from './worker-channel.ts';

const LOOK_EVERY_MS = 250;
/** Beyond the deadline of a call: the process looks after that itself, and ends a worker 100 ms later. */
const PATIENCE_MS = 3000;
/** For what runs no guest: a module to compile, a memory to compress. */
const LONG_PATIENCE_MS = 20_000;
const NO_BYTES = new Uint8Array(0);

interface Opened {
  readonly key: string;
  readonly instance: number;
  readonly channel: WorkerChannel;
  readonly deadlineMs: number;
  memoryBytes: number;
}

type Wanted = Pick<Frame, 'kind' | 'json' | 'parts' | 'slot'> & {
  readonly records?: number;
  readonly patienceMs: number;
};

/** A host process as its owner uses it. Which worker an instance runs in is decided when it is opened. */
export class RunningHost implements DetectorHost {
  readonly ended: Promise<HostEnded>;
  readonly #process: HostProcess;
  readonly #channels: readonly WorkerChannel[];
  readonly #open = new Map<string, Opened>();
  readonly #onLost: (key: string, failure: HostFailed) => void;
  readonly #looks: NodeJS.Timeout;
  #end: HostEnded | undefined;
  #calls = 0;
  #instances = 0;

  constructor(process: HostProcess, onLost: (key: string, failure: HostFailed) => void = () => {}) {
    this.#process = process;
    this.#onLost = onLost;
    this.#channels = process.channels.map((socket) => this.#channel(socket));
    this.#looks = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#looks.unref();
    this.ended = process.ended.then((end) => this.#gone(end));
  }

  get alive(): boolean {
    return this.#end === undefined;
  }

  get status(): HostStatus {
    const { pid, uid, confinement, missing } = this.#process;
    const memoryBytes = [...this.#open.values()].reduce((sum, opened) => sum + opened.memoryBytes, 0);
    return { pid, uid, confinement, missing, detectors: this.#open.size, memoryBytes };
  }

  open(detector: HostedDetector, snapshot: Uint8Array = NO_BYTES, state: Uint8Array = NO_BYTES): Promise<HostReply> {
    const { key, deadlineMs } = detector;
    if (this.#open.has(key)) return Promise.reject(new RangeError(`a detector ${key} is open already`));
    const channel = this.#leastUsed();
    if (!channel || this.#end) return Promise.reject(this.#goneError());
    const opened: Opened = { key, deadlineMs, instance: ++this.#instances, channel, memoryBytes: 0 };
    this.#open.set(key, opened);
    const frame = openFrame(detector, channel.knows(detector.hash) ? NO_BYTES : detector.module, snapshot, state);
    return this.#reply(opened, { ...frame, patienceMs: deadlineMs + LONG_PATIENCE_MS });
  }

  batch(key: string, batch: GuestBatch, context: Uint8Array = NO_BYTES): Promise<HostReply> {
    const opened = this.#open.get(key);
    if (!opened) return Promise.reject(notOpen(key));
    const { prelude, dictionary, records, count } = batch;
    const place = records.length > 0 ? opened.channel.records.place(records) : undefined;
    return this.#reply(opened, {
      kind: FrameKind.batch,
      ...(place && { slot: place.slot }),
      parts: [prelude, dictionary, place?.send === false ? NO_BYTES : records, context],
      records: count,
      patienceMs: opened.deadlineMs + PATIENCE_MS,
    });
  }

  tick(key: string, now: bigint): Promise<HostReply> {
    const opened = this.#open.get(key);
    if (!opened) return Promise.reject(notOpen(key));
    const patienceMs = opened.deadlineMs + PATIENCE_MS;
    return this.#reply(opened, { kind: FrameKind.tick, json: { now: String(now) }, patienceMs });
  }

  snapshot(key: string): Promise<Uint8Array> {
    const opened = this.#open.get(key);
    if (!opened) return Promise.reject(notOpen(key));
    return this.#bytes(opened, { kind: FrameKind.snapshot, patienceMs: LONG_PATIENCE_MS });
  }

  async close(key: string): Promise<void> {
    const opened = this.#open.get(key);
    if (!opened) return;
    this.#open.delete(key);
    try {
      await this.#bytes(opened, { kind: FrameKind.close, patienceMs: LONG_PATIENCE_MS });
    } catch {
      // It has come to an end in another way meanwhile; that is told where its calls are awaited.
    }
  }

  async stop(): Promise<void> {
    for (const channel of this.#channels) channel.close();
    await this.#process.stop();
    await this.ended;
  }

  #channel(socket: HostProcess['channels'][number]): WorkerChannel {
    const channel: WorkerChannel = new WorkerChannel(socket, {
      onFault: (key) => void this.#open.delete(key),
      onLost: (key) => this.#lost(channel, key),
      onProtocol: (why) => this.#process.end('protocol', `the host process broke the protocol: ${why}`),
    });
    return channel;
  }

  #reply(opened: Opened, wanted: Wanted): Promise<HostReply> {
    return this.#send(opened, wanted, 'reply').then((reply) => {
      if (reply instanceof Uint8Array) throw new TypeError('a reply was asked for');
      opened.memoryBytes = reply.memoryBytes;
      return reply;
    });
  }

  #bytes(opened: Opened, wanted: Wanted): Promise<Uint8Array> {
    return this.#send(opened, wanted, 'bytes').then((bytes) => {
      if (!(bytes instanceof Uint8Array)) throw new TypeError('bytes were asked for');
      return bytes;
    });
  }

  #send({ key, instance, channel }: Opened, wanted: Wanted, wants: 'reply' | 'bytes') {
    const { records = 0, patienceMs, ...frame } = wanted;
    if (this.#end) return Promise.reject(this.#goneError());
    this.#calls = (this.#calls + 1) >>> 0;
    const call = this.#calls;
    return new Promise<HostReply | Uint8Array>((resolve, reject) => {
      const pending = { call, key, instance, wants, records, patienceMs, resolve, reject, settled: false };
      channel.send({ ...frame, call, instance }, pending);
    });
  }

  #leastUsed(): WorkerChannel | undefined {
    const used = (channel: WorkerChannel) => [...this.#open.values()].filter((one) => one.channel === channel).length;
    return this.#channels.toSorted((a, b) => used(a) - used(b))[0];
  }

  /** All instances of the worker are gone; whoever does not wait for one of them must hear of it. */
  #lost(channel: WorkerChannel, culprit: string): void {
    const failure = new HostFailed(
      'DETECTOR_NEIGHBOUR',
      'its worker was ended because another detector did not come back',
    );
    for (const [key, opened] of [...this.#open]) {
      if (opened.channel !== channel) continue;
      this.#open.delete(key);
      if (key !== culprit) this.#onLost(key, failure);
    }
  }

  #look(): void {
    if (!this.#channels.some((channel) => channel.look(LOOK_EVERY_MS))) return;
    this.#process.end('unresponsive', 'the host process did not end a call that is over time');
  }

  #gone(end: HostEnded): HostEnded {
    this.#end = end;
    clearInterval(this.#looks);
    const failure = this.#goneError();
    const keys = [...this.#open.keys()];
    this.#open.clear();
    for (const channel of this.#channels) channel.rejectAll(failure);
    if (end.reason !== 'stopped') for (const key of keys) this.#onLost(key, failure);
    return end;
  }

  #goneError(): HostFailed {
    return new HostFailed('DETECTOR_HOST_ENDED', `the process of the detectors is gone: ${this.#end?.message}`);
  }
}

const notOpen = (key: string) => new DetectorFault('DETECTOR_DEAD', `the instance ${key} is not open`);

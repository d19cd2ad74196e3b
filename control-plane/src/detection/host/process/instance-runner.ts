import { messageOf } from '@picket/sdk/errors';
import { DetectorFault } from '../instance/detector-fault.ts';
import type { BoundedCall } from './bounded-call.ts';
import { type Frame, type FrameHead, FrameKind } from './frame.ts';
import { HostedInstance } from './hosted-instance.ts';
import { KEPT_MODULES, type OpenMessage, type ReplyMessage, type TickMessage } from './messages.ts';
import { RecentKeys } from './recent-keys.ts';
import type { Request } from './request-parts.ts';
import { monotonicMs, type WorkerStatus } from './worker-status.ts';

/** What the watcher waits beyond the deadline that the worker itself watches. */
const WATCHER_WAITS_MS = 50;
const NOTHING = new Uint8Array(0);
const COUNT_AT = 16;

export interface RunnerOptions {
  readonly statuses: readonly WorkerStatus[];
  readonly index: number;
  /** Of all instances of the process together. */
  readonly memoryBytes: number;
  readonly bounded: BoundedCall;
}

interface Open {
  readonly hosted: HostedInstance;
  readonly deadlineMs: number;
}

/** The instances of one worker, and the answer to each request. */
export class InstanceRunner {
  readonly #options: RunnerOptions;
  readonly #open = new Map<number, Open>();
  readonly #modules = new Map<string, WebAssembly.Module>();
  readonly #recent = new RecentKeys(KEPT_MODULES);

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  answer(head: FrameHead, request: Request): Frame {
    const { call, instance } = head;
    try {
      return { call, instance, ...this.#work(head, request) };
    } catch (error) {
      return { call, instance, ...this.#fault(instance, error) };
    }
  }

  #work(head: FrameHead, { json, parts }: Request): Pick<Frame, 'kind' | 'json' | 'parts'> {
    const [first = NOTHING, second = NOTHING, third = NOTHING, fourth = NOTHING] = parts;
    switch (head.kind) {
      case FrameKind.open:
        return this.#start(head, json as OpenMessage, [first, second, third]);
      case FrameKind.batch: {
        const batch = { prelude: first, dictionary: second, records: third, count: countOf(first) };
        return this.#call(head, this.#find(head), (hosted) => hosted.batch(batch, fourth));
      }
      case FrameKind.tick:
        return this.#call(head, this.#find(head), (hosted) => hosted.tick(BigInt((json as TickMessage).now)));
      case FrameKind.snapshot:
        return { kind: FrameKind.bytes, parts: [this.#find(head).hosted.snapshot()] };
      case FrameKind.close:
        this.#open.delete(head.instance);
        this.#count();
        return { kind: FrameKind.bytes };
      default:
        throw new DetectorFault('DETECTOR_HOST', `a frame of kind ${head.kind} is no request`);
    }
  }

  #start(head: FrameHead, message: OpenMessage, [bytes, snapshot, state]: readonly Uint8Array[]) {
    const module = this.#module(message.hash, bytes ?? NOTHING);
    const hosted = new HostedInstance(message, this.#options.bounded);
    const open = { hosted, deadlineMs: message.deadlineMs };
    this.#open.set(head.instance, open);
    if (!snapshot || snapshot.length === 0) return this.#call(head, open, () => hosted.start(module, state ?? NOTHING));
    // Nothing of the guest runs: a large memory takes its time, which is no fault of the detector.
    const json = hosted.restore(module, snapshot);
    this.#checkMemory();
    return { kind: FrameKind.reply, json };
  }

  #call(head: FrameHead, { hosted, deadlineMs }: Open, work: (hosted: HostedInstance) => ReplyMessage) {
    const status = this.#options.statuses[this.#options.index];
    const until = monotonicMs() + deadlineMs + WATCHER_WAITS_MS;
    const before = hosted.bytes;
    status?.begin({ call: head.call, instance: head.instance, until });
    let json: ReplyMessage;
    try {
      json = work(hosted);
    } finally {
      status?.end();
    }
    if (hosted.bytes !== before) this.#checkMemory();
    return { kind: FrameKind.reply, json };
  }

  /** Each instance may grow up to the maximum that the guard has set; all together have a limit too. */
  #checkMemory(): void {
    this.#count();
    const all = this.#options.statuses.reduce((sum, { bytes }) => sum + bytes, 0);
    const most = this.#options.memoryBytes;
    if (all > most)
      throw new DetectorFault(
        'DETECTOR_MEMORY',
        `the detectors of this owner need more than ${most >> 20} MiB together`,
      );
  }

  #count(): void {
    const status = this.#options.statuses[this.#options.index];
    if (status) status.bytes = [...this.#open.values()].reduce((sum, { hosted }) => sum + hosted.bytes, 0);
  }

  #module(hash: string, bytes: Uint8Array): WebAssembly.Module {
    const gone = this.#recent.use(hash);
    if (gone !== undefined) this.#modules.delete(gone);
    const module = bytes.length > 0 ? new WebAssembly.Module(bytes.slice()) : this.#modules.get(hash);
    if (!module) throw new DetectorFault('DETECTOR_HOST', 'the module has not been sent');
    this.#modules.set(hash, module);
    return module;
  }

  #find({ instance }: FrameHead): Open {
    const open = this.#open.get(instance);
    if (!open) throw new DetectorFault('DETECTOR_DEAD', 'the instance is not open');
    return open;
  }

  /** After a fault the instance is gone; its state store goes back with the answer. */
  #fault(instance: number, error: unknown): Pick<Frame, 'kind' | 'json' | 'parts'> {
    const fault =
      error instanceof DetectorFault
        ? error
        : new DetectorFault('DETECTOR_HOST', `the host failed: ${messageOf(error)}`, { cause: error });
    const state = this.#open.get(instance)?.hosted.state() ?? NOTHING;
    this.#open.delete(instance);
    this.#count();
    return { kind: FrameKind.fault, json: { code: fault.code, message: fault.message }, parts: [state] };
  }
}

const countOf = (prelude: Uint8Array) =>
  prelude.length >= COUNT_AT + 4
    ? new DataView(prelude.buffer, prelude.byteOffset, prelude.length).getUint32(COUNT_AT, true)
    : 0;

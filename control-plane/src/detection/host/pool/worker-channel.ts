import type { Socket } from 'node:net';
import { messageOf } from '@picket/sdk';
import { DetectorFault } from '../instance/detector-fault.ts';
import { encodeFrame, type Frame, FrameError, type FrameHead, FrameKind } from '../process/frame.ts';
import { KEPT_MODULES } from '../process/messages.ts';
import { RecentKeys } from '../process/recent-keys.ts';
import { FrameStream, type ReceivedFrame } from './frame-stream.ts';
import { HostFailed } from './host-failed.ts';
import type { PendingCall } from './pending-call.ts';
import { replyOf } from './reply-of.ts';
import { Fault } from './reply-schema.ts';
import { SentRecords } from './sent-records.ts';

export interface ChannelEvents {
  /** An instance is gone by its own fault. */
  onFault(key: string): void;
  /** The worker was ended with the call of this key: all its instances are gone. */
  onLost(key: string): void;
  /** The process said what can not be. */
  onProtocol(why: string): void;
}

/** Of the state store that comes with a fault; a manifest may ask for 16 MiB. */
const MAX_STATE_BYTES = 64 << 20;

/** The control plane's end of one worker: sends calls, and takes answers, which come in the order of the calls. */
export class WorkerChannel {
  readonly #socket: Socket;
  readonly #events: ChannelEvents;
  readonly #stream = new FrameStream((head) => this.#expect(head));
  readonly #modules = new RecentKeys(KEPT_MODULES);
  readonly #pending: PendingCall[] = [];
  readonly records = new SentRecords();
  #waited = 0;
  #first: PendingCall | undefined;

  constructor(socket: Socket, events: ChannelEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.on('data', (piece: Buffer) => this.#take(piece));
    // A process that is gone is told by its exit.
    socket.on('error', () => {});
  }

  /** Whether the worker has the module; from now on it does. */
  knows(hash: string): boolean {
    const known = this.#modules.has(hash);
    this.#modules.use(hash);
    return known;
  }

  send(frame: Frame, pending: PendingCall): void {
    this.#pending.push(pending);
    this.#socket.cork();
    for (const piece of encodeFrame(frame)) this.#socket.write(piece);
    this.#socket.uncork();
  }

  /**
   * Looks at the call that runs. Time is counted in looks, so that a control plane that stood still itself blames nobody.
   * @returns true when it has run for longer than it may
   */
  look(everyMs: number): boolean {
    const [first] = this.#pending;
    this.#waited = first && first === this.#first ? this.#waited + everyMs : 0;
    this.#first = first;
    return first !== undefined && this.#waited > first.patienceMs;
  }

  /** Tells every caller. */
  rejectAll(error: Error): void {
    for (const pending of this.#pending) settle(pending, error);
  }

  close(): void {
    this.#socket.end();
  }

  #take(piece: Buffer): void {
    try {
      for (const frame of this.#stream.take(piece)) this.#answer(frame);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#socket.removeAllListeners('data');
      this.#socket.resume();
      this.#events.onProtocol(messageOf(error));
    }
  }

  /** Before anything is kept: only what was asked for may be large. @throws FrameError */
  #expect({ kind, call, instance, parts }: FrameHead): void {
    const [pending] = this.#pending;
    if (!pending || pending.call !== call || pending.instance !== instance)
      throw new FrameError(`an answer to call ${call}, which is not the one that runs`);
    const bytes = parts.reduce((sum, length) => sum + length, 0);
    const most =
      kind === FrameKind.bytes && pending.wants === 'bytes' ? bytes : kind === FrameKind.fault ? MAX_STATE_BYTES : 0;
    if (bytes > most) throw new FrameError(`an answer of kind ${kind} with ${bytes} bytes`);
  }

  /** @throws FrameError */
  #answer({ head, json, parts }: ReceivedFrame): void {
    const [pending] = this.#pending;
    if (!pending) throw new FrameError('an answer that nobody waits for');
    if (head.kind === FrameKind.lost) this.#lost(pending, json);
    else if (head.kind === FrameKind.fault) this.#fault(pending, json, parts[0]);
    else if (head.kind === (pending.wants === 'reply' ? FrameKind.reply : FrameKind.bytes))
      resolve(pending, json, parts);
    else throw new FrameError(`an answer of kind ${head.kind}`);
    // Only now: whoever waits for an answer that can not be has to be told too.
    this.#pending.shift();
  }

  #fault(pending: PendingCall, json: unknown, state: Uint8Array | undefined): void {
    const fault = faultOf(json, state);
    if (pending.settled) return;
    settle(pending, fault);
    this.#events.onFault(pending.key);
    const dead = new DetectorFault('DETECTOR_DEAD', `the instance died before: ${fault.message}`, { cause: fault });
    for (const other of this.#pending) if (other.instance === pending.instance) settle(other, dead);
  }

  /** What waits in the channel meets a worker that knows none of these instances. */
  #lost(pending: PendingCall, json: unknown): void {
    const fault = faultOf(json, undefined);
    this.#modules.clear();
    this.records.clear();
    settle(pending, fault);
    const dead = new DetectorFault('DETECTOR_DEAD', `the instance died before: ${fault.message}`, { cause: fault });
    const neighbour = new HostFailed(
      'DETECTOR_NEIGHBOUR',
      `another detector of the worker was ended: ${fault.message}`,
    );
    for (const other of this.#pending) settle(other, other.instance === pending.instance ? dead : neighbour);
    this.#events.onLost(pending.key);
  }
}

/** @throws FrameError */
function resolve(pending: PendingCall, json: unknown, parts: readonly Uint8Array[]): void {
  if (pending.settled) return;
  const answer = pending.wants === 'reply' ? replyOf(json, pending.records) : (parts[0] ?? new Uint8Array(0));
  pending.settled = true;
  pending.resolve(answer);
}

function settle(pending: PendingCall, error: Error): void {
  if (pending.settled) return;
  pending.settled = true;
  pending.reject(error);
}

/** @throws FrameError */
function faultOf(json: unknown, state: Uint8Array | undefined): DetectorFault {
  const read = Fault.safeParse(json);
  if (!read.success) throw new FrameError('a fault of a form that there is not');
  return new DetectorFault(read.data.code, read.data.message, { state });
}

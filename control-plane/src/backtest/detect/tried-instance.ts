import { releaseBatch } from '../../bus/unpack.ts';
import { hostedDetector } from '../../detection/detectors/instance/hosted-detector.ts';
import { makeCall } from '../../detection/detectors/instance/make-call.ts';
import { NodeTicks } from '../../detection/detectors/instance/node-ticks.ts';
import type { KnownContainer } from '../../detection/detectors/instance/place-finding.ts';
import { ToldContainers } from '../../detection/detectors/instance/told-containers.ts';
import type { LiveDetector } from '../../detection/detectors/live-detector.ts';
import type { Call } from '../../detection/detectors/queue/kept-calls.ts';
import { DEFAULT_QUEUE_LIMITS } from '../../detection/detectors/queue/queue-limits.ts';
import { type WaitingPart, WaitingParts } from '../../detection/detectors/queue/waiting-parts.ts';
import { emptyPart, type Part } from '../../detection/detectors/selection/part.ts';
import { causeOf } from '../../detection/detectors/selection/part-maker.ts';
import { DetectorFault } from '../../detection/host/instance/detector-fault.ts';
import type { GuestProcess } from '../../detection/host/instance/host-functions.ts';
import type { DetectorHost, HostReply } from '../../detection/host/pool/host-contract.ts';
import { HostFailed } from '../../detection/host/pool/host-failed.ts';
import { ControlPlaneError } from '../../errors.ts';
import type { Batch } from '../../types.ts';
import type { TriedFindings } from './tried-findings.ts';

/** Records that make a call worth its way; live ones are joined by what waits, here always by the same. */
const JOIN_RECORDS = 4096;
const JOIN_PARTS = 512;
/** Nothing is dropped here: who feeds waits instead. */
const LIMITS = {
  ...DEFAULT_QUEUE_LIMITS,
  waitingBytes: Number.POSITIVE_INFINITY,
  waitingParts: Number.POSITIVE_INFINITY,
};

export interface InstancePlace {
  readonly host: DetectorHost;
  /** Unique in the host. */
  readonly key: string;
  readonly isAlone: boolean;
}

interface Sent {
  readonly call: Call;
  /** Of the batch, and of the tick behind it. */
  readonly replies: readonly Promise<HostReply>[];
}

/**
 * The instance of a detector for one partition, at full speed: calls are sent ahead and their answers taken in order. After a
 * fault another instance takes its place, as in detection: with its state store, without its memory, and the call at fault is
 * not given again.
 */
export class TriedInstance {
  readonly #detector: LiveDetector;
  readonly #host: DetectorHost;
  readonly #key: string;
  readonly #found: TriedFindings;
  readonly #isAlone: boolean;
  readonly #waiting = new WaitingParts(LIMITS);
  readonly #ticks: NodeTicks;
  readonly #told = new ToldContainers();
  /** Of the next call. */
  #place = 0;
  #processes = new WeakSet<GuestProcess>();
  #sent: Sent[] = [];
  #reading: Promise<void> | undefined;
  /** What ended it for good. */
  #failure: unknown;
  readonly #opened: Promise<void>;

  /** @param place where it runs; `isAlone` when no other instance is given the same parts */
  constructor(detector: LiveDetector, { host, key, isAlone }: InstancePlace, found: TriedFindings) {
    this.#isAlone = isAlone;
    this.#detector = detector;
    this.#host = host;
    this.#key = key;
    this.#found = found;
    this.#ticks = new NodeTicks(detector.tickSeconds);
    this.#opened = this.#open();
    // whoever reads hears of it
    this.#opened.catch(() => undefined);
  }

  /** Bytes that are under way. */
  get bytes(): number {
    return this.#sent.reduce((sum, { call }) => sum + call.batch.records.length, 0);
  }

  /** @param part what it sees of the batch; undefined for nothing */
  feed(batch: Batch, part: Part | undefined): void {
    const tick = this.#ticks.after(batch.header, part !== undefined);
    if (part === undefined && tick === undefined) return;
    this.#waiting.push({ part: part ?? emptyPart(causeOf(batch)), tick });
    while (this.#waiting.records >= JOIN_RECORDS || this.#waiting.parts >= JOIN_PARTS) this.#send();
  }

  /** Sends what is left. */
  flush(): void {
    while (this.#waiting.parts > 0) this.#send();
  }

  /** Ends when the oldest call is answered; undefined when none is under way. */
  oldest(): Promise<void> | undefined {
    const [first] = this.#sent;
    if (!first) return undefined;
    return Promise.allSettled(first.replies).then(() => undefined);
  }

  /** Ends when everything is answered. @throws what ended the host; ControlPlaneError DETECTOR_CONFIG */
  async done(): Promise<void> {
    await this.#opened;
    while (this.#reading) await this.#reading;
    if (this.#failure) throw this.#failure;
  }

  /** Whether its host is gone: `done` tells why. */
  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  #send(): void {
    const parts = this.#waiting.takeJoined((node, epoch, entry) => this.#told.knows(node, epoch, entry));
    if (this.hasFailed || this.#found.gaveUp) return;
    this.#start(this.#callOf(parts));
    this.#reading ??= this.#read();
  }

  #callOf(parts: readonly WaitingPart[]): Call {
    return makeCall(parts, this.#place++, {
      containers: this.#told,
      processes: this.#processes,
      hasContext: this.#detector.capabilities.includes('context'),
      skipped: this.#found.skipped,
    });
  }

  #start(call: Call): void {
    const { batch, context, tick } = call;
    const replies = [this.#host.batch(this.#key, batch, context)];
    if (tick !== undefined) replies.push(this.#host.tick(this.#key, tick));
    for (const reply of replies) reply.catch(() => undefined);
    this.#sent.push({ call, replies });
  }

  async #open(state?: Uint8Array): Promise<void> {
    const reply = await this.#host.open(hostedDetector(this.#detector, this.#key), undefined, state);
    this.#found.count(reply);
    if (reply.error === undefined) return;
    throw new ControlPlaneError(
      'DETECTOR_CONFIG',
      `the detector ${this.#detector.name} refuses its configuration: ${reply.error}`,
    );
  }

  /** Never rejects: `done` tells. What is sent while it ends is seen by another one. */
  async #read(): Promise<void> {
    try {
      await this.#opened;
      for (let first = this.#sent[0]; first; first = this.#sent[0]) await this.#takeOrRecover(first);
    } catch (error) {
      this.#failure = error;
      this.#sent = [];
    }
    this.#reading = undefined;
  }

  async #takeOrRecover(first: Sent): Promise<void> {
    try {
      await this.#take(first);
    } catch (error) {
      await this.#recover(first, error);
      return;
    }
    this.#sent.shift();
  }

  async #take({ call, replies }: Sent): Promise<void> {
    const [batch, tick] = replies;
    const told: KnownContainer = ({ node, agentEpoch }, slot) =>
      this.#told.generationOf(node, agentEpoch, slot, call.place);
    if (batch) this.#found.take(call.parts, this.#detector, await batch, told);
    if (tick) this.#found.take(call.parts.slice(-1), this.#detector, await tick, told);
    if (this.#isAlone) release(call);
  }

  /** @throws the error when it ended the host */
  async #recover(first: Sent, error: unknown): Promise<void> {
    if (!(error instanceof DetectorFault) && !(error instanceof HostFailed && error.code === 'DETECTOR_NEIGHBOUR'))
      throw error;
    const isOwn = error instanceof DetectorFault && error.code !== 'DETECTOR_DEAD';
    this.#found.fault(error.code, error.message, isOwn ? first.call.batch.count : 0);
    const again = this.#sent.slice(isOwn ? 1 : 0).map(({ call }) => call.parts);
    await Promise.allSettled(this.#sent.flatMap(({ replies }) => replies));
    this.#sent = [];
    if (this.#found.gaveUp) return;
    this.#told.clear();
    this.#processes = new WeakSet();
    await this.#host.close(this.#key);
    await this.#open(error instanceof DetectorFault ? error.state : undefined);
    for (const parts of again) this.#start(this.#callOf(parts));
  }
}

/** Half a megabyte a call, left to the garbage collector, makes it run for a quarter of the time. */
function release({ batch, parts }: Call): void {
  for (const { part } of parts) if (part.count > 0) releaseBatch(part);
  // a call of one part has its bytes
  if (parts.length > 1) releaseBatch(batch);
}

import type { DetectorHost, HostReply } from '../../host/pool/host-contract.ts';
import type { LiveDetector } from '../live-detector.ts';
import type { Call } from '../queue/kept-calls.ts';
import { hostedDetector } from './hosted-detector.ts';
import type { InstanceBase } from './instance-base.ts';

export interface RunEvents {
  /** The next answer of a call: 0 the batch, 1 the tick. They come in order. */
  answered(call: Call, step: number, reply: HostReply): void;
  /** The instance is gone. Called once; nothing is called afterwards. */
  failed(error: unknown, call: Call | undefined): void;
}

/** One instance in a host process, from its opening to its end. */
export class InstanceRun {
  readonly #host: DetectorHost;
  readonly #key: string;
  readonly #events: RunEvents;
  #isOver = false;
  #inFlight = 0;

  constructor(host: DetectorHost, key: string, events: RunEvents) {
    this.#host = host;
    this.#key = key;
    this.#events = events;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Calls that have not been answered. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** @returns what `init` answered; undefined when the run is over */
  async open(detector: LiveDetector, base: InstanceBase): Promise<HostReply | undefined> {
    try {
      const reply = await this.#host.open(hostedDetector(detector, this.#key), base.snapshot, base.state);
      return this.#isOver ? undefined : reply;
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  /** Hands in a call. Resolves when it is answered, or the run is over. */
  give(call: Call): Promise<void> {
    this.#inFlight++;
    return new Promise((resolve) => {
      const steps = [this.#host.batch(this.#key, call.batch, call.context)];
      if (call.tick !== undefined) steps.push(this.#host.tick(this.#key, call.tick));
      let left = steps.length;
      steps.forEach((answer, step) => {
        // not awaited one behind the other: answers that come together would be taken out of order
        answer.then(
          (reply) => {
            if (--left === 0) this.#inFlight--;
            if (!this.#isOver) this.#events.answered(call, step, reply);
            if (left === 0 || this.#isOver) resolve();
          },
          (error) => {
            this.fail(error, call);
            resolve();
          },
        );
      });
    });
  }

  /** State after the calls given so far; undefined when the run is over before it comes. */
  async snapshot(): Promise<Uint8Array | undefined> {
    try {
      const bytes = await this.#host.snapshot(this.#key);
      return this.#isOver ? undefined : bytes;
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  fail(error: unknown, call?: Call): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#events.failed(error, call);
  }

  /** Ends it. What has not been answered is not told any more. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    // never rejects for a key that is gone; that the process is gone is told elsewhere
    this.#host.close(this.#key).catch(() => undefined);
  }
}

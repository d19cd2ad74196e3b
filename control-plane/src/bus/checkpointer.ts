import { messageOf, PicketError } from '@picket/sdk';
import { ControlPlaneError } from '../errors.ts';
import type { Checkpoint, CheckpointStore } from './checkpoint.ts';
import { Halt } from './halt.ts';

export interface CheckpointerOptions {
  readonly store: CheckpointStore;
  readonly everyMs: number;
  readonly everyBatches: number;
  readonly snapshot: () => Uint8Array | Promise<Uint8Array>;
  readonly flush: () => Promise<void>;
  /** A checkpoint that failed; the next one is tried when it is due. LEASE_LOST comes here too. */
  readonly onError: (error: PicketError) => void;
}

/** Where the partition stands when a checkpoint is taken. */
export interface Position extends Omit<Checkpoint, 'state'> {
  /** Tells the server that everything up to here is safe. */
  readonly ack: () => void;
}

/**
 * Decides when a checkpoint is due and makes it. Only the snapshot holds the partition up; findings are flushed and
 * the state is packed and written behind its back, one checkpoint at a time.
 */
export class Checkpointer {
  readonly #options: CheckpointerOptions;
  readonly #abort = new AbortController();
  readonly #halt = new Halt();
  #writing: Promise<void> | undefined;
  #savedApplied: number;
  #batchesSince = 0;
  #lastBegun = performance.now();
  made = 0;
  failures = 0;
  lastBytes = 0;

  /** @param savedApplied stream sequence of the checkpoint that exists */
  constructor(options: CheckpointerOptions, savedApplied: number) {
    this.#options = options;
    this.#savedApplied = savedApplied;
  }

  /** A batch was applied. */
  note(): void {
    this.#batchesSince++;
  }

  get isDue(): boolean {
    const { everyMs, everyBatches } = this.#options;
    const enough = this.#batchesSince >= everyBatches || performance.now() - this.#lastBegun >= everyMs;
    return enough && this.#batchesSince > 0 && !this.#writing;
  }

  /** Takes the snapshot and starts to write it. Must not overlap with the handling of a batch. */
  async begin(position: Position): Promise<void> {
    if (this.#writing) return;
    this.#batchesSince = 0;
    this.#lastBegun = performance.now();
    try {
      const state = await this.#options.snapshot();
      this.#writing = this.#write(position, state, this.#options.everyMs + 30_000).finally(() => {
        this.#writing = undefined;
      });
    } catch (cause) {
      this.#fail(cause);
    }
  }

  /** Makes a last checkpoint when there is something new. Must not overlap with the handling of a batch. */
  async finish(position: Position, patienceMs: number): Promise<void> {
    const timer = setTimeout(() => this.#giveUp(), patienceMs);
    try {
      await this.#writing;
      if (position.applied === this.#savedApplied) return;
      if (!this.#halt.isSet) await this.#write(position, await this.#options.snapshot(), patienceMs);
    } catch (cause) {
      this.#fail(cause);
    } finally {
      clearTimeout(timer);
    }
    if (this.#halt.isSet && position.applied !== this.#savedApplied) this.#options.onError(notWritten(patienceMs));
  }

  /** Gives up what is being written and waits until it has ended. */
  async abandon(): Promise<void> {
    this.#giveUp();
    await this.#writing;
  }

  #giveUp(): void {
    this.#abort.abort();
    this.#halt.set();
  }

  async #write({ ack, ...position }: Position, state: Uint8Array, patienceMs: number): Promise<void> {
    const { store, flush } = this.#options;
    try {
      await this.#halt.unless(flush());
      if (this.#halt.isSet) return;
      this.lastBytes = await store.write({ ...position, state }, patienceMs, this.#abort.signal);
      this.made++;
      this.#savedApplied = position.applied;
      ack();
    } catch (cause) {
      this.#fail(cause);
    }
  }

  #fail(cause: unknown): void {
    this.failures++;
    this.#batchesSince++; // What was not saved makes the next one due, also when no batch follows.
    if (this.#halt.isSet) return; // It failed because it was given up.
    this.#options.onError(
      cause instanceof PicketError
        ? cause
        : new ControlPlaneError('HANDLER_FAILED', `no snapshot of the state could be taken: ${messageOf(cause)}`, {
            cause,
          }),
    );
  }
}

function notWritten(patienceMs: number): ControlPlaneError {
  return new ControlPlaneError(
    'BUS_UNAVAILABLE',
    `the last checkpoint could not be written within ${patienceMs} ms: the batches since the one before are handled again at the next start`,
  );
}

const IDLE = 0;
const RUNNING = 1;
const CONDEMNED = 2;

/** A call of a guest that runs. */
export interface RunningCall {
  readonly call: number;
  readonly instance: number;
  /** When it must be over, ms of `monotonicMs`. */
  readonly until: number;
}

/**
 * What a worker tells the watcher of its process while it can not speak: memory that both see. All a worker says
 * otherwise goes to the control plane directly.
 */
export class WorkerStatus {
  static readonly BYTES = 32;
  /** 0: phase; 1: call; 2: instance; 3: never changes. */
  readonly #words: Int32Array<SharedArrayBuffer>;
  /** 2: when the call must be over; 3: bytes of the instances. The first two are the words above. */
  readonly #numbers: Float64Array<SharedArrayBuffer>;

  constructor(shared: SharedArrayBuffer) {
    this.#words = new Int32Array(shared, 0, 4);
    this.#numbers = new Float64Array(shared, 0, 4);
  }

  begin({ call, instance, until }: RunningCall): void {
    this.#numbers[2] = until;
    Atomics.store(this.#words, 1, call | 0);
    Atomics.store(this.#words, 2, instance | 0);
    Atomics.store(this.#words, 0, RUNNING);
  }

  /** Does not return when the watcher has condemned the worker: it would be ended in the middle of its answer. */
  end(): void {
    if (Atomics.compareExchange(this.#words, 0, RUNNING, IDLE) === CONDEMNED) Atomics.wait(this.#words, 3, 0);
  }

  /** The call that runs; undefined between calls. */
  get running(): RunningCall | undefined {
    if (Atomics.load(this.#words, 0) === IDLE) return undefined;
    const call = Atomics.load(this.#words, 1) >>> 0;
    return { call, instance: Atomics.load(this.#words, 2) >>> 0, until: this.#numbers[2] ?? 0 };
  }

  /** True when the worker now waits for its end; false when the call was over meanwhile. */
  condemn(): boolean {
    return Atomics.compareExchange(this.#words, 0, RUNNING, CONDEMNED) === RUNNING;
  }

  /** For the worker that takes the place of another. */
  reset(): void {
    Atomics.store(this.#words, 0, IDLE);
    this.bytes = 0;
  }

  /** Linear memories and state stores of its instances. */
  get bytes(): number {
    return this.#numbers[3] ?? 0;
  }
  set bytes(value: number) {
    this.#numbers[3] = value;
  }
}

/** The same clock in all threads. */
export const monotonicMs = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;

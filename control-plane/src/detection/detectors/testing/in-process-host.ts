import { DetectorFault } from '../../host/instance/detector-fault.ts';
import type { GuestBatch } from '../../host/instance/guest-batch.ts';
import type {
  DetectorHost,
  HostEnded,
  HostedDetector,
  HostOptions,
  HostReply,
  HostStatus,
} from '../../host/pool/host-contract.ts';
import { HostFailed } from '../../host/pool/host-failed.ts';
import { runMessage } from '../../host/pool/open-frame.ts';
import { replyOf } from '../../host/pool/reply-of.ts';
import { HostedInstance } from '../../host/process/hosted-instance.ts';

/** Holds a call of a detector up until the promise resolves. */
export type Gate = (
  detector: HostedDetector,
  what: 'open' | 'batch' | 'tick' | 'snapshot',
) => Promise<void> | undefined;

interface Opened {
  readonly detector: HostedDetector;
  readonly instance: HostedInstance;
  line: Promise<unknown>;
}

/**
 * A host without a process: the same instances, in the thread of the test. It makes tests of what happens around detectors quick
 * enough to play hundreds of crashes, and it dies exactly where a test wants it to, which no process can be made to. It has no
 * deadline, no isolation and no limit of memory: what those do is tested with the real host.
 */
export class InProcessHost implements DetectorHost {
  readonly #options: Pick<HostOptions, 'onLost'>;
  readonly #gate: Gate;
  readonly #open = new Map<string, Opened>();
  readonly #modules = new Map<string, WebAssembly.Module>();
  readonly #end = Promise.withResolvers<HostEnded>();
  readonly ended: Promise<HostEnded> = this.#end.promise;
  alive = true;
  /** Calls of `batch` that were carried out. */
  calls = 0;

  constructor(options: Pick<HostOptions, 'onLost'>, gate: Gate = () => undefined) {
    this.#options = options;
    this.#gate = gate;
  }

  get status(): HostStatus {
    return { pid: 0, uid: 0, confinement: [], missing: [], detectors: this.#open.size, memoryBytes: 0 };
  }

  /** The process is gone: whatever was under way is lost. */
  die(): void {
    if (!this.alive) return;
    this.alive = false;
    const keys = [...this.#open.keys()];
    this.#open.clear();
    this.#end.resolve({ reason: 'exited', message: 'it was killed' });
    for (const key of keys) this.#options.onLost?.(key, goneError());
  }

  open(detector: HostedDetector, snapshot?: Uint8Array, state?: Uint8Array): Promise<HostReply> {
    const message = { ...runMessage(detector), hash: detector.hash, encoding: detector.encoding };
    const instance = new HostedInstance(message, (_deadline, _what, work) => work());
    const opened: Opened = { detector, instance, line: Promise.resolve() };
    this.#open.set(detector.key, opened);
    return this.#reply(opened, 'open', 0, () =>
      snapshot
        ? instance.restore(this.#module(detector), snapshot)
        : instance.start(this.#module(detector), state ?? new Uint8Array(0)),
    );
  }

  batch(key: string, batch: GuestBatch, context: Uint8Array = new Uint8Array(0)): Promise<HostReply> {
    return this.#with(key, (opened) =>
      this.#reply(opened, 'batch', batch.count, () => {
        this.calls++;
        return opened.instance.batch(batch, context);
      }),
    );
  }

  tick(key: string, now: bigint): Promise<HostReply> {
    return this.#with(key, (opened) => this.#reply(opened, 'tick', 0, () => opened.instance.tick(now)));
  }

  snapshot(key: string): Promise<Uint8Array> {
    return this.#with(key, (opened) => this.#inLine(opened, 'snapshot', () => opened.instance.snapshot()));
  }

  async close(key: string): Promise<void> {
    this.#open.delete(key);
  }

  async stop(): Promise<void> {
    this.alive = false;
    this.#open.clear();
    this.#end.resolve({ reason: 'stopped', message: 'it was stopped' });
  }

  #module({ hash, module }: HostedDetector): WebAssembly.Module {
    const known = this.#modules.get(hash) ?? new WebAssembly.Module(new Uint8Array(module));
    this.#modules.set(hash, known);
    return known;
  }

  #with<T>(key: string, work: (opened: Opened) => Promise<T>): Promise<T> {
    const opened = this.#open.get(key);
    if (!this.alive) return Promise.reject(goneError());
    return opened ? work(opened) : Promise.reject(new DetectorFault('DETECTOR_DEAD', `${key} is not open`));
  }

  #reply(
    opened: Opened,
    what: 'open' | 'batch' | 'tick',
    records: number,
    work: () => ReturnType<HostedInstance['tick']>,
  ): Promise<HostReply> {
    return this.#inLine(opened, what, () => replyOf(JSON.parse(JSON.stringify(work())), records));
  }

  /** Carries out the calls of an instance one after the other, each in a turn of its own. */
  #inLine<T>(opened: Opened, what: 'open' | 'batch' | 'tick' | 'snapshot', work: () => T): Promise<T> {
    const done = opened.line.then(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      await this.#gate(opened.detector, what);
      if (!this.alive) throw goneError();
      if (this.#open.get(opened.detector.key) !== opened) throw new DetectorFault('DETECTOR_DEAD', 'it is gone');
      try {
        return work();
      } catch (error) {
        this.#open.delete(opened.detector.key);
        if (!(error instanceof DetectorFault)) throw error;
        throw new DetectorFault(error.code, error.message, { state: opened.instance.state(), cause: error });
      }
    });
    opened.line = done.catch(() => undefined);
    return done;
  }
}

const goneError = () => new HostFailed('DETECTOR_HOST_ENDED', 'the process of the detectors is gone: it was killed');

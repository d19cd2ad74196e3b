import { createHash } from 'node:crypto';
import { type Log, messageOf, PicketError } from '@picket/sdk';
import type { DetectorProgram } from '../detection/detectors/live-detector.ts';
import type { Store } from '../store/store.ts';
import { type DetectorLayers, readLayers } from './detector-layers.ts';
import type { DetectorPolicy } from './detector-policy.ts';
import { makeProgram } from './detector-program.ts';

export interface ActiveDetectorsDeps {
  readonly store: Store;
  readonly policy: DetectorPolicy;
  readonly log: Log;
}

/** How far this process is with what the store says. */
export interface DetectorsState {
  /** The change that runs here, and the last one of all. */
  readonly revision: number;
  readonly wanted: number;
  /** Why the last change could not be taken over; what ran before goes on. */
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

/**
 * The detectors that are to run in this process, as the store says. A program is made whole before it is handed out;
 * what can not be read leaves everything as it is.
 */
export class ActiveDetectors {
  readonly #deps: ActiveDetectorsDeps;
  readonly #listeners: ((program: DetectorProgram) => void)[] = [];
  /** Guarded modules by version; only of those that are in a stage. */
  #modules: ReadonlyMap<string, Uint8Array> = new Map();
  #program: DetectorProgram = { revision: -1, detectors: [] };
  #wanted = 0;
  #error: DetectorsState['error'];
  #refreshing: Promise<void> = Promise.resolve();

  private constructor(deps: ActiveDetectorsDeps) {
    this.#deps = deps;
  }

  /** @throws ControlPlaneError STORE_UNAVAILABLE, DETECTOR_BUSY */
  static async open(deps: ActiveDetectorsDeps): Promise<ActiveDetectors> {
    const active = new ActiveDetectors(deps);
    await active.#take(await readLayers(deps.store));
    return active;
  }

  get program(): DetectorProgram {
    return this.#program;
  }

  /** Calls back with the program of now, and with each that takes its place. */
  onProgram(listener: (program: DetectorProgram) => void): void {
    this.#listeners.push(listener);
    listener(this.#program);
  }

  state(): DetectorsState {
    return { revision: this.#program.revision, wanted: this.#wanted, error: this.#error };
  }

  /** Brings this process to what the store says. Never rejects: what fails is told by `state`, and tried again by the next call. */
  refresh(): Promise<void> {
    this.#refreshing = this.#refreshing.then(() => this.#refresh());
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const { store } = this.#deps;
    try {
      this.#wanted = await store.detectors.revision();
      if (this.#wanted === this.#program.revision) return;
      await this.#take(await readLayers(store));
    } catch (error) {
      this.#fail(error);
    }
  }

  async #take(layers: DetectorLayers): Promise<void> {
    const { policy, log } = this.#deps;
    const modules = await this.#readModules(layers);
    const program = makeProgram(layers, modules, policy);
    this.#modules = modules;
    this.#program = program;
    this.#wanted = Math.max(this.#wanted, program.revision);
    this.#error = undefined;
    log.info('detectors loaded', { detectors: program.detectors.length, revision: program.revision });
    for (const listener of this.#listeners) listener(program);
  }

  /** What is not known yet is read; a version that was deleted meanwhile, or whose module is damaged, is left out. */
  async #readModules({ versions }: DetectorLayers): Promise<ReadonlyMap<string, Uint8Array>> {
    const modules = new Map<string, Uint8Array>();
    for (const { id, name, moduleHash } of versions.values()) {
      const module = this.#modules.get(id) ?? (await this.#deps.store.detectorVersions.module(id));
      if (module && (this.#modules.has(id) || sha256(module) === moduleHash)) modules.set(id, module);
      else this.#deps.log.error('a detector is damaged in the store and does not run: upload it again', { name, id });
    }
    return modules;
  }

  /** Said once while it stays the same: it is tried again every few seconds. */
  #fail(error: unknown): void {
    const code = error instanceof PicketError ? error.code : 'INTERNAL';
    const message = messageOf(error);
    if (this.#error?.message !== message)
      this.#deps.log.error('a change of the detectors can not be taken over: those before it go on', {
        code,
        why: message,
      });
    this.#error = { code, message };
  }
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

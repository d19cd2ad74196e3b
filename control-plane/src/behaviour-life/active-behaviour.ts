import { setImmediate } from 'node:timers/promises';
import { type Log, messageOf, PicketError } from '@picket/sdk';
import { CalibratedModel } from '../detection/anomaly/calibration/calibrated-model.ts';
import type {
  BehaviourProgram,
  BehaviourSettings,
  LiveWorkload,
  WorkloadMark,
} from '../detection/anomaly/engine/behaviour-program.ts';
import { Profile } from '../detection/anomaly/profiles/profile.ts';
import type { WorkloadRecord } from '../store/behaviour/behaviour-store.ts';
import type { BehaviourBlobs, BehaviourVersionHead } from '../store/behaviour/behaviour-version-store.ts';
import type { Store } from '../store/store.ts';
import { type BehaviourLayers, readLayers } from './behaviour-layers.ts';
import { operatorEntries } from './decisions.ts';
import { liveWorkload, type ScoredBy, scoredBy } from './live-workloads.ts';

export interface ActiveBehaviourDeps {
  readonly store: Store;
  readonly settings: BehaviourSettings;
  readonly log: Log;
  /** Saved bytes of models and profiles that are held at once; beyond it those that were used the longest time ago are left out. */
  readonly room?: number | undefined;
}

/** How far this process is with what the store says. */
export interface BehaviourState {
  /** The change that is scored by here, and the last one of all. */
  readonly revision: number;
  readonly wanted: number;
  /** Workloads that have a model and are not scored here for want of room, and those whose version can not be read. */
  readonly leftOut: number;
  readonly damaged: number;
  /** Why the last change could not be taken over; what was before goes on. */
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

interface LoadedVersion {
  readonly model: CalibratedModel | undefined;
  readonly profile: Profile;
}

const ROOM = 512 * 1024 * 1024;

/**
 * What partitions of this process score by, as the store says. A program is made whole before it is handed out; what can not be
 * read is left out and told, and never ends the rest.
 */
export class ActiveBehaviour {
  readonly #deps: ActiveBehaviourDeps;
  #versions: ReadonlyMap<string, LoadedVersion> = new Map();
  /** Workloads as they were made last, with what they were made of. */
  #live: ReadonlyMap<string, { readonly of: string; readonly workload: LiveWorkload }> = new Map();
  #program: BehaviourProgram;
  #wanted = 0;
  #removed = 0;
  #leftOut = 0;
  #damaged = 0;
  #error: BehaviourState['error'];
  #refreshing: Promise<void> = Promise.resolve();

  private constructor(deps: ActiveBehaviourDeps) {
    this.#deps = deps;
    this.#program = { revision: -1, workloads: [], settings: deps.settings, marks: [] };
  }

  /** @throws ControlPlaneError STORE_UNAVAILABLE, BEHAVIOUR_BUSY */
  static async open(deps: ActiveBehaviourDeps): Promise<ActiveBehaviour> {
    const active = new ActiveBehaviour(deps);
    await active.#take(await readLayers(deps.store));
    return active;
  }

  get program(): BehaviourProgram {
    return this.#program;
  }

  /** Workloads that were ever removed for want of room. */
  get removed(): number {
    return this.#removed;
  }

  state(): BehaviourState {
    const [leftOut, damaged] = [this.#leftOut, this.#damaged];
    return { revision: this.#program.revision, wanted: this.#wanted, leftOut, damaged, error: this.#error };
  }

  /** Brings this process to what the store says. Never rejects: what fails is told by `state`, and tried again by the next call. */
  refresh(): Promise<void> {
    this.#refreshing = this.#refreshing.then(() => this.#refresh());
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const { store } = this.#deps;
    try {
      this.#wanted = await store.behaviour.revision();
      if (this.#wanted !== this.#program.revision) await this.#take(await readLayers(store));
    } catch (error) {
      this.#fail(error);
    }
  }

  async #take(layers: BehaviourLayers): Promise<void> {
    const { store, settings, log } = this.#deps;
    const wanted = scoredBy(layers.workloads);
    this.#removed = await store.behaviour.removed();
    const named = wanted.flatMap(({ version, workload: { waiting } }) => [
      version,
      ...(waiting ? [waiting.version] : []),
    ]);
    const heads = await store.behaviourVersions.some([...new Set(named)]);
    const fitting = this.#fitting(wanted, heads);
    const versions = new Map<string, LoadedVersion>();
    const live = new Map<string, { of: string; workload: LiveWorkload }>();
    let damaged = 0;
    for (const scored of fitting) {
      const made = await this.#make(scored, heads, versions, layers.decisions);
      if (made) live.set(scored.workload.id, made);
      else damaged++;
    }
    this.#leftOut = wanted.length - fitting.length;
    this.#damaged = damaged;
    this.#versions = versions;
    this.#live = live;
    const workloads = [...live.values()].map(({ workload }) => workload);
    this.#program = { revision: layers.revision, workloads, settings, marks: layers.workloads.flatMap(marksOf) };
    this.#wanted = Math.max(this.#wanted, layers.revision);
    this.#error = undefined;
    log.info('models of behaviour loaded', {
      workloads: workloads.length,
      revision: layers.revision,
      left_out: this.#leftOut + damaged,
    });
  }

  /** As many as there is room for; a version that several share counts once. */
  #fitting(wanted: readonly ScoredBy[], heads: ReadonlyMap<string, BehaviourVersionHead>): ScoredBy[] {
    let room = this.#deps.room ?? ROOM;
    const counted = new Set<string>();
    return wanted.filter(({ version }) => {
      const head = heads.get(version);
      const bytes = head && !counted.has(version) ? head.modelBytes + head.profileBytes : 0;
      if (bytes > room) return false;
      room -= bytes;
      counted.add(version);
      return true;
    });
  }

  /** What did not change since the last program is the same object, so that partitions keep what they know of it. */
  async #make(
    scored: ScoredBy,
    heads: ReadonlyMap<string, BehaviourVersionHead>,
    versions: Map<string, LoadedVersion>,
    decisions: BehaviourLayers['decisions'],
  ): Promise<{ of: string; workload: LiveWorkload } | undefined> {
    const { workload, version, prior } = scored;
    const head = heads.get(version);
    if (!head) return this.#damage(workload, 'its version is not in the store');
    const known = versions.get(version) ?? this.#versions.get(version);
    // a store that does not answer damages nothing: what was before goes on, and all of it is tried again
    const blobs = known ? undefined : await this.#blobs(version);
    try {
      const loaded = known ?? (blobs && loadVersion(blobs));
      if (!loaded) return this.#damage(workload, 'its version is not in the store');
      versions.set(version, loaded);
      const said = decisions.get(workload.id) ?? [];
      const { stage, paused, waiting, target } = workload;
      const of = JSON.stringify([version, prior?.id, stage, paused, waiting, target, said]);
      const before = this.#live.get(workload.id);
      if (before?.of === of) return before;
      const profile = said.length === 0 ? loaded.profile : loaded.profile.withOperator(operatorEntries(said));
      return {
        of,
        workload: liveWorkload(
          scored,
          { model: loaded.model, profile },
          head,
          heads.get(workload.waiting?.version ?? ''),
        ),
      };
    } catch (error) {
      return this.#damage(workload, messageOf(error));
    }
  }

  async #blobs(version: string): Promise<BehaviourBlobs | undefined> {
    const blobs = await this.#deps.store.behaviourVersions.blobs(version);
    // thousands may be read at a start: requests and batches go on between them
    await setImmediate();
    return blobs;
  }

  #damage({ key, id }: WorkloadRecord, why: string): undefined {
    this.#deps.log.error(
      'a model can not be read from the store and does not score: promote another version, or reset it',
      {
        ...{ workload: key, id, why },
      },
    );
  }

  /** Said once while it stays the same: it is tried again every few seconds. */
  #fail(error: unknown): void {
    const code = error instanceof PicketError ? error.code : 'INTERNAL';
    const message = messageOf(error);
    if (this.#error?.message !== message)
      this.#deps.log.error('a change of models can not be taken over: what was before goes on', { code, why: message });
    this.#error = { code, message };
  }
}

const loadVersion = ({ model, profile }: BehaviourBlobs): LoadedVersion => ({
  model: model.length > 0 ? CalibratedModel.load(model) : undefined,
  profile: Profile.load(profile),
});

const marksOf = ({ key, digest, epoch, paused }: WorkloadRecord): WorkloadMark[] =>
  epoch > 0 || paused ? [{ key, digest, epoch, paused }] : [];

import type { GuestProcess } from '../../host/instance/host-functions.ts';
import type { LiveDetector } from '../live-detector.ts';
import { KeptCalls } from '../queue/kept-calls.ts';
import { FindingRate, type SavedRate } from './finding-rate.ts';
import { freshBase, type InstanceBase, stateOf } from './instance-base.ts';
import { NodeTicks, type SavedTicks } from './node-ticks.ts';
import { type SavedTold, ToldContainers } from './told-containers.ts';

/** What is kept of one instance in a checkpoint. */
export interface SavedRunner {
  readonly versionId: string;
  readonly name: string;
  readonly owner: string;
  /** Of the module that the snapshot is of. */
  readonly hash: string;
  readonly told: SavedTold;
  readonly ticks: SavedTicks;
  readonly rate: SavedRate;
  readonly skipped: number;
  /** Records that it was given since, or that waited for it: the snapshot does not know them. */
  readonly missed: number;
  readonly snapshot: Uint8Array | undefined;
  readonly state: Uint8Array | undefined;
}

/** Where one instance is: what it grew from, what it was given since, what it has been told of. */
export class RunnerState {
  base: InstanceBase = freshBase();
  readonly kept = new KeptCalls();
  readonly told = new ToldContainers();
  processes = new WeakSet<GuestProcess>();
  ticks: NodeTicks;
  rate: FindingRate;
  /** Records that it should have seen and did not. */
  skipped = 0;

  constructor({ tickSeconds, limits }: LiveDetector) {
    this.ticks = new NodeTicks(tickSeconds);
    this.rate = new FindingRate(limits.findingsPerMinute);
  }

  /** Begins anew with a state store: the memory of the instance is gone. */
  beginAnew(state: Uint8Array | undefined): void {
    this.base = freshBase(state);
    this.told.clear();
    this.processes = new WeakSet();
  }

  /** Goes on from a snapshot that was asked for when `place` was the next call. */
  advance(snapshot: Uint8Array, told: SavedTold, place: number): void {
    this.base = { snapshot, state: undefined, told, isTold: true };
    this.kept.dropBefore(place);
  }

  /** Undefined while there is nothing to remember. */
  saved({ versionId, name, owner, hash }: LiveDetector, waiting: number): SavedRunner | undefined {
    const { base, kept, ticks, rate, skipped } = this;
    const missed = kept.records + waiting;
    if (!base.isTold && !base.state && missed === 0 && skipped === 0) return undefined;
    const { snapshot, state, told } = base;
    return {
      versionId,
      name,
      owner,
      hash,
      told,
      ticks: ticks.saved(),
      rate: rate.saved(),
      skipped,
      missed,
      snapshot,
      state,
    };
  }

  /** @param onProblem told when the state store can not be had from a snapshot of another module */
  load(saved: SavedRunner, hash: string, onProblem: (why: string) => void): void {
    const base = {
      snapshot: saved.snapshot,
      state: saved.state,
      told: saved.told,
      isTold: saved.snapshot !== undefined,
    };
    this.ticks.restore(saved.ticks);
    this.rate.restore(saved.rate);
    this.skipped = saved.skipped;
    // the module is guarded anew by another version of Picket: its memory may lie differently
    if (saved.hash !== hash) this.beginAnew(stateOf(base, saved.hash, onProblem));
    else {
      this.base = base;
      this.told.restore(saved.told);
    }
  }
}

/** The state store alone; undefined when it can not be read. */
export function savedStore(saved: SavedRunner): Uint8Array | undefined {
  return stateOf({ ...saved, isTold: false }, saved.hash, () => undefined);
}

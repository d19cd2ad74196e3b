import { type Log, messageOf } from '@picket/sdk';
import { BehaviourEngine } from './detection/anomaly/engine/behaviour-engine.ts';
import type { BehaviourLife, LiveWorkload, MaterialRow } from './detection/anomaly/engine/behaviour-program.ts';
import { BehaviourStats, type ContainerScores, type ObservedAlarms } from './detection/anomaly/engine/engine-stats.ts';
import type { ProfileBaseline } from './detection/anomaly/profiles/profile-baseline.ts';

/** Materials that are handed on at once. */
const ROWS = 8;

type Name = Pick<LiveWorkload, 'key' | 'digest'>;

/** A partition, as far as its learned behaviour goes. */
interface Watched {
  readonly behaviour: BehaviourEngine | undefined;
}

/** Learned behaviour over the partitions of this replica. */
export class BehaviourWork {
  readonly #life: BehaviourLife | undefined;
  readonly #partitions: ReadonlyMap<number, Watched>;
  readonly #log: Log;
  readonly #baseline: ProfileBaseline | undefined;
  readonly #gone = new BehaviourStats();
  #sharing = false;

  /**
   * @param life left out where behaviour is not learned
   * @param baseline what answers rules with a baseline
   */
  constructor(
    life: BehaviourLife | undefined,
    partitions: ReadonlyMap<number, Watched>,
    log: Log,
    baseline?: ProfileBaseline,
  ) {
    this.#life = life;
    this.#baseline = baseline;
    this.#partitions = partitions;
    this.#log = log;
  }

  /** For a partition that is taken; undefined where behaviour is off. */
  newEngine(): BehaviourEngine | undefined {
    const life = this.#life;
    if (!life?.program().settings.isOn) return undefined;
    return new BehaviourEngine(() => life.program(), {
      baseline: this.#baseline,
      onModelFailure: ({ key, digest, versionId }, error) =>
        this.#log.error('a model failed and is switched off until its workload has another version', {
          workload: key,
          digest,
          version: versionId,
          why: messageOf(error),
        }),
      onFailure: (error) =>
        this.#log.error('the windows of a batch could not be made: learned behaviour leaves it out', {
          why: messageOf(error),
        }),
    });
  }

  /** Hands on what the partitions have learned since; what can not be taken is handed on the next time. */
  async share(): Promise<void> {
    if (!this.#life || this.#sharing) return;
    this.#sharing = true;
    try {
      for (const [number, { behaviour }] of [...this.#partitions])
        if (behaviour) await this.#shareOne(this.#life, number, behaviour);
    } finally {
      this.#sharing = false;
    }
  }

  /** A few at a time: packing hundreds at once would hold up batches for seconds. */
  async #shareOne(life: BehaviourLife, partition: number, engine: BehaviourEngine): Promise<void> {
    const since = engine.turn;
    for (;;) {
      let rows: MaterialRow[] = [];
      try {
        rows = engine.materials(ROWS, since);
        if (rows.length === 0) return;
        await life.takeMaterial(partition, rows);
      } catch (error) {
        engine.notTaken(rows);
        this.#log.warn('what was learned could not be kept; it is tried again', { partition, why: messageOf(error) });
        return;
      }
    }
  }

  /** The newest scores of the containers of a workload, as far as this replica watches them. */
  scores(workload: Name): ContainerScores[] {
    return this.#engines().flatMap((engine) => engine.scoresOf(workload));
  }

  /** What came of a workload in this replica; undefined when it watches none of its containers. */
  observed(workload: Name): ObservedAlarms | undefined {
    const all = this.#engines().flatMap((engine) => engine.observed(workload) ?? []);
    if (all.length === 0) return undefined;
    return {
      alarms: all.reduce((sum, { alarms }) => sum + alarms, 0),
      containerDays: all.reduce((sum, { containerDays }) => sum + containerDays, 0),
    };
  }

  /** Counts over all partitions since the start, those given away included. */
  stats(): BehaviourStats {
    const sum = new BehaviourStats();
    sum.add(this.#gone);
    for (const { stats } of this.#engines()) sum.add(stats);
    return sum;
  }

  /** Keeps what a partition that is given away has counted; what it held is gone. */
  left({ behaviour }: Watched): void {
    if (!behaviour) return;
    this.#gone.add(behaviour.stats);
    this.#gone.keys = 0;
    this.#gone.bytes = 0;
  }

  #engines(): BehaviourEngine[] {
    return [...this.#partitions.values()].flatMap(({ behaviour }) => behaviour ?? []);
  }
}

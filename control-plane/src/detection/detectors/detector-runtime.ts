import { seesAllOf } from './instance/hosted-detector.ts';
import { Runner } from './instance/runner.ts';
import type { DetectorProgram, LiveDetector } from './live-detector.ts';
import { OwnerHost } from './owner/owner-host.ts';
import { DEFAULT_QUOTA } from './owner/owner-quota.ts';
import { PartitionDetectors, type RuntimeParts } from './partition/partition-detectors.ts';
import { QueueBudget } from './queue/queue-budget.ts';
import type { QueueLimits } from './queue/queue-limits.ts';
import { DEFAULT_QUEUE_LIMITS } from './queue/queue-limits.ts';
import type {
  DetectorLogLine,
  DetectorRuntimeContract,
  DetectorRuntimeOptions,
  DetectorStats,
  OwnerQuota,
} from './runtime-contract.ts';
import { SelectionPlan } from './selection/selection-plan.ts';
import { VersionRecord } from './version/version-record.ts';

const BACK_OFF_MS = 200;
const SWEEP_MS = 60_000;
/** States of the detectors of one partition in a checkpoint. */
const SAVED_BYTES = 64 << 20;
/** Records that wait for all detectors together. */
const QUEUE_BYTES = 512 << 20;

export interface RuntimeTuning {
  readonly limits?: Partial<QueueLimits>;
  readonly backOffMs?: number;
  readonly savedBytes?: number;
  readonly queueBytes?: number;
  /** Wall time, ms since 1970. */
  readonly now?: () => number;
}

/** The detectors of users, in all partitions of this control plane: the door of this folder. */
export class DetectorRuntime implements DetectorRuntimeContract {
  readonly #options: DetectorRuntimeOptions;
  readonly #tuning: RuntimeTuning;
  readonly #quota: OwnerQuota;
  readonly #limits: QueueLimits;
  readonly #budget: QueueBudget;
  readonly #now: () => number;
  readonly #partitions = new Map<number, PartitionDetectors>();
  readonly #records = new Map<string, VersionRecord>();
  readonly #owners = new Map<string, OwnerHost>();
  readonly #sweep: NodeJS.Timeout;
  /** Undefined until there is a program. */
  #detectors: readonly LiveDetector[] | undefined;
  #plan = new SelectionPlan([]);

  constructor(options: DetectorRuntimeOptions, tuning: RuntimeTuning = {}) {
    this.#options = options;
    this.#tuning = tuning;
    this.#quota = { ...DEFAULT_QUOTA, ...options.quota };
    this.#limits = { ...DEFAULT_QUEUE_LIMITS, ...tuning.limits };
    this.#budget = new QueueBudget(tuning.queueBytes ?? QUEUE_BYTES);
    this.#now = tuning.now ?? Date.now;
    this.#sweep = setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  program(next: DetectorProgram): void {
    this.#detectors = next.detectors;
    this.#plan = new SelectionPlan(next.detectors.filter(({ paused }) => !paused));
    for (const detector of next.detectors) {
      // log lines and reasons may tell of what another owner must not see
      if (!seesAllOf(detector, this.#record(detector).detector)) this.#records.delete(detector.versionId);
      this.#record(detector).detector = detector;
    }
    for (const partition of this.#partitions.values()) partition.takeProgram();
    const kept = new Set(next.detectors.map(({ versionId }) => versionId));
    for (const id of this.#records.keys()) if (!kept.has(id)) this.#records.delete(id);
  }

  partition(number: number): PartitionDetectors {
    const known = this.#partitions.get(number);
    if (known) return known;
    const fresh = new PartitionDetectors(number, this.#parts());
    this.#partitions.set(number, fresh);
    return fresh;
  }

  stats(): DetectorStats[] {
    const now = this.#now();
    const records = (this.#detectors ?? []).map((detector) => this.#record(detector));
    const all = records.reduce((sum, { cost }) => sum + cost.value(now), 0);
    return records.map((record) => {
      const runners = this.#runnersOf(record.detector.versionId);
      const live = {
        memoryBytes: runners.reduce((sum, { usedBytes }) => sum + usedBytes, 0),
        instances: runners.filter(({ isOpen }) => isOpen).length,
        queue: runners.reduce((sum, { queued }) => sum + queued, 0),
      };
      const refused = runners.find((runner) => runner.refused !== undefined)?.refused;
      return { ...record.stats(live, refused, now), costShare: all > 0 ? record.cost.value(now) / all : 0 };
    });
  }

  logs(versionId: string, after?: number): DetectorLogLine[] {
    return this.#records.get(versionId)?.log.lines(after) ?? [];
  }

  resume(versionId: string): boolean {
    return this.#records.get(versionId)?.breaker.close(this.#now()) ?? false;
  }

  /** Closes instances without work; called once a minute by itself. */
  sweep(): void {
    for (const partition of this.#partitions.values()) partition.evictIdle();
  }

  async stop(): Promise<void> {
    clearInterval(this.#sweep);
    for (const partition of [...this.#partitions.values()]) partition.release();
    await Promise.all([...this.#owners.values()].map((owner) => owner.stop()));
  }

  #runnersOf(versionId: string): Runner[] {
    return [...this.#partitions.values()].flatMap((partition) =>
      [...partition.runners].filter(({ detector }) => detector.versionId === versionId),
    );
  }

  #record(detector: LiveDetector): VersionRecord {
    const known = this.#records.get(detector.versionId);
    if (known) return known;
    const fresh = new VersionRecord(detector);
    this.#records.set(detector.versionId, fresh);
    return fresh;
  }

  #owner(owner: string): OwnerHost {
    const known = this.#owners.get(owner);
    if (known) return known;
    const { startHost, log } = this.#options;
    const backOffMs = this.#tuning.backOffMs ?? BACK_OFF_MS;
    const fresh = new OwnerHost({ owner, startHost, quota: this.#quota, log, now: this.#now, backOffMs });
    this.#owners.set(owner, fresh);
    return fresh;
  }

  #parts(): RuntimeParts {
    return {
      log: this.#options.log,
      now: this.#now,
      savedBytes: this.#tuning.savedBytes ?? SAVED_BYTES,
      plan: () => this.#plan,
      detectors: () => this.#detectors,
      record: (detector) => this.#record(detector),
      owner: (name) => this.#owner(name),
      runner: (detector, partition, answered) => {
        const record = this.#record(detector);
        return new Runner({
          detector,
          partition,
          // one that was deleted counts for itself until it ends
          record: () => this.#records.get(detector.versionId) ?? record,
          owner: this.#owner(detector.owner),
          limits: this.#limits,
          budget: this.#budget,
          now: this.#now,
          events: { answered, faulted: (runner, code, message) => this.#faulted(runner, code, message) },
        });
      },
      found: (partition) => this.#options.onFindings?.(partition),
      released: (partition) => void this.#partitions.delete(partition),
    };
  }

  /** Counts a fault, and takes the version out of service when it has had too many. */
  #faulted({ detector, partition, record }: Runner, code: string, message: string): void {
    const now = this.#now();
    record.fault(code, message);
    if (code === 'DETECTOR_FUEL') this.#owner(detector.owner).fuel.use(Number(detector.limits.fuel), now);
    record.log.add(3, `${code}: ${message}`, partition, now);
    this.#options.log.warn('a detector was ended by a fault', {
      detector: detector.name,
      version: detector.version,
      owner: detector.owner,
      code,
      partition,
      why: message,
    });
    if (!record.breaker.fault(now)) return;
    const until = record.breaker.openUntil(now) ?? now;
    for (const runner of this.#runnersOf(detector.versionId)) runner.suspend();
    this.#options.onQuarantine?.({
      detector,
      partition,
      fault: code,
      message,
      faults: record.breaker.mostFaults,
      since: now,
      until,
    });
  }
}

import { type Log, messageOf, PicketError } from '@picket/sdk';
import type { BehaviourSettings } from '../detection/anomaly/engine/behaviour-program.ts';
import type { TrainedBytes, TrainJob } from '../detection/anomaly/learning/train-job.ts';
import { NO_ENTRIES } from '../detection/anomaly/profiles/operator-entries.ts';
import { Profile } from '../detection/anomaly/profiles/profile.ts';
import { ControlPlaneError } from '../errors.ts';
import type { WorkloadRecord } from '../store/behaviour/behaviour-store.ts';
import type { BehaviourVersionHead } from '../store/behaviour/behaviour-version-store.ts';
import type { Store } from '../store/store.ts';
import { type BehaviourAudit, type BehaviourChanges, SYSTEM } from './behaviour-changes.ts';
import { operatorEntries } from './decisions.ts';
import { anchorDriftOf, isDue, type Verdict, verdictOf } from './train-rules.ts';
import { versionId, withActive, writeWorkload } from './version-changes.ts';

export interface TrainerDeps {
  readonly store: Store;
  readonly changes: BehaviourChanges;
  readonly settings: BehaviourSettings;
  /** Name of this control plane. */
  readonly replica: string;
  /** Trains on a thread of its own. */
  readonly train: (job: TrainJob, signal: AbortSignal) => Promise<TrainedBytes>;
  readonly log: Log;
  /** ms since 1970. */
  readonly now: () => number;
}

/** Counts since the start. */
export interface TrainerCounts {
  trained: number;
  /** Versions that scored at once, and those that wait for an operator. */
  used: number;
  waiting: number;
  failed: number;
  /** Results that were thrown away, since the workload was reset or the lease was lost meanwhile. */
  dropped: number;
  /** Time that trainings took, ms. */
  ms: number;
}

const LEASE = 'train';
/** Longer than any training may take, and what is read and written with it. */
const LEASE_MS = 240_000;
const MOST_PRIORS = 2;
/** Trainings after which the others hear of it: each change is read by every control plane. */
const ANNOUNCE = 16;
/** Said of a training that can not be made yet: no failure, only early. */
const TOO_LITTLE = 'TRAINING_TOO_LITTLE';

/** Makes versions of models out of what partitions have seen; of all control planes one at a time. */
export class Trainer {
  readonly #deps: TrainerDeps;
  readonly #stop = new AbortController();
  readonly counts: TrainerCounts = { trained: 0, used: 0, waiting: 0, failed: 0, dropped: 0, ms: 0 };

  constructor(deps: TrainerDeps) {
    this.#deps = deps;
  }

  /** Trains whatever has enough that is new. @throws ControlPlaneError STORE_UNAVAILABLE */
  async pass(): Promise<void> {
    const { store, settings, now, changes } = this.#deps;
    if ((await this.#lease()) === undefined) return;
    const totals = await store.behaviourMaterial.totals();
    const workloads = await store.behaviour.all();
    const due = workloads.filter((workload) => isDue(workload, totals.get(workload.id), settings, now()));
    let unsaid = 0;
    try {
      for (const workload of due) {
        const fence = this.#stop.signal.aborted ? undefined : await this.#lease();
        if (fence === undefined) return;
        await this.#trainOne(workload, workloads, fence);
        if (++unsaid % ANNOUNCE === 0) await changes.announce();
      }
    } finally {
      if (unsaid % ANNOUNCE !== 0) await changes.announce();
    }
  }

  /** Ends what runs, and lets another control plane go on. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#deps.store.behaviourLeases.release(LEASE, this.#deps.replica);
  }

  #lease(): Promise<number | undefined> {
    const { store, replica, now } = this.#deps;
    return store.behaviourLeases.take(LEASE, replica, now(), LEASE_MS);
  }

  async #trainOne(workload: WorkloadRecord, all: readonly WorkloadRecord[], fence: number): Promise<void> {
    const { log, now } = this.#deps;
    const started = now();
    const { job, material, windows } = await this.#job(workload, all);
    try {
      if (job.materials.length === 0) return;
      const result = withoutDecisions(await this.#deps.train(job, this.#stop.signal));
      await this.#keep({ workload, fence, job, result, material, windows });
      this.counts.trained++;
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      if (isCode(error, 'LEASE_LOST')) {
        this.counts.dropped++;
        return;
      }
      if (isCode(error, 'STORE_UNAVAILABLE')) throw error;
      if (!isCode(error, TOO_LITTLE)) {
        this.counts.failed++;
        log.error('no model could be made of a workload; it is tried again later', {
          ...{ workload: workload.key, id: workload.id, why: messageOf(error) },
        });
      }
      await this.#failed(workload, messageOf(error));
    } finally {
      this.counts.ms += now() - started;
    }
  }

  async #job(workload: WorkloadRecord, all: readonly WorkloadRecord[]): Promise<PreparedJob> {
    const { store, settings } = this.#deps;
    const rows = (await store.behaviourMaterial.of(workload.id)).filter(({ epoch }) => epoch === workload.epoch);
    const blobs = async (id: string | null) => (id === null ? undefined : await store.behaviourVersions.blobs(id));
    const priors: Uint8Array[] = [];
    for (const prior of priorsOf(workload, all)) {
      const bytes = (await blobs(prior.active))?.model;
      if (bytes && bytes.length > 0) priors.push(bytes);
    }
    const anchor = (await blobs(workload.anchor))?.model;
    const profile = (await blobs(workload.active))?.profile;
    const job: TrainJob = {
      materials: rows.map(({ bytes }) => bytes),
      seed: Number.parseInt(workload.id.slice(0, 8), 16),
      alarmsPerDay: workload.target ?? settings.alarmsPerDay,
      priors,
      anchor: anchor && anchor.length > 0 ? anchor : undefined,
      profile: profile && (await withDecisions(store, workload.id, profile)),
    };
    const windows = rows.reduce((sum, row) => sum + row.windows, 0);
    return { job, windows, material: Math.max(0, ...rows.map(({ time }) => time)) };
  }

  async #keep(done: DoneJob): Promise<void> {
    const { changes, settings, store, replica, log } = this.#deps;
    let said: string | undefined;
    await changes.write(SYSTEM, async ({ store: trx, now }) => {
      if (!(await trx.behaviourLeases.holds(LEASE, replica, done.fence)))
        throw lost('another control plane trains now');
      const workload = await trx.behaviour.get(done.workload.id);
      if (workload?.epoch !== done.workload.epoch) throw lost('the workload was reset meanwhile');
      const version = versionOf(done, now);
      await trx.behaviourVersions.insert(version, done.result);
      const verdict = verdictOf(workload, done.result.report, settings);
      const next = judged(workload, version.id, verdict, now);
      await writeWorkload(trx, { ...next, trainedWindows: done.windows, failure: null });
      this.counts[verdict.isUsed ? 'used' : 'waiting']++;
      said = verdict.why;
      return auditOf(workload, next, version.id, verdict);
    });
    const behind = await store.behaviour.get(done.workload.id);
    log.info('a workload was trained', {
      ...{ workload: done.workload.key, windows: done.windows, stage: behind?.stage, waits: said },
    });
  }

  async #failed(workload: WorkloadRecord, message: string): Promise<void> {
    const { store, now } = this.#deps;
    await store.transaction(async (trx) => {
      await trx.behaviour.lock();
      const current = await trx.behaviour.get(workload.id);
      if (current) await trx.behaviour.update({ ...current, failure: { time: now(), message } });
    });
  }
}

async function withDecisions(store: Store, workload: string, profile: Uint8Array): Promise<Uint8Array> {
  const entries = operatorEntries(await store.behaviourDecisions.of(workload));
  return Profile.load(profile).withOperator(entries).save();
}

interface PreparedJob {
  readonly job: TrainJob;
  readonly windows: number;
  /** Event time of the newest window. */
  readonly material: number;
}

interface DoneJob extends PreparedJob {
  readonly workload: WorkloadRecord;
  readonly fence: number;
  readonly result: TrainedBytes;
}

/** What people decide is kept apart, so that it can be taken back. */
const withoutDecisions = (result: TrainedBytes): TrainedBytes => ({
  ...result,
  profile: Profile.load(result.profile).withOperator(NO_ENTRIES).save(),
});

/** Models of other images that tell what is ordinary while there is little of its own: of the same workload, else of the image. */
function priorsOf(workload: WorkloadRecord, all: readonly WorkloadRecord[]): WorkloadRecord[] {
  const others = all.filter(
    ({ id, active, stage }) => id !== workload.id && active !== null && (stage === 'monitor' || stage === 'enforce'),
  );
  const same = others.filter(({ key }) => key === workload.key);
  const images = others.filter(({ image, namespace }) => image === workload.image && namespace === workload.namespace);
  return (same.length > 0 ? same : images).slice(0, MOST_PRIORS);
}

function versionOf({ workload, job, result, material }: DoneJob, now: number): Omit<BehaviourVersionHead, 'sequence'> {
  const { report } = result;
  const { heldOut, anchor } = report;
  const { tokens, classes } = Profile.load(result.profile).stats();
  return {
    id: versionId(workload.id, result, report.threshold),
    ...{ workload: workload.id, origin: 'trained', created: now, createdBy: SYSTEM, seed: job.seed, material },
    ...{ windows: report.windows, runs: report.runs, tokens, classes },
    ...{ modelBytes: result.model.length, profileBytes: result.profile.length, threshold: report.threshold },
    heldOut: heldOut.containerDays > 0 ? { perDay: heldOut.perDay, low: heldOut.low, high: heldOut.high } : null,
    anchorDrift: anchor && !anchor.holds ? anchorDriftOf(anchor) : null,
    report: { ...report },
  };
}

/** The workload after a verdict. */
function judged(workload: WorkloadRecord, version: string, verdict: Verdict, now: number): WorkloadRecord {
  const { stage, isUsed, isAccepted, why } = verdict;
  const used = isUsed ? withActive(workload, version) : workload;
  // what was never accepted is nothing to go back to
  const earlier = isUsed && workload.anchor === null ? [] : used.earlier;
  return {
    ...used,
    ...{ stage, earlier, changed: now },
    anchor: workload.anchor ?? (isAccepted ? version : null),
    waiting: why === undefined ? null : { version, why },
  };
}

/** A retraining is told by its version; what changes what alerts, or begins to wait for somebody, by the audit log too. */
function auditOf(before: WorkloadRecord, after: WorkloadRecord, version: string, verdict: Verdict): BehaviourAudit[] {
  const detail = { key: before.key, digest: before.digest, version, why: verdict.why ?? null };
  const target = before.id;
  if (before.stage !== after.stage)
    return [{ action: 'models.stage', target, detail: { ...detail, from: before.stage, to: after.stage } }];
  const isNews = verdict.why !== undefined && before.waiting === null;
  return isNews ? [{ action: 'models.wait', target, detail }] : [];
}

const lost = (message: string) => new ControlPlaneError('LEASE_LOST', message);
const isCode = (error: unknown, code: string): boolean => error instanceof PicketError && error.code === code;

import type { ModelPromoteRequest, ModelReasonRequest, ModelStageRequest } from '@picket/sdk/client';
import type { z } from 'zod';
import type { BehaviourActor } from '../api/behaviour/behaviour-lifecycle.ts';
import { ControlPlaneError } from '../errors.ts';
import type { WorkloadRecord } from '../store/behaviour/behaviour-store.ts';
import type { Store } from '../store/store.ts';
import { findVersion, seenWorkload } from './behaviour-access.ts';
import type { BehaviourChanges } from './behaviour-changes.ts';
import { withActive, writeWorkload } from './version-changes.ts';

type Body<T extends z.ZodType> = z.output<T>;

/** What operators do with the models of a workload: which version scores, how far it is, and that it begins anew. */
export class ModelService {
  readonly #changes: BehaviourChanges;

  constructor(changes: BehaviourChanges) {
    this.#changes = changes;
  }

  /** Makes a version the one that scores. Whoever promotes it accepts it: it is what later ones are compared with. */
  async promote(
    actor: BehaviourActor,
    id: string,
    { version, reason }: Body<typeof ModelPromoteRequest>,
  ): Promise<void> {
    await this.#change(actor, id, async ({ workload, store }) => {
      const { id: chosen, modelBytes } = await findVersion(store, workload, version);
      const [newest] = await store.behaviourVersions.of(id);
      const next: WorkloadRecord = {
        ...withActive(workload, chosen),
        stage: workload.stage === 'enforce' ? 'enforce' : 'monitor',
        anchor: modelBytes > 0 ? chosen : workload.anchor,
        waiting: null,
        // the newest one is followed by newer ones; who takes an older one means just that one
        pinned: newest?.id !== chosen,
      };
      const detail = { version: chosen, before: workload.active, stage: next.stage, reason: reason ?? null };
      return { next, action: 'models.promote', detail };
    });
  }

  /** Step by step: to the version that scored before, and by another call to the one before that. */
  async rollback(actor: BehaviourActor, id: string, { reason }: Body<typeof ModelReasonRequest>): Promise<void> {
    await this.#change(actor, id, async ({ workload }) => {
      const before = workload.earlier.at(-1);
      if (before === undefined)
        throw conflict('no version scored before: there is nothing to go back to. Promote one of its versions');
      const next: WorkloadRecord = {
        ...workload,
        active: before,
        earlier: workload.earlier.slice(0, -1),
        waiting: null,
        pinned: true,
      };
      const detail = { version: before, before: workload.active, reason: reason ?? null };
      return { next, action: 'models.rollback', detail };
    });
  }

  /** Forgets what was seen of it. Versions stay and may be promoted; what people decided about the profile holds on. */
  async reset(actor: BehaviourActor, id: string, { reason }: Body<typeof ModelReasonRequest>): Promise<void> {
    await this.#change(actor, id, async ({ workload, store }) => {
      await store.behaviourMaterial.clear(id);
      const next: WorkloadRecord = {
        ...workload,
        ...{ stage: 'learning', active: null, earlier: [], anchor: null, waiting: null, pinned: false },
        ...{ epoch: workload.epoch + 1, trainedWindows: 0, failure: null },
      };
      const detail = { version: workload.active, stage: workload.stage, reason: reason ?? null };
      return { next, action: 'models.reset', detail };
    });
  }

  async stage(actor: BehaviourActor, id: string, request: Body<typeof ModelStageRequest>): Promise<void> {
    await this.#change(actor, id, async ({ workload, store }) => {
      const { reason, ...asked } = request;
      const totals = (await store.behaviourMaterial.totals([id])).get(id);
      const next = staged(workload, asked, totals?.windows ?? 0);
      const told = ({ stage, paused, pinned, target }: WorkloadRecord) => ({ stage, paused, pinned, target });
      const detail = { from: told(workload), to: told(next), reason: reason ?? null };
      return { next, action: 'models.stage', detail };
    });
  }

  async #change(actor: BehaviourActor, id: string, work: WorkOnWorkload): Promise<void> {
    await this.#changes.make(actor.id, async ({ store, revision, now }) => {
      const workload = await seenWorkload(store, actor, id);
      const { next, action, detail } = await work({ workload, store });
      await writeWorkload(store, { ...next, changed: now });
      return [{ action, target: id, detail: { key: workload.key, digest: workload.digest, ...detail, revision } }];
    });
  }
}

type WorkOnWorkload = (at: { readonly workload: WorkloadRecord; readonly store: Store }) => Promise<{
  readonly next: WorkloadRecord;
  readonly action: string;
  readonly detail: Readonly<Record<string, unknown>>;
}>;

/** @param windows of the material of now */
function staged(
  workload: WorkloadRecord,
  {
    stage = workload.stage,
    paused = workload.paused,
    pinned,
    target = workload.target,
  }: Omit<Body<typeof ModelStageRequest>, 'reason'>,
  windows: number,
): WorkloadRecord {
  const { active, anchor, waiting } = workload;
  const changed: WorkloadRecord = { ...workload, stage, paused, target, pinned: pinned ?? pinnedIn(workload, stage) };
  // thresholds are made by a training for a target: the next look makes them anew
  const retrained = target === workload.target ? changed : { ...changed, trainedWindows: 0, failure: null };
  if (stage === workload.stage) return retrained;
  if (stage === 'learning') return { ...retrained, trainedWindows: windows, failure: null };
  if (active === null)
    throw conflict(`nothing is learned of ${workload.key} yet: there is no model for stage ${stage}`);
  if (stage === 'review') return retrained;
  return { ...retrained, anchor: anchor ?? active, waiting: waiting?.version === active ? null : waiting };
}

/** Who puts it back into review wants to look; who ends that lets newer versions through. */
function pinnedIn({ stage: before, pinned }: WorkloadRecord, stage: WorkloadRecord['stage']): boolean {
  if (stage === before) return pinned;
  if (stage === 'review') return true;
  return before === 'review' || stage === 'learning' ? false : pinned;
}

const conflict = (message: string) => new ControlPlaneError('BEHAVIOUR_CONFLICT', message);

import type { PromoteRequest } from '@picket/sdk/client';
import type { z } from 'zod';
import type { DetectorActor } from '../api/detectors/detector-lifecycle.ts';
import { ControlPlaneError } from '../errors.ts';
import type { StageChange } from '../store/detectors/detector-stage-store.ts';
import type { Store } from '../store/store.ts';
import { findVersion, ownDetector, requireActivate } from './detector-access.ts';
import type { DetectorChanges } from './detector-changes.ts';
import type { DetectorPolicy } from './detector-policy.ts';
import { blockOf, grantedTo } from './detector-program.ts';
import { NO_STAGES, parentOf, rolledBack, stageOf, tellsTheSame, withVersion } from './stage-rules.ts';

/** Says whether a version may alert by what its backtests have shown. */
export interface BacktestProof {
  /** Whether a backtest of this version has ended, without faults and with nothing left out. */
  hasCleanBacktest(versionId: string): Promise<boolean>;
}

export interface StageServiceDeps {
  readonly store: Store;
  readonly changes: DetectorChanges;
  readonly policy: DetectorPolicy;
  readonly backtests: BacktestProof;
}

/** Which version is in which stage: put there, gone back from. */
export class StageService {
  readonly #deps: StageServiceDeps;

  constructor(deps: StageServiceDeps) {
    this.#deps = deps;
  }

  async promote(actor: DetectorActor, name: string, request: z.output<typeof PromoteRequest>): Promise<void> {
    const { store, changes } = this.#deps;
    await ownDetector(store, actor, name);
    const { id, version } = await findVersion(store, name, request.version);
    if (request.stage !== 'shadow') {
      await this.#requireProof(actor, id);
      await requireOnlyOne(store, name, request.version);
    }
    await changes.make(actor, async ({ store: trx, revision, now }) => {
      await ownDetector(trx, actor, name);
      const { manifest } = await findVersion(trx, name, id);
      const blocked = blockOf(
        { manifest },
        grantedTo(await trx.detectors.grant(name), this.#deps.policy),
        this.#deps.policy,
      );
      if (blocked) throw new ControlPlaneError('DETECTOR_CAPABILITY', `the version can not run: ${blocked}`);
      const before = await trx.detectorStages.current(name);
      const next = withVersion(before ?? NO_STAGES, id, request);
      if (!tellsTheSame(before ?? NO_STAGES, next)) requireActivate(actor, `a change of what ${name} alerts`);
      await trx.detectorStages.insert({
        ...{ revision, name, time: now, actor: actor.id },
        ...next,
        parent: parentOf(before, next),
      });
      const { stage, canary } = request;
      const detail = { version, id, stage, from: stageOf(before, id), ...(canary && { canary }), revision };
      return { action: 'detectors.promote', target: name, detail };
    });
  }

  /** Step by step: to what alerted before the last change, and by another call to the one before that. */
  async rollback(actor: DetectorActor, name: string): Promise<void> {
    await this.#deps.changes.make(actor, async ({ store, revision, now }) => {
      await ownDetector(store, actor, name);
      const before = await store.detectorStages.current(name);
      const then = await stagesBefore(store, before);
      const versions = await store.detectorVersions.of(name);
      const next = rolledBack(before ?? NO_STAGES, then ?? NO_STAGES, new Set(versions.map(({ id }) => id)));
      const parent = then?.parent ?? null;
      await store.detectorStages.insert({ revision, name, time: now, actor: actor.id, ...next, parent });
      const told = (stages: typeof next) => ({ active: stages.active, canary: stages.canary?.id ?? null });
      return {
        action: 'detectors.rollback',
        target: name,
        detail: { from: told(before ?? NO_STAGES), to: told(next), revision },
      };
    });
  }

  async #requireProof(actor: DetectorActor, id: string): Promise<void> {
    requireActivate(actor, 'a stage that alerts');
    const { policy, backtests } = this.#deps;
    if (policy.promotion === 'free' || (await backtests.hasCleanBacktest(id))) return;
    throw new ControlPlaneError(
      'DETECTOR_UNPROVEN',
      `this server lets a version alert only after a backtest without faults: run one of the version ${id} first`,
    );
  }
}

/**
 * A number is no name for what alerts when the author has uploaded something else under it meanwhile: an operator means the one
 * that was looked at.
 * @throws ControlPlaneError DETECTOR_CONFLICT
 */
async function requireOnlyOne(store: Store, name: string, ref: string): Promise<void> {
  const same = (await store.detectorVersions.of(name)).filter(({ version }) => version === ref);
  if (same.length < 2) return;
  const ids = same.map(({ id }) => id.slice(0, 12)).join(', ');
  throw new ControlPlaneError(
    'DETECTOR_CONFLICT',
    `several versions have the number ${ref}: name one by its id, ${ids}`,
  );
}

/** @throws ControlPlaneError DETECTOR_CONFLICT when there is nothing to go back to */
async function stagesBefore(store: Store, now: StageChange | undefined): Promise<StageChange | undefined> {
  const nothing = !now || (now.active === null && now.canary === null && now.parent === null);
  if (nothing)
    throw new ControlPlaneError('DETECTOR_CONFLICT', 'nothing of it alerts: there is nothing to go back from');
  if (now.parent === null) return undefined;
  const then = await store.detectorStages.at(now.name, now.parent);
  if (then) return then;
  throw new ControlPlaneError('DETECTOR_CONFLICT', 'what alerted before is not remembered any more: promote a version');
}

import type { DetectorConfigRequest, DetectorGrantsRequest } from '@picket/sdk/client';
import type { z } from 'zod';
import type { DetectorActor } from '../api/detectors/detector-lifecycle.ts';
import { resolveConfig } from '../detection/manifest/resolve-config.ts';
import { ControlPlaneError } from '../errors.ts';
import type { DetectorVersionHead } from '../store/detectors/detector-version-store.ts';
import type { Store } from '../store/store.ts';
import { findVersion, mayActivate, maySee, ownDetector, requireActivate } from './detector-access.ts';
import type { DetectorChanges } from './detector-changes.ts';
import { stagedIds } from './detector-layers.ts';
import { stageOf, without } from './stage-rules.ts';

export interface SettingsServiceDeps {
  readonly store: Store;
  readonly changes: DetectorChanges;
}

/** Everything about a detector that is no version: pause, configuration, grants, owner, and its end. */
export class SettingsService {
  readonly #deps: SettingsServiceDeps;

  constructor(deps: SettingsServiceDeps) {
    this.#deps = deps;
  }

  async setPaused(actor: DetectorActor, name: string, paused: boolean): Promise<void> {
    await this.#deps.changes.make(actor, async ({ store, revision }) => {
      await ownDetector(store, actor, name);
      await store.detectors.setPaused(name, paused);
      return { action: paused ? 'detectors.pause' : 'detectors.resume', target: name, detail: { revision } };
    });
  }

  /** All versions that are named take it, or none. */
  async configure(
    actor: DetectorActor,
    name: string,
    { config, version }: z.output<typeof DetectorConfigRequest>,
  ): Promise<void> {
    await this.#deps.changes.make(actor, async ({ store, revision }) => {
      await ownDetector(store, actor, name);
      const stages = await store.detectorStages.current(name);
      const versions = version === undefined ? await staged(store, name) : [await findVersion(store, name, version)];
      for (const { id, manifest } of versions) {
        const stage = stageOf(stages, id);
        if (stage === 'canary' || stage === 'active')
          requireActivate(actor, `the configuration of what ${name} alerts`);
        resolveConfig(manifest, config);
        await store.detectorVersions.setConfig(id, config);
      }
      const detail = {
        config,
        before: Object.fromEntries(versions.map((one) => [one.id, one.config])),
        revision,
      };
      return { action: 'detectors.config', target: name, detail };
    });
  }

  /** Also for a name that there is no detector of yet, so that a first upload may ask for more than all are granted. */
  async grant(
    actor: DetectorActor,
    name: string,
    { capabilities }: z.output<typeof DetectorGrantsRequest>,
  ): Promise<void> {
    await this.#deps.changes.make(actor, async ({ store, revision, now }) => {
      await requireSettable(store, actor, name);
      const before = (await store.detectors.grant(name))?.capabilities ?? null;
      if (capabilities === null) await store.detectors.deleteGrant(name);
      else await store.detectors.putGrant({ name, capabilities, time: now, actor: actor.id });
      return { action: 'detectors.grants', target: name, detail: { capabilities, before, revision } };
    });
  }

  /** The detector sees from now on what this token sees. What it recorded of more than that goes. */
  async setOwner(actor: DetectorActor, name: string, owner: string): Promise<void> {
    await this.#deps.changes.make(actor, async ({ store, revision }) => {
      const before = await ownDetector(store, actor, name);
      const token = await store.tokens.byId(owner);
      if (!token) throw new ControlPlaneError('NOT_FOUND', `there is no token ${owner}`);
      if (!maySee(actor, { ...before, scope: token.namespaces }))
        throw new ControlPlaneError('AUTH_FORBIDDEN', 'the new owner sees more namespaces than you do');
      await store.detectors.setOwner(name, owner, token.namespaces);
      if (token.namespaces && !maySee({ ...actor, scope: token.namespaces }, before))
        await store.detectorFindings.deleteAll(name);
      const detail = { owner, namespaces: token.namespaces, before: before.owner, revision };
      return { action: 'detectors.owner', target: name, detail };
    });
  }

  /** With all versions and recorded findings. What is granted to the name goes too: another owner begins anew. */
  async delete(actor: DetectorActor, name: string): Promise<void> {
    await this.#deps.changes.make(actor, async ({ store, revision }) => {
      const { owner } = await ownDetector(store, actor, name);
      const stages = await store.detectorStages.current(name);
      if ((stages?.active ?? stages?.canary) && !mayActivate(actor))
        throw new ControlPlaneError(
          'DETECTOR_CONFLICT',
          `${name} alerts: ask an operator to end that first, or pause it`,
        );
      const versions = (await store.detectorVersions.of(name)).map(({ id }) => id);
      await store.detectors.delete(name);
      await store.detectors.deleteGrant(name);
      return { action: 'detectors.delete', target: name, detail: { owner, versions, revision } };
    });
  }

  async deleteVersion(actor: DetectorActor, name: string, ref: string): Promise<void> {
    await this.#deps.changes.make(actor, async ({ store, revision, now }) => {
      await ownDetector(store, actor, name);
      const { id, version } = await findVersion(store, name, ref);
      const stages = await store.detectorStages.current(name);
      const stage = stageOf(stages, id);
      if (stage === 'canary' || stage === 'active')
        throw new ControlPlaneError(
          'DETECTOR_CONFLICT',
          `${version} is ${stage}: promote another one or roll back first`,
        );
      if (stages && stage === 'shadow')
        await store.detectorStages.insert({ ...stages, ...without(stages, id), revision, time: now, actor: actor.id });
      await store.detectorFindings.deleteOf(id);
      await store.detectorVersions.delete(id);
      return { action: 'detectors.delete', target: name, detail: { version, id, revision } };
    });
  }
}

/** @throws ControlPlaneError DETECTOR_CONFLICT when none is in a stage */
async function staged(store: Store, name: string): Promise<DetectorVersionHead[]> {
  const stages = await store.detectorStages.current(name);
  const ids = new Set(stages ? stagedIds(stages) : []);
  if (ids.size === 0)
    throw new ControlPlaneError('DETECTOR_CONFLICT', `no version of ${name} is in a stage: name one with \`version\``);
  return (await store.detectorVersions.of(name)).filter(({ id }) => ids.has(id));
}

/** A token with a scope may say something about detectors that it sees, and about no others. */
async function requireSettable(store: Store, actor: DetectorActor, name: string): Promise<void> {
  const detector = await store.detectors.get(name);
  if (detector ? maySee(actor, detector) : actor.scope === null) return;
  throw new ControlPlaneError('NOT_FOUND', `there is no detector ${name}, or the token may not see it`);
}

import type { BehaviourStage, ProfileDecisionRequest, ProfileImport } from '@picket/sdk/client';
import { PROFILE_LIMITS } from '@picket/sdk/client';
import type { z } from 'zod';
import type { BehaviourActor } from '../api/behaviour/behaviour-lifecycle.ts';
import type { BehaviourSettings } from '../detection/anomaly/engine/behaviour-program.ts';
import { workloadId } from '../detection/anomaly/features/workload-id.ts';
import { NO_ENTRIES } from '../detection/anomaly/profiles/operator-entries.ts';
import { Profile } from '../detection/anomaly/profiles/profile.ts';
import { ProfileError } from '../detection/anomaly/profiles/profile-error.ts';
import { profileId } from '../detection/anomaly/profiles/profile-head.ts';
import { toYaml } from '../detection/anomaly/profiles/profile-yaml.ts';
import { fromYaml, type WrittenProfile } from '../detection/anomaly/profiles/profile-yaml-read.ts';
import { checkProfileSignature } from '../detection/anomaly/profiles/sign-profile.ts';
import { readKeys } from '../detector-life/signatures.ts';
import { ControlPlaneError } from '../errors.ts';
import type { DecisionRecord } from '../store/behaviour/behaviour-decision-store.ts';
import type { WorkloadRecord } from '../store/behaviour/behaviour-store.ts';
import type { Store } from '../store/store.ts';
import { maySee, seenWorkload } from './behaviour-access.ts';
import type { BehaviourChanges } from './behaviour-changes.ts';
import { decisionsOf, operatorEntries } from './decisions.ts';
import { importedVersion } from './imported-version.ts';
import { namespaceOf } from './namespace-of.ts';
import { addWorkload, newWorkload } from './new-workload.ts';
import { withActive, writeWorkload } from './version-changes.ts';

type Body<T extends z.ZodType> = z.output<T>;

export interface ProfileServiceDeps {
  readonly store: Store;
  readonly changes: BehaviourChanges;
  readonly settings: BehaviourSettings;
  /** Folder of public keys in PEM; when given, an imported profile must be signed by one of them. */
  readonly keysFolder: string | undefined;
  readonly now: () => number;
}

/** Profiles as people handle them: taken out, brought in, and decided about token by token. */
export class ProfileService {
  readonly #deps: ProfileServiceDeps;

  constructor(deps: ProfileServiceDeps) {
    this.#deps = deps;
  }

  /** As YAML, with what people decided. @throws ControlPlaneError BEHAVIOUR_CONFLICT while nothing is learned */
  async export(actor: BehaviourActor, id: string): Promise<string> {
    const { store } = this.#deps;
    const workload = await seenWorkload(store, actor, id);
    const blobs = workload.active === null ? undefined : await store.behaviourVersions.blobs(workload.active);
    if (!blobs)
      throw new ControlPlaneError(
        'BEHAVIOUR_CONFLICT',
        `nothing is learned of ${workload.key} yet: there is no profile to export`,
      );
    const profile = Profile.load(blobs.profile).withOperator(operatorEntries(await store.behaviourDecisions.of(id)));
    const { key, digest, image, stage, active } = workload;
    return toYaml(profile, { key, digest, image, stage, version: active ?? undefined });
  }

  /** Makes a version of a document, and lets it score until somebody promotes another one. */
  async import(actor: BehaviourActor, id: string, { yaml, stage, reason }: Body<typeof ProfileImport>): Promise<void> {
    const written = this.#read(yaml);
    const { head } = written;
    if (workloadId(head.key, head.digest) !== id)
      throw refused(
        `the profile is one of ${head.key} under ${head.digest}: its address is ${workloadId(head.key, head.digest)}, not ${id}`,
      );
    if (!maySee(actor, namespaceOf(head.key)))
      throw new ControlPlaneError('AUTH_FORBIDDEN', 'the profile is of a namespace that the token does not see');
    const signedBy = this.#signer(written);
    await this.#deps.changes.make(actor.id, async ({ store, revision, now }) => {
      const before = await store.behaviour.get(id);
      const workload = before ?? newWorkload(head, now);
      if (!before) await addWorkload(store, workload);
      const { version, blobs } = await importedVersion(store, workload, written.profile.withOperator(NO_ENTRIES), {
        actor: actor.id,
        alarmsPerDay: workload.target ?? this.#deps.settings.alarmsPerDay,
        now,
      });
      await store.behaviourVersions.insert(version, blobs);
      for (const decision of decisionsOf(id, written.profile.operator)) await store.behaviourDecisions.put(decision);
      await requireFits(store, id, Profile.load(blobs.profile));
      const next: WorkloadRecord = {
        ...withActive(workload, version.id),
        ...{ stage: stageAfter(workload, stage, head.stage), pinned: true, waiting: null, changed: now },
      };
      await writeWorkload(store, next);
      const { allowed, removed } = written.profile.operator;
      const decisions = { allowed: allowed.length, removed: removed.length };
      return [
        {
          ...{ action: 'profiles.import', target: id },
          detail: {
            ...{ key: workload.key, digest: workload.digest, version: version.id, before: workload.active },
            ...{ stage: next.stage, ...decisions, signed_by: signedBy, reason: reason ?? null, revision },
          },
        },
      ];
    });
  }

  /** What people say about tokens. Who may not decide proposes. */
  async decide(
    actor: BehaviourActor,
    id: string,
    what: DecisionRecord['what'],
    { tokens, pattern, reason }: Body<typeof ProfileDecisionRequest>,
  ): Promise<void> {
    const mayDecide = actor.permissions.includes('exceptions.accept');
    const state = mayDecide ? ('accepted' as const) : ('proposed' as const);
    await this.#deps.changes.make(actor.id, async ({ store, revision, now }) => {
      const workload = await seenWorkload(store, actor, id);
      for (const token of new Set(tokens))
        await store.behaviourDecisions.put({
          workload: id,
          token,
          pattern,
          what,
          state,
          reason,
          actor: actor.id,
          time: now,
        });
      requireRoom(await store.behaviourDecisions.of(id));
      const blobs = workload.active === null ? undefined : await store.behaviourVersions.blobs(workload.active);
      if (blobs && mayDecide) await requireFits(store, id, Profile.load(blobs.profile));
      const detail = { key: workload.key, digest: workload.digest, tokens, pattern, reason, revision };
      return [
        mayDecide
          ? { action: `profiles.${what}`, target: id, detail }
          : { action: 'profiles.propose', target: id, detail: { ...detail, what } },
      ];
    });
  }

  /** Takes decisions back, and turns proposals down. */
  async forget(actor: BehaviourActor, id: string, request: Body<typeof ProfileDecisionRequest>): Promise<void> {
    const { tokens, reason } = request;
    await this.#deps.changes.make(actor.id, async ({ store, revision }) => {
      const workload = await seenWorkload(store, actor, id);
      for (const token of new Set(tokens))
        if ((await store.behaviourDecisions.delete(id, token)) === 0)
          throw new ControlPlaneError(
            'NOT_FOUND',
            `nobody said anything about ${token}: the profile tells its decisions`,
          );
      const detail = { key: workload.key, digest: workload.digest, tokens, reason, revision };
      return [{ action: 'profiles.forget', target: id, detail }];
    });
  }

  #read(yaml: string): WrittenProfile {
    try {
      return fromYaml(yaml, 'profile.yaml', this.#deps.now());
    } catch (error) {
      if (error instanceof ProfileError) throw refusedBy(error);
      throw error;
    }
  }

  /** Id of the key that signed it; null where the server asks for none. */
  #signer({ head, profile, signature }: WrittenProfile): string | null {
    const { keysFolder } = this.#deps;
    if (keysFolder === undefined) return null;
    try {
      return checkProfileSignature(profileId(profile, head), signature, readKeys(keysFolder));
    } catch (error) {
      if (error instanceof ProfileError) throw refusedBy(error);
      throw error;
    }
  }
}

/** What was asked for; else a workload that scores by something of its own stays where it is, and others go where the document was. */
function stageAfter(
  { stage, active }: WorkloadRecord,
  asked: BehaviourStage | undefined,
  written: string,
): WorkloadRecord['stage'] {
  if (asked !== undefined) return asked;
  if (active !== null && stage !== 'learning') return stage;
  return written === 'review' || written === 'enforce' ? written : 'monitor';
}

/** @throws ControlPlaneError BEHAVIOUR_CONFLICT */
function requireRoom(decisions: readonly DecisionRecord[]): void {
  for (const what of ['allow', 'remove'] as const)
    for (const state of ['accepted', 'proposed'] as const)
      if (decisions.filter((one) => one.what === what && one.state === state).length > PROFILE_LIMITS.entries)
        throw new ControlPlaneError(
          'BEHAVIOUR_CONFLICT',
          `a profile takes ${PROFILE_LIMITS.entries} entries that people said: forget some, or say several by one pattern`,
        );
}

/** @throws ControlPlaneError PROFILE_REFUSED when profile and decisions together are too large to be used */
async function requireFits(store: Store, id: string, profile: Profile): Promise<void> {
  try {
    profile.withOperator(operatorEntries(await store.behaviourDecisions.of(id)));
  } catch (error) {
    if (error instanceof ProfileError) throw refusedBy(error);
    throw error;
  }
}

const refused = (message: string) => new ControlPlaneError('PROFILE_REFUSED', message);
const refusedBy = (error: ProfileError) =>
  new ControlPlaneError('PROFILE_REFUSED', error.message, {
    cause: error,
    ...(error.details && { details: error.details.map((detail) => ({ ...detail })) }),
  });

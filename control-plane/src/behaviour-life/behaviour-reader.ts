import type {
  ModelComparison,
  ModelInfo,
  ModelScores,
  ModelVersionInfo,
  Page,
  ProfileDocument,
  ProfileInfo,
} from '@picket/sdk/client';
import type { BehaviourActor, WorkloadFilter } from '../api/behaviour/behaviour-lifecycle.ts';
import { isoTime } from '../api/iso-time.ts';
import type { BehaviourSettings } from '../detection/anomaly/engine/behaviour-program.ts';
import { Profile } from '../detection/anomaly/profiles/profile.ts';
import { classOf, textOf } from '../detection/anomaly/profiles/token-stat.ts';
import { ControlPlaneError } from '../errors.ts';
import type { WorkloadRecord } from '../store/behaviour/behaviour-store.ts';
import type { BehaviourVersionHead } from '../store/behaviour/behaviour-version-store.ts';
import type { Store } from '../store/store.ts';
import { findVersion, seenWorkload } from './behaviour-access.ts';
import { decisionInfo, modelInfo, profileInfo, versionInfo } from './behaviour-documents.ts';
import type { BehaviourView } from './behaviour-view.ts';
import { type ComparedVersion, compareTokens, compareWords } from './compare-versions.ts';
import { scoredBy } from './live-workloads.ts';

export interface BehaviourReaderDeps {
  readonly store: Store;
  readonly settings: BehaviourSettings;
  readonly view: BehaviourView;
  /** Name of this control plane. */
  readonly replica: string;
}

/** What is known about the behaviour of workloads, for those who may see it. */
export class BehaviourReader {
  readonly #deps: BehaviourReaderDeps;

  constructor(deps: BehaviourReaderDeps) {
    this.#deps = deps;
  }

  /** By key and digest. */
  async models(actor: BehaviourActor, filter: WorkloadFilter): Promise<Page<ModelInfo>> {
    const { workloads, next } = await this.#page(actor, filter);
    return { items: await this.#infos(workloads), next };
  }

  async model(actor: BehaviourActor, id: string): Promise<ModelInfo> {
    const [info] = await this.#infos([await seenWorkload(this.#deps.store, actor, id)]);
    return info as ModelInfo;
  }

  async versions(
    actor: BehaviourActor,
    id: string,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<ModelVersionInfo>> {
    const workload = await seenWorkload(this.#deps.store, actor, id);
    const { items, next } = await this.#deps.store.behaviourVersions.list(id, limit, cursor);
    return { items: items.map((version) => versionInfo(version, workload)), next };
  }

  async compare(actor: BehaviourActor, id: string, a: string, b: string): Promise<ModelComparison> {
    const workload = await seenWorkload(this.#deps.store, actor, id);
    const [one, two] = [await this.#compared(workload, a), await this.#compared(workload, b)];
    const tokens = compareTokens(one.profile, two.profile);
    return {
      a: versionInfo(one.head, workload),
      b: versionInfo(two.head, workload),
      tokens,
      changes: compareWords(one, two, tokens),
    };
  }

  async scores(actor: BehaviourActor, id: string): Promise<ModelScores> {
    const workload = await seenWorkload(this.#deps.store, actor, id);
    const containers = this.#deps.view.scores(workload).map(({ id: container, name, node, scores }) => ({
      ...{ id: container, name, node },
      scores: scores.map(({ at, seconds, value, versionId, threshold, drift }) => ({
        ...{ at: isoTime(at), seconds, value, version: versionId, threshold, drift },
      })),
    }));
    return { replica: this.#deps.replica, containers };
  }

  async profiles(actor: BehaviourActor, filter: WorkloadFilter): Promise<Page<ProfileInfo>> {
    const { workloads, next } = await this.#page(actor, filter);
    const items: ProfileInfo[] = [];
    for (const workload of workloads) items.push(await this.#profileInfo(workload));
    return { items, next };
  }

  async profile(actor: BehaviourActor, id: string): Promise<ProfileDocument> {
    const workload = await seenWorkload(this.#deps.store, actor, id);
    const head = await this.#head(workload);
    const blobs = head && (await this.#deps.store.behaviourVersions.blobs(head.id));
    const profile = blobs && Profile.load(blobs.profile);
    const decisions = await this.#deps.store.behaviourDecisions.of(id);
    const entries = (profile?.tokens ?? []).map(({ token, windows, runs, firstSeen, lastSeen }) => ({
      ...{ token, class: classOf(token), text: textOf(token), windows, runs },
      ...{ first_seen: isoTime(firstSeen || null), last_seen: isoTime(lastSeen || null) },
    }));
    return { ...profileInfo(workload, head, decisions), entries, decisions: decisions.map(decisionInfo) };
  }

  /** What scores; that of another image counts as nothing. */
  async #head(workload: WorkloadRecord): Promise<BehaviourVersionHead | undefined> {
    return workload.active === null ? undefined : await this.#deps.store.behaviourVersions.get(workload.active);
  }

  async #profileInfo(workload: WorkloadRecord): Promise<ProfileInfo> {
    const decisions = await this.#deps.store.behaviourDecisions.of(workload.id);
    return profileInfo(workload, await this.#head(workload), decisions);
  }

  async #compared(workload: WorkloadRecord, ref: string): Promise<ComparedVersion> {
    const head = await findVersion(this.#deps.store, workload, ref);
    const blobs = await this.#deps.store.behaviourVersions.blobs(head.id);
    if (!blobs) throw new ControlPlaneError('NOT_FOUND', `the version ${ref} was just removed`);
    return { head, profile: Profile.load(blobs.profile) };
  }

  async #infos(workloads: readonly WorkloadRecord[]): Promise<ModelInfo[]> {
    const { store, settings, view } = this.#deps;
    const ids = workloads.map(({ id }) => id);
    const active = await store.behaviourVersions.some(workloads.flatMap(({ active: id }) => (id === null ? [] : [id])));
    const totals = await store.behaviourMaterial.totals(ids);
    const counts = await store.behaviourVersions.counts(ids);
    const priors = await this.#priors(workloads);
    return workloads.map((workload) =>
      modelInfo(
        {
          workload,
          active: active.get(workload.active ?? ''),
          prior: priors.get(workload.id),
          totals: totals.get(workload.id),
          versions: counts.get(workload.id) ?? 0,
          observed: view.observed(workload),
        },
        settings,
      ),
    );
  }

  /** Only those that learn have one, and only for them is everything else looked through. */
  async #priors(workloads: readonly WorkloadRecord[]): Promise<Map<string, WorkloadRecord | undefined>> {
    if (workloads.every(({ active }) => active !== null)) return new Map();
    const scored = scoredBy(await this.#deps.store.behaviour.all());
    return new Map(scored.map(({ workload, prior }) => [workload.id, prior]));
  }

  async #page(
    actor: BehaviourActor,
    { limit, cursor, stage, q }: WorkloadFilter,
  ): Promise<{ workloads: WorkloadRecord[]; next: string | null }> {
    const after = cursor === undefined ? undefined : positionFrom(cursor);
    const found = await this.#deps.store.behaviour.list({ scope: actor.scope, limit, after, stage, q });
    const workloads = found.slice(0, limit);
    const last = workloads.at(-1);
    return { workloads, next: last && found.length > limit ? cursorOf(last) : null };
  }
}

const cursorOf = ({ key, digest }: WorkloadRecord): string =>
  Buffer.from(JSON.stringify([key, digest]), 'utf8').toString('base64url');

function positionFrom(cursor: string): { key: string; digest: string } {
  const [key, digest, ...more] = parsed(cursor);
  if (typeof key === 'string' && typeof digest === 'string' && more.length === 0) return { key, digest };
  throw new ControlPlaneError(
    'REQUEST_INVALID',
    'the cursor is not one that a list gave: take `next` of a page as it is',
  );
}

function parsed(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

import { createHash } from 'node:crypto';
import {
  type DetectorConfig,
  type DetectorManifest,
  type DetectorUpload,
  detectorVersionId,
  payloadBytes,
} from '@picket/sdk/client';
import type { z } from 'zod';
import type { DetectorActor } from '../api/detectors/detector-lifecycle.ts';
import type { Artifact } from '../detection/host/artifact/take-artifact.ts';
import { readManifest } from '../detection/manifest/read-manifest.ts';
import { carriedConfig, resolveConfig } from '../detection/manifest/resolve-config.ts';
import { ControlPlaneError } from '../errors.ts';
import type { DetectorRecord } from '../store/detectors/detector-store.ts';
import type { DetectorVersionHead } from '../store/detectors/detector-version-store.ts';
import type { Store } from '../store/store.ts';
import { maySee, requireOwn } from './detector-access.ts';
import type { DetectorChanges, DetectorTransaction } from './detector-changes.ts';
import type { DetectorPolicy } from './detector-policy.ts';
import { blockOf, grantedTo } from './detector-program.ts';
import { checkSignature } from './signatures.ts';
import { NO_STAGES, parentOf, stageOf, withVersion } from './stage-rules.ts';
import type { UploadChecker } from './upload-checker.ts';
import { payloadOf, type UploadPayload } from './upload-payload.ts';
import { requireRoom } from './upload-room.ts';

type Upload = z.output<typeof DetectorUpload>;

export interface UploadServiceDeps {
  readonly store: Store;
  readonly changes: DetectorChanges;
  readonly policy: DetectorPolicy;
  readonly checker: UploadChecker;
}

/** An upload that is read, but not checked yet. */
interface Candidate {
  readonly id: string;
  readonly manifest: DetectorManifest;
  readonly payload: UploadPayload;
  readonly signedBy: string | null;
  readonly config: DetectorConfig;
}

/** Takes versions: read, checked in processes of their own, kept, and run in shadow. */
export class UploadService {
  readonly #deps: UploadServiceDeps;

  constructor(deps: UploadServiceDeps) {
    this.#deps = deps;
  }

  /** @returns the version, and whether it was not there before */
  async upload(actor: DetectorActor, request: Upload): Promise<{ id: string; name: string; fresh: boolean }> {
    const candidate = await this.#read(actor, request);
    const { id, manifest, payload, config } = candidate;
    const { store, checker } = this.#deps;
    const known = await store.detectorVersions.get(id);
    const artifact = known ? undefined : await checker.check(payload, manifest, resolveConfig(manifest, config));
    const fresh = await this.#keep(actor, request, candidate, artifact);
    return { id, name: manifest.id, fresh };
  }

  /** Everything that can be said without a compiler. */
  async #read(actor: DetectorActor, request: Upload): Promise<Candidate> {
    const { store, policy } = this.#deps;
    const manifest = readManifest(request.manifest);
    const payload = payloadOf(request);
    const detector = await takenName(store, actor, manifest.id);
    const id = await detectorVersionId(manifest, payload);
    const signedBy = policy.keysFolder === undefined ? null : checkSignature(policy.keysFolder, id, request.signature);
    await this.#requireGrants(store, manifest);
    const config = request.config ?? (await this.#configBefore(manifest));
    resolveConfig(manifest, config);
    if (!(await store.detectorVersions.get(id))) await requireRoom(store, detector?.owner ?? actor.id, detector, 0);
    return { id, manifest, payload, signedBy, config };
  }

  async #requireGrants(store: Store, manifest: DetectorManifest): Promise<void> {
    const { policy } = this.#deps;
    const blocked = blockOf({ manifest }, grantedTo(await store.detectors.grant(manifest.id), policy), policy);
    if (blocked) throw new ControlPlaneError('DETECTOR_CAPABILITY', `the detector is not taken: ${blocked}`);
  }

  /** What the newest version is set to, as far as this one knows it. */
  async #configBefore(manifest: DetectorManifest): Promise<DetectorConfig> {
    const newest = await this.#deps.store.detectorVersions.newest(manifest.id);
    return newest ? carriedConfig(manifest, newest.config) : {};
  }

  async #keep(
    actor: DetectorActor,
    request: Upload,
    candidate: Candidate,
    artifact: Artifact | undefined,
  ): Promise<boolean> {
    const { id, manifest } = candidate;
    let fresh = false;
    await this.#deps.changes.make(actor, async (change) => {
      const { store, revision } = change;
      const detector = await takenName(store, actor, manifest.id);
      const known = await store.detectorVersions.get(id);
      // it was there when nothing was checked, and was deleted since
      if (!known && !artifact)
        throw new ControlPlaneError('DETECTOR_BUSY', 'the version was just deleted: upload it again');
      fresh = !known;
      if (artifact && !known) {
        await this.#requireGrants(store, manifest);
        await insertVersion(change, actor, { detector, request, candidate, artifact });
      }
      const stage = request.run ? await this.#runInShadow(change, actor, manifest.id, id) : 'none';
      const { version, capabilities } = manifest;
      const detail = { version, id, fresh, stage, capabilities, signed_by: candidate.signedBy, revision };
      return { action: 'detectors.upload', target: manifest.id, detail };
    });
    return fresh;
  }

  /** A version that is in a stage already stays where it is. */
  async #runInShadow(
    { store, revision, now }: DetectorTransaction,
    actor: DetectorActor,
    name: string,
    id: string,
  ): Promise<string> {
    const before = await store.detectorStages.current(name);
    const stage = stageOf(before, id);
    if (stage !== 'none') return stage;
    const next = withVersion(before ?? NO_STAGES, id, { stage: 'shadow' });
    const parent = parentOf(before, next);
    await store.detectorStages.insert({ revision, name, time: now, actor: actor.id, ...next, parent });
    return 'shadow';
  }
}

/** The detector that has this name already. @throws ControlPlaneError when it is of somebody else */
async function takenName(store: Store, actor: DetectorActor, name: string): Promise<DetectorRecord | undefined> {
  const detector = await store.detectors.get(name);
  if (!detector) return undefined;
  if (!maySee(actor, detector))
    throw new ControlPlaneError('DETECTOR_CONFLICT', `the name ${name} is taken: choose another id in the manifest`);
  requireOwn(actor, detector);
  return detector;
}

async function insertVersion(
  { store, now }: DetectorTransaction,
  actor: DetectorActor,
  parts: { detector: DetectorRecord | undefined; request: Upload; candidate: Candidate; artifact: Artifact },
): Promise<void> {
  const { detector, request, candidate, artifact } = parts;
  const { id, manifest, payload, config, signedBy } = candidate;
  const { id: name, version } = manifest;
  const upload = payloadBytes(payload);
  await requireRoom(store, detector?.owner ?? actor.id, detector, upload.length + artifact.bytes.length);
  await refuseSameNumber(store, name, version);
  if (!detector) {
    const { id: owner, scope } = actor;
    await store.detectors.insert({ name, owner, scope, paused: false, created: now, createdBy: owner });
  }
  const head: Omit<DetectorVersionHead, 'sequence'> = {
    ...{ id, name, version, manifestText: request.manifest, manifest, config, encoding: artifact.encoding },
    ...{ imports: artifact.imports, exports: artifact.exports, memory: artifact.memory },
    moduleHash: createHash('sha256').update(artifact.bytes).digest('hex'),
    moduleBytes: artifact.bytes.length,
    ...{ upload: payload.kind, uploadBytes: upload.length, signature: request.signature ?? null, signedBy },
    ...{ created: now, createdBy: actor.id },
  };
  await store.detectorVersions.insert(head, { module: artifact.bytes, upload });
}

/** Alerts name a detector by its number: one that has alerted is not given to other contents. */
async function refuseSameNumber(store: Store, name: string, number: string): Promise<void> {
  const told = await store.detectorStages.everTold(name);
  const other = (await store.detectorVersions.of(name)).find(({ id, version }) => version === number && told.has(id));
  if (!other) return;
  throw new ControlPlaneError(
    'DETECTOR_CONFLICT',
    `version ${number} of ${name} has alerted with other contents (${other.id.slice(0, 12)}): raise the version in the manifest`,
  );
}

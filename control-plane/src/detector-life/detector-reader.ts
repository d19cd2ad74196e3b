import type { DetectorFindingInfo, DetectorInfo, DetectorVersion, DetectorVersionInfo, Page } from '@picket/sdk/client';
import type { DetectorActor } from '../api/detectors/detector-lifecycle.ts';
import { ControlPlaneError } from '../errors.ts';
import type { DetectorRecord } from '../store/detectors/detector-store.ts';
import type { DetectorVersionHead } from '../store/detectors/detector-version-store.ts';
import type { Store } from '../store/store.ts';
import { findVersion, maySee, seenDetector } from './detector-access.ts';
import { detectorInfo, reviewedVersion, versionInfo } from './detector-documents.ts';
import { stagedIds } from './detector-layers.ts';
import type { DetectorPolicy } from './detector-policy.ts';
import { grantedTo } from './detector-program.ts';

/** What is stored about detectors, for those who may see it. */
export class DetectorReader {
  readonly #store: Store;
  readonly #policy: DetectorPolicy;

  constructor(store: Store, policy: DetectorPolicy) {
    this.#store = store;
    this.#policy = policy;
  }

  /** By name. @param cursor `next` of the page before */
  async list(actor: DetectorActor, limit: number, cursor: string | undefined): Promise<Page<DetectorInfo>> {
    const after = cursor === undefined ? '' : nameFrom(cursor);
    const seen = (await this.#store.detectors.list()).filter(
      (detector) => detector.name > after && maySee(actor, detector),
    );
    const items: DetectorInfo[] = [];
    for (const detector of seen.slice(0, limit)) items.push(await this.#info(detector));
    const last = items.at(-1);
    return { items, next: last && seen.length > limit ? cursorOf(last.name) : null };
  }

  async get(actor: DetectorActor, name: string): Promise<DetectorInfo> {
    return await this.#info(await seenDetector(this.#store, actor, name));
  }

  async versions(
    actor: DetectorActor,
    name: string,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<DetectorVersionInfo>> {
    await seenDetector(this.#store, actor, name);
    const { items, next } = await this.#store.detectorVersions.list(name, limit, cursor);
    const infos: DetectorVersionInfo[] = [];
    for (const version of items) infos.push(await this.#versionInfo(version));
    return { items: infos, next };
  }

  /** @param ref id, beginning of the id, or number */
  async version(actor: DetectorActor, name: string, ref: string): Promise<DetectorVersion> {
    await seenDetector(this.#store, actor, name);
    const version = await findVersion(this.#store, name, ref);
    const files = await this.#store.detectorVersions.files(version.id);
    if (!files) throw new ControlPlaneError('NOT_FOUND', `the version ${ref} of ${name} was just deleted`);
    return reviewedVersion(await this.#versionInfo(version), version, files);
  }

  /** The version of an id as it is told after an upload. */
  async uploaded(name: string, id: string): Promise<DetectorVersionInfo> {
    return await this.#versionInfo(await findVersion(this.#store, name, id));
  }

  async findings(
    actor: DetectorActor,
    name: string,
    ref: string | undefined,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<DetectorFindingInfo>> {
    await seenDetector(this.#store, actor, name);
    const version = ref === undefined ? undefined : await findVersion(this.#store, name, ref);
    const page = await this.#store.detectorFindings.list(name, version?.id, limit, cursor);
    return { items: page.items.map(({ versionId, alert }) => ({ version: versionId, alert })), next: page.next };
  }

  async #info(detector: DetectorRecord): Promise<DetectorInfo> {
    const { name } = detector;
    const { detectorStages, detectorVersions, detectors } = this.#store;
    const stages = await detectorStages.current(name);
    const versions: DetectorVersionHead[] = [];
    for (const id of stages ? stagedIds(stages) : []) {
      const version = await detectorVersions.get(id);
      if (version) versions.push(version);
    }
    const [grant, newest] = [await detectors.grant(name), await detectorVersions.newest(name)];
    const count = await detectorVersions.count(name);
    return detectorInfo({ detector, stages, grant, versions, newest, count }, this.#policy);
  }

  async #versionInfo(version: DetectorVersionHead): Promise<DetectorVersionInfo> {
    const stages = await this.#store.detectorStages.current(version.name);
    const granted = grantedTo(await this.#store.detectors.grant(version.name), this.#policy);
    return versionInfo(version, stages, granted, this.#policy);
  }
}

const cursorOf = (name: string) => Buffer.from(`=${name}`, 'utf8').toString('base64url');

function nameFrom(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (text.startsWith('=')) return text.slice(1);
  throw new ControlPlaneError(
    'REQUEST_INVALID',
    'the cursor is not one that a list gave: take `next` of a page as it is',
  );
}

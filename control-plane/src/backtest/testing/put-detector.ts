import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buildDetector } from '../../detector-tests/build-detector.ts';
import type { Store } from '../../store/store.ts';

const FOLDER = new URL('../../../../detectors/port-scan', import.meta.url).pathname;

/** Puts the shipped port-scan detector into a store under a name, as an upload does. @returns id of the version */
export async function putDetector(
  store: Store,
  name: string,
  options: {
    readonly owner: string;
    readonly scope?: readonly string[] | null;
    readonly ports?: number;
    readonly active?: boolean;
  },
): Promise<string> {
  const { owner, scope = null, ports = 20, active = false } = options;
  const { manifest, artifact, binary } = await buildDetector(FOLDER);
  const config = { ports };
  const id = createHash('sha256').update(`${name} ${ports}`).digest('hex');
  const created = { created: Date.now(), createdBy: owner };
  await store.transaction(async (trx) => {
    const revision = await trx.detectors.nextRevision();
    await trx.detectors.insert({ name, owner, scope, paused: false, ...created });
    await trx.detectorVersions.insert(
      {
        ...{ id, name, manifest, config, ...created },
        version: `1.0.${ports}`,
        manifestText: readFileSync(`${FOLDER}/manifest.yaml`, 'utf8'),
        encoding: artifact.encoding,
        imports: [],
        exports: [],
        memory: { min: artifact.memory.min, max: artifact.memory.max },
        moduleHash: createHash('sha256').update(artifact.bytes).digest('hex'),
        moduleBytes: artifact.bytes.length,
        upload: 'core',
        uploadBytes: binary.length,
        signature: null,
        signedBy: null,
      },
      { module: artifact.bytes, upload: binary },
    );
    if (!active) return;
    const stages = { shadow: null, canary: null, active: id };
    await trx.detectorStages.insert({ revision, name, parent: null, time: Date.now(), actor: owner, ...stages });
  });
  return id;
}

import { createHash } from 'node:crypto';
import { KINDS, PRIORITIES } from '@picket/sdk';
import type { DetectorConfig } from '@picket/sdk/client';
import type { LiveDetector } from '../detection/detectors/live-detector.ts';
import { resolveConfig } from '../detection/manifest/resolve-config.ts';
import type { BuiltDetector } from './build-detector.ts';

const kindIds = new Map(KINDS.map(({ id, name }) => [name, id]));

/** A detector that was built here, as it would run on a server that grants all that it asks for. */
export function localDetector({ manifest, artifact }: BuiltDetector, config: DetectorConfig = {}): LiveDetector {
  const hash = createHash('sha256').update(artifact.bytes).digest('hex');
  return {
    versionId: hash,
    name: manifest.id,
    version: manifest.version,
    owner: 'local',
    scope: null,
    stage: 'active',
    paused: false,
    kinds: manifest.kinds.flatMap((name) => kindIds.get(name) ?? []),
    opens: manifest.opens,
    repeats: manifest.repeats,
    tickSeconds: manifest.tick,
    severity: PRIORITIES.find((name) => name.toLowerCase() === manifest.severity) ?? 'Debug',
    tags: manifest.tags,
    mitre: manifest.mitre,
    module: artifact.bytes,
    hash,
    encoding: artifact.encoding,
    config: resolveConfig(manifest, config),
    capabilities: manifest.capabilities,
    limits: {
      memoryPages: artifact.memory.max,
      fuel: BigInt(manifest.limits.fuel),
      deadlineMs: manifest.limits.deadline_ms,
      stateBytes: manifest.limits.state_kib * 1024,
      findingsPerMinute: manifest.limits.findings_per_minute,
    },
    migrate: manifest.state,
  };
}

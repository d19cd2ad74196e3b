import type { DetectorInfo, DetectorVersion, DetectorVersionInfo, StagedVersion } from '@picket/sdk/client';
import type { Capability } from '../detection/host/guard/detector-world.ts';
import type { StageChange } from '../store/detectors/detector-stage-store.ts';
import type { DetectorGrant, DetectorRecord } from '../store/detectors/detector-store.ts';
import type { DetectorFiles, DetectorVersionHead } from '../store/detectors/detector-version-store.ts';
import type { DetectorPolicy } from './detector-policy.ts';
import { blockOf, grantedTo } from './detector-program.ts';
import { stageOf } from './stage-rules.ts';

/** What is stored about one detector. */
export interface StoredDetector {
  readonly detector: DetectorRecord;
  readonly stages: StageChange | undefined;
  readonly grant: DetectorGrant | undefined;
  /** Those in a stage, and the newest. */
  readonly versions: readonly DetectorVersionHead[];
  readonly newest: DetectorVersionHead | undefined;
  /** How many there are. */
  readonly count: number;
}

/** A detector as the API tells it. */
export function detectorInfo(stored: StoredDetector, policy: DetectorPolicy): DetectorInfo {
  const { detector, stages, grant, versions, newest } = stored;
  const granted = grantedTo(grant, policy);
  const find = (id: string | null | undefined) => versions.find((version) => version.id === id);
  const staged = (id: string | null | undefined): StagedVersion | null => {
    const version = find(id);
    return version
      ? { id: version.id, version: version.version, blocked: blockOf(version, granted, policy) ?? null }
      : null;
  };
  const canary = staged(stages?.canary?.id);
  const shown = find(stages?.active) ?? find(stages?.canary?.id) ?? find(stages?.shadow) ?? newest;
  return {
    name: detector.name,
    summary: shown?.manifest.summary ?? '',
    owner: detector.owner,
    namespaces: detector.scope && [...detector.scope],
    paused: detector.paused,
    stages: {
      shadow: staged(stages?.shadow),
      canary: canary && stages?.canary ? { ...canary, canary: stages.canary.selector } : null,
      active: staged(stages?.active),
    },
    grants: { capabilities: [...granted], own: grant !== undefined },
    versions: stored.count,
    created: isoTime(detector.created),
    changed: isoTime(Math.max(detector.created, newest?.created ?? 0, stages?.time ?? 0)),
  };
}

/** A version as the API tells it. */
export function versionInfo(
  version: DetectorVersionHead,
  stages: StageChange | undefined,
  granted: readonly Capability[],
  policy: DetectorPolicy,
): DetectorVersionInfo {
  const { manifest } = version;
  const stage = stageOf(stages, version.id);
  return {
    id: version.id,
    detector: version.name,
    version: version.version,
    stage,
    canary: (stage === 'canary' && stages?.canary?.selector) || null,
    blocked: blockOf(version, granted, policy) ?? null,
    summary: manifest.summary,
    language: manifest.language,
    kinds: [...manifest.kinds],
    capabilities: [...manifest.capabilities],
    severity: manifest.severity,
    tags: [...manifest.tags],
    mitre: [...manifest.mitre],
    config: { ...version.config },
    upload: version.upload,
    encoding: version.encoding,
    imports: [...version.imports],
    bytes: { upload: version.uploadBytes, module: version.moduleBytes },
    module: version.moduleHash,
    memory: { ...version.memory },
    signed_by: version.signedBy,
    created: isoTime(version.created),
    created_by: version.createdBy,
  };
}

/** A version with what was uploaded. */
export function reviewedVersion(
  info: DetectorVersionInfo,
  version: DetectorVersionHead,
  files: DetectorFiles,
): DetectorVersion {
  const isSource = version.upload === 'source';
  return {
    ...info,
    manifest: version.manifestText,
    source: isSource ? (JSON.parse(Buffer.from(files.upload).toString('utf8')) as Record<string, string>) : null,
    binary: isSource ? null : Buffer.from(files.upload).toString('base64'),
    signature: version.signature,
  };
}

const isoTime = (ms: number): string => new Date(ms).toISOString();

import { KINDS, PRIORITIES } from '@picket/sdk';
import { DETECTOR_SEVERITIES } from '@picket/sdk/client';
import type { DetectorProgram, LiveDetector, Stage } from '../detection/detectors/live-detector.ts';
import type { Capability } from '../detection/host/guard/detector-world.ts';
import { resolveConfig } from '../detection/manifest/resolve-config.ts';
import type { StageChange } from '../store/detectors/detector-stage-store.ts';
import type { DetectorRecord } from '../store/detectors/detector-store.ts';
import type { DetectorVersionHead } from '../store/detectors/detector-version-store.ts';
import type { DetectorLayers } from './detector-layers.ts';
import type { DetectorPolicy } from './detector-policy.ts';

const kindIds = new Map(KINDS.map(({ id, name }) => [name, id]));

/** What is granted to a detector: what an operator said, or else the server. */
export function grantedTo(
  grant: { readonly capabilities: readonly string[] } | undefined,
  policy: DetectorPolicy,
): readonly Capability[] {
  const granted = grant ? (grant.capabilities as readonly Capability[]) : policy.grants;
  return granted.includes('observe') ? granted : ['observe', ...granted];
}

/** Why a version must not run; undefined when it may. */
export function blockOf(
  { manifest }: Pick<DetectorVersionHead, 'manifest'>,
  granted: readonly Capability[],
  policy: DetectorPolicy,
): string | undefined {
  const lacking = manifest.capabilities.filter((capability) => !granted.includes(capability));
  if (policy.ungranted === 'trap' || lacking.length === 0) return undefined;
  return `it asks for ${lacking.join(' and ')}, which is not granted: ask an operator`;
}

/**
 * The detectors that are to run.
 * @param modules guarded modules by version; what is not among them is left out
 */
export function makeProgram(
  layers: DetectorLayers,
  modules: ReadonlyMap<string, Uint8Array>,
  policy: DetectorPolicy,
): DetectorProgram {
  const detectors = layers.detectors.flatMap((detector) => {
    const stages = layers.stages.get(detector.name);
    const granted = grantedTo(layers.grants.get(detector.name), policy);
    return stages
      ? stagesOf(stages).flatMap(([stage, id]) => {
          const version = layers.versions.get(id);
          const module = modules.get(id);
          if (!version || !module || blockOf(version, granted, policy)) return [];
          const live = liveDetector(detector, version, { module, granted, stage });
          return stage === 'canary' && stages.canary
            ? [{ ...live, canary: selectorOf(stages.canary.selector) }]
            : [live];
        })
      : [];
  });
  return { revision: layers.revision, detectors };
}

/** The versions in stages, with the stage of each. */
export const stagesOf = ({ shadow, canary, active }: StageChange): [Stage, string][] =>
  (
    [
      ['shadow', shadow],
      ['canary', canary?.id ?? null],
      ['active', active],
    ] as const
  ).flatMap(([stage, id]) => (id === null ? [] : [[stage, id]]));

/** Only what is there: an entry that is undefined would be a condition. */
function selectorOf(selector: NonNullable<StageChange['canary']>['selector']): NonNullable<LiveDetector['canary']> {
  const { nodes, namespaces, labels, percent } = selector;
  return {
    ...(nodes && { nodes }),
    ...(namespaces && { namespaces }),
    ...(labels && { labels }),
    ...(percent !== undefined && { percent }),
  };
}

/** A version as it runs in a stage, with what is granted to it. */
export function liveDetector(
  { owner, scope, paused }: DetectorRecord,
  version: DetectorVersionHead,
  parts: { readonly module: Uint8Array; readonly granted: readonly Capability[]; readonly stage: Stage },
): LiveDetector {
  const { manifest } = version;
  const { limits } = manifest;
  return {
    versionId: version.id,
    name: version.name,
    version: version.version,
    owner,
    scope,
    stage: parts.stage,
    paused,
    kinds: manifest.kinds.flatMap((name) => kindIds.get(name) ?? []),
    opens: manifest.opens,
    repeats: manifest.repeats,
    tickSeconds: manifest.tick,
    severity: PRIORITIES[DETECTOR_SEVERITIES.indexOf(manifest.severity)] ?? 'Debug',
    tags: manifest.tags,
    mitre: manifest.mitre,
    module: parts.module,
    hash: version.moduleHash,
    encoding: version.encoding,
    config: resolveConfig(manifest, version.config),
    capabilities: parts.granted.filter(
      (capability) => capability === 'observe' || manifest.capabilities.includes(capability),
    ),
    limits: {
      memoryPages: version.memory.max,
      fuel: BigInt(limits.fuel),
      deadlineMs: limits.deadline_ms,
      stateBytes: limits.state_kib * 1024,
      findingsPerMinute: limits.findings_per_minute,
    },
    migrate: manifest.state,
  };
}

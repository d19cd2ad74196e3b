import { resolveConfig } from '../detection/manifest/resolve-config.ts';
import { checkArtifact } from '../detector-feed/check-artifact.ts';
import type { BuiltDetector } from './build-detector.ts';

/**
 * Looks at what was built in a confined process of its own, as a server does with an upload: guards it, starts it with the defaults of its
 * manifest and gives it an empty batch.
 * @throws DetectorRefused, DetectorFault; ControlPlaneError DETECTOR_CONFIG, DETECTOR_VALIDATOR_ENDED
 */
export async function checkBuild({ manifest, artifact, binary }: BuiltDetector): Promise<void> {
  const { limits } = manifest;
  await checkArtifact('warn')(binary, {
    encoding: artifact.encoding,
    capabilities: new Set(manifest.capabilities),
    limits: { memoryPages: limits.memory_mib * 16 },
    smoke: {
      config: resolveConfig(manifest, {}),
      fuel: BigInt(limits.fuel),
      deadlineMs: limits.deadline_ms,
      stateBytes: limits.state_kib * 1024,
    },
  });
}

import { validateArtifact } from '../detection/host/pool/validate-artifact.ts';
import type { CheckArtifact } from '../detector-life/upload-checker.ts';
import { ControlPlaneError } from '../errors.ts';

/** Calls of a new instance until it is known to begin: init and one empty batch. */
const TRIED_CALLS = 2;
/** For the process itself, ms. */
const START_MS = 10_000;

/**
 * Looks at uploads in a process of their own, and tries whether they begin with their configuration.
 * @throws ControlPlaneError DETECTOR_CONFIG when the detector refuses it
 */
export const checkArtifact =
  (confinement: 'required' | 'warn'): CheckArtifact =>
  async (file, { encoding, capabilities, limits, smoke }) => {
    const granted = [...capabilities];
    const { config, fuel, deadlineMs, stateBytes } = smoke;
    const artifact = await validateArtifact(file, {
      encoding,
      capabilities: granted,
      confinement,
      ...(limits && { limits }),
      smoke: { config, capabilities: granted, limits: { fuel }, deadlineMs, stateBytes },
      timeoutMs: START_MS + TRIED_CALLS * deadlineMs,
    });
    const [begun] = artifact.smoke;
    if (begun?.error !== undefined)
      throw new ControlPlaneError('DETECTOR_CONFIG', `the detector refuses its configuration: ${begun.error}`);
    return artifact;
  };

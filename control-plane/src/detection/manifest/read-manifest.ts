import { DETECTOR_UPLOAD_LIMITS, DetectorManifest } from '@picket/sdk/client';
import { ControlPlaneError, type ErrorDetail } from '../../errors.ts';
import { firstOf, type PathProblem, readCheckedYaml } from '../yaml/checked-yaml.ts';

/**
 * Reads the manifest of a detector.
 * @param name of the file, for messages
 * @throws ControlPlaneError DETECTOR_MANIFEST with every place that is wrong, as file:line:column
 */
export const readManifest = (text: string, name = 'manifest.yaml'): DetectorManifest =>
  readCheckedYaml(text, {
    ...{ name, what: 'manifest', most: DETECTOR_UPLOAD_LIMITS.manifest },
    ...{ schema: DetectorManifest, keys: Object.keys(DetectorManifest.shape), look: refuseProto, refused },
  });

/** The schema passes over an entry of this name without a word. */
function refuseProto(value: unknown): PathProblem[] {
  const config = value !== null && typeof value === 'object' && 'config' in value ? value.config : undefined;
  if (config === null || typeof config !== 'object' || !Object.hasOwn(config, '__proto__')) return [];
  return [{ path: ['config', '__proto__'], message: 'config: an entry can not be named __proto__' }];
}

const refused = (details: ErrorDetail[]): ControlPlaneError =>
  new ControlPlaneError('DETECTOR_MANIFEST', firstOf(details), { details });

import { DETECTOR_UPLOAD_LIMITS, type DetectorPayload, type DetectorUpload } from '@picket/sdk/client';
import type { z } from 'zod';
import { ControlPlaneError } from '../errors.ts';

export type UploadPayload = DetectorPayload;

/** What was uploaded, as bytes or sources. @throws ControlPlaneError DETECTOR_TOO_LARGE */
export function payloadOf({ source, component, core }: z.output<typeof DetectorUpload>): UploadPayload {
  if (source) return { kind: 'source', files: source.files };
  const bytes = new Uint8Array(Buffer.from(component ?? core ?? '', 'base64'));
  if (bytes.length > DETECTOR_UPLOAD_LIMITS.bytes)
    throw new ControlPlaneError(
      'DETECTOR_TOO_LARGE',
      `the file has ${bytes.length} bytes: at most ${DETECTOR_UPLOAD_LIMITS.bytes} are taken`,
    );
  return { kind: component === undefined ? 'core' : 'component', bytes };
}

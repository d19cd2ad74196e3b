import { join } from 'node:path';
import { messageOf, PicketError } from '@picket/sdk';
import { PicketApiError } from '@picket/sdk/client';
import type { Io } from '../../command.ts';
import { printable } from '../../printable.ts';

interface Detail {
  readonly path: string;
  readonly message: string;
}

/** What to do about refusals that another command helps with. */
const ADVICE: Readonly<Record<string, string>> = {
  DETECTOR_CAPABILITY:
    'name it under capabilities in manifest.yaml; what the server does not grant to all, an operator grants:\n' +
    'picket detectors grant NAME CAPABILITY...',
  DETECTOR_SIGNATURE: 'picket detectors push --sign KEY signs with a private key (PEM) whose public key the server has',
  DETECTOR_UNPROVEN: 'run it over stored events first: picket backtest detector NAME',
};

/**
 * Runs work on a detector, and shows every place that is wrong before an error goes on.
 * @param folder that of the detector, so that places name files as they are reached from here
 */
export async function explained<T>(folder: string, io: Io, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const details = detailsOf(error).map(({ path, message }) => ({ place: placeIn(folder, path), message }));
    for (const { place, message } of details)
      if (details.length > 1 || messageOf(error) !== `${place}: ${message}`)
        io.note(printable(`error ${place} ${message}`));
    const advice = error instanceof PicketError ? ADVICE[error.code] : undefined;
    if (advice !== undefined) io.note(advice);
    throw error;
  }
}

/** Every single thing that an error of the server, or of what runs here, says is wrong. */
function detailsOf(error: unknown): readonly Detail[] {
  if (error instanceof PicketApiError) return error.errors;
  if (!(error instanceof Error) || !('details' in error) || !Array.isArray(error.details)) return [];
  return error.details.filter((detail: unknown): detail is Detail => isDetail(detail));
}

function isDetail(value: unknown): value is Detail {
  return typeof value === 'object' && value !== null && 'path' in value && 'message' in value;
}

/** Sources are known to the compiler without the folder that they lie in. */
function placeIn(folder: string, path: string): string {
  if (/^manifest\.yaml(:|$)/.test(path)) return join(folder, path);
  return /^[\w][^:]*\.ts(:|$)/.test(path) && !path.startsWith(folder) ? join(folder, 'src', path) : path;
}

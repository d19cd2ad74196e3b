import type { DetectorManifest } from '@picket/sdk/client';
import { Turns } from '../bus/turns.ts';
import type { Artifact, ArtifactOptions } from '../detection/host/artifact/take-artifact.ts';
import type { DetectorCompiler } from '../detection/host/compile/detector-compiler.ts';
import { DetectorRefused } from '../detection/host/guard/detector-refused.ts';
import { ControlPlaneError } from '../errors.ts';
import type { UploadPayload } from './upload-payload.ts';

/** What an upload is tried with before it is kept. */
export interface CheckOptions extends ArtifactOptions {
  /** It is opened with this, and given one empty batch. */
  readonly smoke: {
    /** JSON for init. */
    readonly config: string;
    /** Of one call. */
    readonly fuel: bigint;
    readonly deadlineMs: number;
    readonly stateBytes: number;
  };
}

/** Guards a binary of others in a process of its own. @throws DetectorRefused, DetectorFault, ControlPlaneError */
export type CheckArtifact = (file: Uint8Array, options: CheckOptions) => Promise<Artifact>;

export interface UploadCheckerDeps {
  readonly compiler: Pick<DetectorCompiler, 'compile'>;
  readonly check: CheckArtifact;
}

/** Uploads that may wait for the one that is compiled and checked. */
const MOST_WAITING = 8;

/** Makes of an upload what can run, one after the other: each may use a processor for a minute and a gigabyte. */
export class UploadChecker {
  readonly #deps: UploadCheckerDeps;
  readonly #turns = new Turns();
  #waiting = 0;

  constructor(deps: UploadCheckerDeps) {
    this.#deps = deps;
  }

  /**
   * @param config JSON for init
   * @throws ControlPlaneError DETECTOR_*, with the places in the sources or the byte of the file; DETECTOR_BUSY
   */
  async check(payload: UploadPayload, manifest: DetectorManifest, config: string): Promise<Artifact> {
    if (this.#waiting > MOST_WAITING)
      throw new ControlPlaneError('DETECTOR_BUSY', 'other detectors are being checked: try again in a minute');
    this.#waiting++;
    try {
      return await this.#turns.run(() => this.#check(payload, manifest, config));
    } finally {
      this.#waiting--;
    }
  }

  async #check(payload: UploadPayload, manifest: DetectorManifest, config: string): Promise<Artifact> {
    const { compiler, check } = this.#deps;
    const { limits } = manifest;
    const compiled = payload.kind === 'source' ? await compiler.compile(payload.files) : undefined;
    const file = compiled?.module ?? (payload.kind === 'source' ? new Uint8Array() : payload.bytes);
    try {
      return await check(file, {
        encoding: compiled?.encoding ?? manifest.encoding,
        capabilities: new Set(manifest.capabilities),
        limits: { memoryPages: limits.memory_mib * 16 },
        smoke: {
          config,
          fuel: BigInt(limits.fuel),
          deadlineMs: limits.deadline_ms,
          stateBytes: limits.state_kib * 1024,
        },
      });
    } catch (error) {
      throw error instanceof DetectorRefused ? placed(error) : error;
    }
  }
}

/** With the byte as the place, as other errors have a line. */
function placed(error: DetectorRefused): ControlPlaneError {
  const { code, message, offset } = error;
  const details = [{ path: `byte ${offset}`, message: message.replace(/ \(byte \d+\)$/, '') }];
  return new ControlPlaneError(code, message, { cause: error, details });
}

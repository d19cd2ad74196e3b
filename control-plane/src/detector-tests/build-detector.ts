import { createHash } from 'node:crypto';
import type { DetectorManifest } from '@picket/sdk/client';
import { type Artifact, takeArtifact } from '../detection/host/artifact/take-artifact.ts';
import { DetectorCompiler } from '../detection/host/compile/detector-compiler.ts';
import { ControlPlaneError } from '../errors.ts';
import { type DetectorFolder, readDetectorFolder } from './detector-folder.ts';

/** A detector that can be run here. */
export interface BuiltDetector {
  readonly manifest: DetectorManifest;
  readonly artifact: Artifact;
  readonly module: WebAssembly.Module;
  /** Bytes of the module or component before the guard; what can be uploaded in place of the sources. */
  readonly binary: Uint8Array;
}

export interface BuildOptions {
  /** A component or core module to take in place of the sources. */
  readonly binary?: Uint8Array | undefined;
}

/** Pages of 64 KiB in a MiB. */
const PAGES = 16;
/** Compiling takes seconds: what was built in this process is not built again while nothing has changed. */
const built = new Map<string, Promise<BuiltDetector>>();

/**
 * Builds the detector of a folder as a server would: the sources compiled in a process of their own, the module
 * guarded, all that the manifest asks for granted.
 * @param folder its path, or what was read of it
 * @throws CompileFailed with the places in the sources; DetectorRefused; ControlPlaneError DETECTOR_FOLDER, DETECTOR_MANIFEST
 */
export function buildDetector(folder: string | DetectorFolder, { binary }: BuildOptions = {}): Promise<BuiltDetector> {
  const read = typeof folder === 'string' ? readDetectorFolder(folder) : folder;
  const { manifestText, sources } = read;
  const hash = createHash('sha256').update(JSON.stringify([manifestText, sources]));
  const key = hash.update(binary ?? '').digest('hex');
  const known = built.get(key);
  if (known) return known;
  const building = build(read, binary);
  built.set(key, building);
  building.catch(() => built.delete(key));
  return building;
}

async function build({ path, manifest, sources }: DetectorFolder, given: Uint8Array | undefined) {
  if (!given && Object.keys(sources).length === 0)
    throw new ControlPlaneError(
      'DETECTOR_FOLDER',
      `${path} has no src/main.ts: write one, or name a component or core module that was built elsewhere`,
    );
  const compiled = given ? undefined : await new DetectorCompiler().compile(sources);
  const binary = given ?? (compiled as { module: Uint8Array }).module;
  const artifact = await takeArtifact(binary, {
    capabilities: new Set(manifest.capabilities),
    encoding: compiled?.encoding ?? manifest.encoding,
    limits: { memoryPages: manifest.limits.memory_mib * PAGES },
  });
  const bytes = new Uint8Array(artifact.bytes);
  return { manifest, artifact, binary, module: new WebAssembly.Module(bytes) };
}

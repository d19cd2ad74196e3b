import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { messageOf } from '@picket/sdk';
import type { DetectorManifest } from '@picket/sdk/client';
import type { Sources } from '../detection/host/compile/check-sources.ts';
import { readManifest } from '../detection/manifest/read-manifest.ts';
import { ControlPlaneError } from '../errors.ts';

export const MANIFEST_FILE = 'manifest.yaml';
const SOURCE_FOLDER = 'src';
const MAX_FILE_BYTES = 4 << 20;

/** A detector as it lies on disk: `manifest.yaml`, its sources below `src/`, its tests in `fixtures/`. */
export interface DetectorFolder {
  readonly path: string;
  readonly manifest: DetectorManifest;
  /** Text of manifest.yaml. */
  readonly manifestText: string;
  /** AssemblyScript by path below `src/`; empty for a detector in another language. */
  readonly sources: Sources;
  /** Paths of its tests. */
  readonly fixtures: readonly string[];
}

/**
 * Reads the folder of a detector; its manifest is checked, its sources are not.
 * @throws ControlPlaneError DETECTOR_FOLDER when it is none, DETECTOR_MANIFEST with every place that is wrong
 */
export function readDetectorFolder(path: string): DetectorFolder {
  const file = join(path, MANIFEST_FILE);
  if (!existsSync(file))
    throw new ControlPlaneError(
      'DETECTOR_FOLDER',
      `${path} is no folder of a detector, it has no ${MANIFEST_FILE}: picket detectors init NAME makes one`,
    );
  const manifestText = readText(file);
  return {
    path,
    manifest: readManifest(manifestText, file),
    manifestText,
    sources: readSources(join(path, SOURCE_FOLDER)),
    fixtures: globSync('fixtures/**/*.{yaml,yml}', { cwd: path })
      .sort()
      .map((name) => join(path, name)),
  };
}

function readSources(folder: string): Sources {
  const names = globSync('**/*.ts', { cwd: folder, exclude: (name) => basename(name) === 'node_modules' })
    .filter((name) => !name.endsWith('.test.ts'))
    .sort();
  return Object.fromEntries(names.map((name) => [name, readText(join(folder, name))]));
}

/** @throws ControlPlaneError DETECTOR_FOLDER */
function readText(file: string): string {
  try {
    if (!statSync(file).isFile()) throw new Error('it is no file');
    if (statSync(file).size > MAX_FILE_BYTES) throw new Error(`it has more than ${MAX_FILE_BYTES >> 20} MiB`);
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ControlPlaneError('DETECTOR_FOLDER', `${file} can not be read: ${messageOf(cause)}`, { cause });
  }
}

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerOptions } from '../container.ts';
import { configJson } from './config-json.ts';
import { imageFolder } from './image.ts';
import { mustRun } from './run-program.ts';

/** An OCI bundle whose root file system is an overlay over the image, so that changes are in an upper layer. */
export interface Bundle {
  readonly folder: string;
  /** The root file system as the host sees it. */
  readonly rootfs: string;
  /** Unmounts and deletes it. Harmless when done twice. */
  remove(): Promise<void>;
}

/** @throws Error when the overlay can not be mounted; nothing is left behind */
export async function makeBundle(id: string, options: ContainerOptions): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), `${id}-`));
  const rootfs = join(folder, 'rootfs');
  const bundle = { folder, rootfs, remove: () => removeBundle(folder, rootfs) };
  try {
    for (const name of ['rootfs', 'upper', 'work']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'config.json'), JSON.stringify(configJson(id, options), null, 2));
    const layers = `lowerdir=${(options.layers ?? [imageFolder()]).join(':')},upperdir=${folder}/upper,workdir=${folder}/work`;
    await mustRun('mount', ['-t', 'overlay', '-o', layers, 'overlay', rootfs]);
    return bundle;
  } catch (error) {
    await bundle.remove();
    throw error;
  }
}

async function removeBundle(folder: string, rootfs: string): Promise<void> {
  if (readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${rootfs} `)) await mustRun('umount', [rootfs]);
  rmSync(folder, { recursive: true, force: true });
}

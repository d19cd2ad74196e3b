import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DetectorUploaded, PicketClient } from '@picket/sdk/client';
import type { Stack } from './stack.ts';

const SHIPPED = fileURLToPath(new URL('../../detectors/', import.meta.url));

/**
 * Uploads a shipped detector as its folder has it.
 * @param version to be said in the manifest in place of its own
 */
export function uploadShipped(client: PicketClient, id: string, version?: string): Promise<DetectorUploaded> {
  const source = join(SHIPPED, id, 'src');
  const names = readdirSync(source).filter((name) => name.endsWith('.ts'));
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(source, name), 'utf8')]));
  const manifest = readFileSync(join(SHIPPED, id, 'manifest.yaml'), 'utf8');
  return client.detectors.upload({
    manifest: version === undefined ? manifest : manifest.replace(/^version: .*$/m, `version: ${version}`),
    source: { files },
  });
}

/** Uploads a detector of one file. */
export const uploadSource = (client: PicketClient, manifest: string, main: string): Promise<DetectorUploaded> =>
  client.detectors.upload({ manifest, source: { files: { 'main.ts': main } } });

/** Host processes of detectors that the control plane of a stack runs now. */
export function hostPids(stack: Stack): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isHost(pid, stack.control.pid));
}

function isHost(pid: number, parent: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) !== parent) return false;
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('host-child');
  } catch (error) {
    // ended between the listing and the reading
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

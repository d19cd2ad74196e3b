import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunFile } from '@picket/cli';

const path = (data: string) => join(data, 'run/picket.json');

/** Tells other commands where this Picket can be reached. Readers find the old file or the new one, never a part. */
export function writeRunFile(data: string, run: RunFile): void {
  const fresh = `${path(data)}.new`;
  writeFileSync(fresh, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
  renameSync(fresh, path(data));
}

export function removeRunFile(data: string): void {
  rmSync(path(data), { force: true });
}

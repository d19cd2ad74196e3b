import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of all files below a folder. @param without entries of it that do not count */
export function bytesBelow(folder: string, without: readonly string[] = []): number {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !without.includes(entry.name))
    .map((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return bytesBelow(path);
      // files of a database come and go
      return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    })
    .reduce((sum, bytes) => sum + bytes, 0);
}

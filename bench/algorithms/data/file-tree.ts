import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { messageOf } from '@picket/sdk/errors';
import { DataError } from './data-error.ts';
import { zipFiles } from './zip-archive.ts';

/** A file of a folder or of an archive, read when asked for. */
export interface DataFile {
  /** Below the folder, with `/`. */
  readonly path: string;
  read(): Buffer;
}

/** The files below a folder, or of a zip archive that is read where it lies. @throws DataError */
export function filesOf(path: string): DataFile[] {
  try {
    if (!statSync(path).isDirectory()) return [...zipFiles(readFileSync(path))];
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((file) => ({ path: relative(path, file).replaceAll('\\', '/'), read: () => readFileSync(file) }));
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError('DATA_MISSING', `the data at ${path} can not be read: ${messageOf(error)}`, { cause: error });
  }
}

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type CodeCopy, copyCode, placeOf } from './copy-code.ts';

/** What runs in child processes. */
export const ENTRIES = {
  host: fileURLToPath(new URL('../process/host-child.ts', import.meta.url)),
  validate: fileURLToPath(new URL('../process/validate-child.ts', import.meta.url)),
  compile: fileURLToPath(new URL('../compile/compile-child.ts', import.meta.url)),
} as const;

export type Entry = keyof typeof ENTRIES;

let copied: CodeCopy | undefined;

/** The copy of the children's code: made at first use, and again when somebody has tidied any of it away: it lies in a folder of temporary files. */
export function hostCode(): CodeCopy {
  if (!copied || ![copied.root, ...copied.files].every((path) => existsSync(path)))
    copied = copyCode(Object.values(ENTRIES));
  return copied;
}

export const entryFile = (code: CodeCopy, entry: Entry): string => placeOf(code.folder, ENTRIES[entry]);

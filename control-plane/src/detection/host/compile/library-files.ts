import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LIBRARY, LIBRARY_FOLDER } from './compile-message.ts';

/** The library that detectors are written with, as the sdk ships it: source by virtual path. */
export function libraryFiles(): Readonly<Record<string, string>> {
  const folder = new URL('.', import.meta.resolve('@picket/sdk/assembly'));
  const names = readdirSync(fileURLToPath(folder)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  return Object.fromEntries(
    names.map((name) => [`${LIBRARY_FOLDER}/${LIBRARY}/${name}`, readFileSync(new URL(name, folder), 'utf8')]),
  );
}

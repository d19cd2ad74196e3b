import { CompileFailed } from './compile-failed.ts';
import { ENTRY_FILE } from './compile-message.ts';

/** Source files by path: `main.ts` and what it imports. */
export type Sources = Readonly<Record<string, string>>;

export const MAIN_FILE = 'main.ts';
const MAX_FILES = 64;
const MAX_UNITS = 1 << 20;
/** Plain names below the folder of the detector; a name may not begin with a dot, so no way leads out. */
const PATH = /^(?:[A-Za-z0-9_-][A-Za-z0-9._-]*\/){0,7}[A-Za-z0-9_-][A-Za-z0-9._-]*\.ts$/;

/**
 * Refuses what can not be the sources of a detector, before the compiler sees them.
 * @throws CompileFailed DETECTOR_SOURCE_REFUSED
 */
export function checkSources(sources: Sources): void {
  const paths = Object.keys(sources);
  if (!Object.hasOwn(sources, MAIN_FILE)) throw refused(`there is no ${MAIN_FILE}: it exports the handlers`);
  if (paths.length > MAX_FILES) throw refused(`there are ${paths.length} files: at most ${MAX_FILES} are taken`);
  for (const path of paths) checkPath(path);
  const units = Object.values(sources).reduce((sum, text) => sum + text.length, 0);
  if (units > MAX_UNITS) throw refused(`the sources have ${units} characters: at most ${MAX_UNITS} are taken`);
}

function checkPath(path: string): void {
  const shown = JSON.stringify(path.slice(0, 100));
  if (path.length > 200 || !PATH.test(path))
    throw refused(
      `${shown} can not be a source file: a path has letters, digits, . _ - and /, ends with .ts and stays in the folder`,
    );
  // AssemblyScript would look for packages there, and .d.ts files declare what no one gives.
  if (path === ENTRY_FILE || path.split('/').includes('node_modules') || path.endsWith('.d.ts'))
    throw refused(`${shown} is a name with a meaning of its own: choose another`);
}

const refused = (why: string) => new CompileFailed('DETECTOR_SOURCE_REFUSED', why);

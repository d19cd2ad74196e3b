import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isGenerated } from './source-files.ts';

export const MAX_LINES = 300;

const SOURCE = /\.(ts|tsx|mjs|js|c|cc|h|css)$/;
/** A file that has to be longer says why near its top. */
const REASON = /\bSize: \S+/;
const NEAR_THE_TOP = 20;

/** Source files that are longer than they should be and do not say why, as sentences. */
export function longFiles(root: string, files: readonly string[]): readonly string[] {
  const sources = files.filter((file) => SOURCE.test(file) && !isGenerated(file));
  return sources.flatMap((file) => {
    const lines = readFileSync(join(root, file), 'utf8').trimEnd().split('\n');
    if (lines.length <= MAX_LINES || lines.slice(0, NEAR_THE_TOP).some((line) => REASON.test(line))) return [];
    return `${file}: ${lines.length} lines; split it, or say near its top why not: // Size: reason`;
  });
}

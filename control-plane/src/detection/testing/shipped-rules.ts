import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RuleFile } from '../rules/load/rule.ts';

const FOLDER = fileURLToPath(new URL('../../../rules', import.meta.url));

/** The rule files that Picket ships, in the order they are loaded. For tests. */
export const shippedRules = (): RuleFile[] =>
  globSync(`${FOLDER}/*.yaml`)
    .filter((name) => !name.endsWith('.test.yaml'))
    .sort()
    .map((name) => ({ name: basename(name), text: readFileSync(name, 'utf8') }));

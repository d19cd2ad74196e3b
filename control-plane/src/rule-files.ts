import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '@picket/sdk';
import type { RuleFile } from './detection/rules/load/rule.ts';
import { ControlPlaneError } from './errors.ts';

/** Folder of the rules that Picket ships. */
export const SHIPPED_RULES = fileURLToPath(new URL('../rules', import.meta.url));

/** Tests of rules lie beside the rules. */
export const RULE_TEST_FILE = /\.test\.ya?ml$/;

/**
 * Reads rule files and all `*.yaml` and `*.yml` of folders, in order of name; tests of rules are no rules.
 * @param advice what to do about a path that can not be read
 * @throws ControlPlaneError CONFIG_INVALID for a path that can not be read
 */
export function readRuleFiles(paths: readonly string[], advice = 'correct PICKET_RULES'): RuleFile[] {
  return paths.flatMap((path) => {
    try {
      const files = statSync(path).isDirectory() ? filesOf(path) : [path];
      return files.map((name) => ({ name, text: readFileSync(name, 'utf8') }));
    } catch (cause) {
      throw new ControlPlaneError(
        'CONFIG_INVALID',
        `the rules at ${path} can not be read (${messageOf(cause)}): ${advice}`,
        { cause },
      );
    }
  });
}

/** The folder may have any name, and what lies in it may be a folder or a pipe whatever it is called. */
function filesOf(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => /^[^.].*\.ya?ml$/.test(name) && !RULE_TEST_FILE.test(name));
  const paths = names.sort().map((name) => join(folder, name));
  return paths.filter((path) => statSync(path).isFile());
}

import { globSync, readFileSync, statSync } from 'node:fs';
import { messageOf } from '@picket/sdk';
import type { RuleFile } from './detection/rules/load/rule.ts';
import { ControlPlaneError } from './errors.ts';

/**
 * Reads rule files and all `*.yaml` and `*.yml` of folders, in order of name.
 * @throws ControlPlaneError CONFIG_INVALID for a path that can not be read
 */
export function readRuleFiles(paths: readonly string[]): RuleFile[] {
  return paths.flatMap((path) => {
    try {
      const files = statSync(path).isDirectory() ? globSync(`${path}/*.{yaml,yml}`).sort() : [path];
      return files.map((name) => ({ name, text: readFileSync(name, 'utf8') }));
    } catch (cause) {
      throw new ControlPlaneError(
        'CONFIG_INVALID',
        `the rules at ${path} can not be read (${messageOf(cause)}): correct PICKET_RULES`,
        { cause },
      );
    }
  });
}

import { createHash } from 'node:crypto';
import type { RuleFile } from '../detection/rules/load/rule.ts';

/** SHA-256 of rule files, names and order included: the same files have the same id everywhere. */
export function setId(files: readonly RuleFile[]): string {
  const contents = files.map(({ name, text }) => [name, text]);
  return createHash('sha256').update(JSON.stringify(contents)).digest('hex');
}

import { basename, relative } from 'node:path';
import { RULE_SET_LIMITS, type RuleFileText } from '@picket/sdk/client';
import { CliError } from '../../errors.ts';
import { readFiles } from '../rules/read-rules.ts';

/**
 * Rule files and folders of them under the names they get in a set: as they are named from here, or without their folder
 * when they lie elsewhere.
 * @throws CliError FILE_UNREADABLE, or USAGE when two files would have one name
 */
export function setFiles(paths: readonly string[]): RuleFileText[] {
  const files = readFiles(paths).map(({ name, text }) => ({ name: nameInSet(name), text }));
  const twice = files.find(({ name }, i) => files.findIndex((other) => other.name === name) !== i);
  if (twice) throw new CliError('USAGE', `two files are called ${twice.name}: name them from the folder above`);
  const characters = files.reduce((sum, { text }) => sum + text.length, 0);
  if (characters > RULE_SET_LIMITS.characters)
    throw new CliError(
      'USAGE',
      `the files have ${characters} characters together: a rule set has at most ${RULE_SET_LIMITS.characters}`,
    );
  return files;
}

function nameInSet(path: string): string {
  const name = relative('.', path);
  return name.startsWith('..') || name.startsWith('/') ? basename(path) : name;
}

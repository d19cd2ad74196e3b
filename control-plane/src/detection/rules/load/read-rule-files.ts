import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@picket/sdk';
import { ControlPlaneError } from '../../../errors.ts';
import type { RuleFile } from './rule.ts';

/** More than this a rule file may not hold. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Reads rule files; a folder stands for the .yaml and .yml files in it, by name.
 * @throws ControlPlaneError CONFIG_INVALID naming the path that can not be read or is too large
 */
export async function readRuleFiles(paths: readonly string[]): Promise<RuleFile[]> {
  const files: RuleFile[] = [];
  for (const path of paths) {
    for (const file of await filesAt(path)) files.push({ name: file, text: await readOne(file) });
  }
  return files;
}

async function filesAt(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = (await readdir(path)).filter((name) => /\.ya?ml$/.test(name)).sort();
    return names.map((name) => join(path, name));
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function readOne(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size <= MAX_BYTES) return await readFile(path, 'utf8');
  } catch (cause) {
    throw unreadable(path, cause);
  }
  throw new ControlPlaneError('CONFIG_INVALID', `the rule file ${path} is larger than ${MAX_BYTES} bytes; split it`);
}

const unreadable = (path: string, cause: unknown): ControlPlaneError =>
  new ControlPlaneError('CONFIG_INVALID', `the rules at ${path} can not be read: ${messageOf(cause)}`, { cause });

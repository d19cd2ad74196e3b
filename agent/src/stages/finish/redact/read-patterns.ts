import { readFileSync } from 'node:fs';
import { messageOf } from '@picket/sdk';
import { parse } from 'yaml';
import { AgentError } from '../../../errors.ts';
import { UserPattern, type UserPatternSource } from './user-pattern.ts';

const MOST_PATTERNS = 64;
const KEYS = ['name', 'regex', 'keep'];

/**
 * Reads the patterns that users add from a YAML or JSON file: a list of {name, regex, keep?}.
 * @throws AgentError CONFIG_INVALID naming the file, the pattern and what is wrong with it
 */
export function readPatterns(file: string): UserPattern[] {
  const list = readList(file);
  if (list.length > MOST_PATTERNS)
    throw invalid(file, `has ${list.length} patterns, at most ${MOST_PATTERNS} are taken`);
  return list.map((entry, i) => readPattern(file, entry, i));
}

function readList(file: string): readonly unknown[] {
  try {
    const content: unknown = parse(readFileSync(file, 'utf8'), { maxAliasCount: 0 });
    if (Array.isArray(content)) return content;
  } catch (cause) {
    throw invalid(file, `can not be read (${messageOf(cause)})`, cause);
  }
  throw invalid(file, 'must be a list of patterns, each with name and regex');
}

function readPattern(file: string, entry: unknown, index: number): UserPattern {
  const fields = fieldsOf(entry);
  const name = typeof fields.name === 'string' && fields.name !== '' ? fields.name : undefined;
  const where = `pattern ${index + 1}${name === undefined ? '' : ` (${name})`}`;
  if (name === undefined) throw invalid(file, `${where} needs a name`);
  const unknown = Object.keys(fields).find((key) => !KEYS.includes(key));
  if (unknown !== undefined)
    throw invalid(file, `${where} has the field ${unknown}, which is none of ${KEYS.join(', ')}`);
  try {
    return new UserPattern(checked(name, fields));
  } catch (cause) {
    throw invalid(file, `${where} can not be used: ${messageOf(cause)}`, cause);
  }
}

const fieldsOf = (entry: unknown): Readonly<Record<string, unknown>> =>
  typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? { ...entry } : {};

function checked(name: string, { regex, keep = 0 }: Readonly<Record<string, unknown>>): UserPatternSource {
  if (typeof regex !== 'string') throw new RangeError('regex must be a text');
  if (typeof keep !== 'number' || !Number.isInteger(keep) || keep < 0)
    throw new RangeError('keep must be a whole number from 0 on');
  return { name, regex, keep };
}

const invalid = (file: string, why: string, cause?: unknown) =>
  new AgentError('CONFIG_INVALID', `PICKET_REDACT: ${file} ${why}: change it and start again`, { cause });

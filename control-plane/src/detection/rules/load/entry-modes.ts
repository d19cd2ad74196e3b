import { isMap, isScalar, type YAMLMap } from 'yaml';
import { RuleError } from '../language/rule-error.ts';
import { EXTENSION_KEYS } from './extensions.ts';
import { METADATA_KEYS } from './rule-metadata.ts';
import type { YamlFile } from './yaml-file.ts';

/** What an entry does to what an earlier one said. */
export type Mode = 'append' | 'replace';
export type EntryKind = 'rule' | 'macro' | 'list';

/** Keys whose values can be added to. */
const APPENDABLE: Readonly<Record<EntryKind, readonly string[]>> = {
  rule: ['condition', 'output', 'desc', 'tags', 'exceptions', 'references'],
  macro: ['condition'],
  list: ['items'],
};

/** Keys that say something of a rule. */
export const RULE_KEYS: readonly string[] = [
  ...['condition', 'output', 'desc', 'priority', 'source', 'tags', 'enabled', 'exceptions'],
  ...['warn_evttypes', 'skip-if-unknown-filter', ...METADATA_KEYS, ...EXTENSION_KEYS],
];
/** Falco takes captures by these; here they say nothing. */
export const CAPTURE_KEYS: readonly string[] = ['capture', 'capture_duration', 'capture_events', 'capture_filesize'];

const REPLACEABLE: Readonly<Record<EntryKind, readonly string[]>> = {
  rule: [...RULE_KEYS, ...CAPTURE_KEYS],
  macro: ['condition'],
  list: ['items'],
};

/**
 * Reads what an entry does to each key: as its `override` says, else `append: true` adds where that is possible, and
 * everything else replaces.
 * @throws RuleError when `override` names a key that the entry does not have or that can not be changed so, leaves one out,
 *   or stands beside `append: true`
 */
export function readModes(yaml: YamlFile, entry: YAMLMap, kind: EntryKind): (key: string) => Mode {
  const override = yaml.node(entry, 'override');
  const appends = yaml.bool(entry, 'append') === true;
  if (!override) return (key) => (appends && APPENDABLE[kind].includes(key) ? 'append' : 'replace');
  const at = yaml.at(override);
  if (appends) throw new RuleError('RULE_SYNTAX', '"append" and "override" do not go together: leave append out', at);
  if (!isMap(override) || override.items.length === 0)
    throw new RuleError('RULE_SYNTAX', 'override says "append" or "replace" for each key, as {condition: append}', at);
  const modes = new Map<string, Mode>();
  for (const { key } of override.items) {
    const name = isScalar(key) ? String(key.value) : '';
    modes.set(name, readMode(yaml, entry, override, kind, name));
  }
  const missing = REPLACEABLE[kind].find((key) => entry.has(key) && !modes.has(key));
  if (missing)
    throw new RuleError('RULE_SYNTAX', `override must say "${missing}: append" or "${missing}: replace"`, at);
  return (key) => modes.get(key) ?? 'replace';
}

function readMode(yaml: YamlFile, entry: YAMLMap, override: YAMLMap, kind: EntryKind, key: string): Mode {
  const at = yaml.at(override);
  const mode = yaml.text(override, key)?.text;
  if (!REPLACEABLE[kind].includes(key))
    throw new RuleError('RULE_SYNTAX', `"${key}" of a ${kind} can not be overridden`, at);
  if (!entry.has(key))
    throw new RuleError('RULE_SYNTAX', `override speaks of "${key}", which the entry does not have`, at);
  if (mode === 'append' && !APPENDABLE[kind].includes(key))
    throw new RuleError('RULE_SYNTAX', `nothing can be added to "${key}": write "${key}: replace"`, at);
  if (mode === 'append' || mode === 'replace') return mode;
  throw new RuleError('RULE_SYNTAX', `override must say "${key}: append" or "${key}: replace"`, at);
}

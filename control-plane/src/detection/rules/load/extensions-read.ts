import type { YAMLMap } from 'yaml';
import { RuleError } from '../language/rule-error.ts';
import { type BaselineUse, EXTENSION_KEYS, type ExtensionDefinition } from './extensions.ts';
import { readSequence } from './extensions-sequence.ts';
import { COOLDOWN_BOUNDS, invalid, readJoin, readTime } from './extensions-values.ts';
import { readWindow } from './extensions-window.ts';
import type { YamlFile } from './yaml-file.ts';

/**
 * Reads the keys of a rule entry that ask for more than one event; what it does not name stays as it was.
 * @param modeOf what the entry does to a key
 * @throws RuleError at the value that does not fit
 */
export function readExtensions(
  yaml: YamlFile,
  entry: YAMLMap,
  old: ExtensionDefinition,
  modeOf: (key: string) => 'append' | 'replace',
): ExtensionDefinition {
  const appended = EXTENSION_KEYS.find((key) => entry.has(key) && modeOf(key) === 'append');
  if (appended)
    throw new RuleError(
      'RULE_INVALID',
      `nothing can be added to ${appended}: replace it with "override: {${appended}: replace}"`,
      yaml.at(yaml.node(entry, appended)),
    );
  const window = yaml.node(entry, 'window');
  const sequence = yaml.node(entry, 'sequence');
  const groupBy = yaml.node(entry, 'group_by');
  const cooldown = yaml.text(entry, 'cooldown');
  return {
    window: window ? readWindow(yaml, window) : old.window,
    sequence: sequence ? readSequence(yaml, sequence) : old.sequence,
    baseline: readBaseline(yaml, entry) ?? old.baseline,
    cooldownMs: cooldown ? readTime(cooldown, 'cooldown', COOLDOWN_BOUNDS) : old.cooldownMs,
    groupBy: groupBy ? readJoin(yaml, groupBy, 'group_by') : old.groupBy,
  };
}

function readBaseline(yaml: YamlFile, entry: YAMLMap): BaselineUse | undefined {
  const source = yaml.text(entry, 'baseline');
  const text = source?.text.trim();
  if (!source || text === 'required' || text === 'optional') return text as BaselineUse | undefined;
  throw invalid('baseline is "required" or "optional"', source);
}

import type { YAMLMap } from 'yaml';
import type { Position } from '../language/position.ts';
import { RuleError } from '../language/rule-error.ts';
import type { SourceText } from '../language/source-text.ts';
import { RULE_KEYS, readModes } from './entry-modes.ts';
import { defineExceptions, type ExceptionDefinition, mergeExceptions, readExceptions } from './exception-definition.ts';
import { type ExtensionDefinition, NO_EXTENSIONS } from './extensions.ts';
import { readExtensions } from './extensions-read.ts';
import { NO_METADATA, type RuleMetadata, readMetadata } from './rule-metadata.ts';
import type { YamlFile } from './yaml-file.ts';

/** A rule as written, later entries of the same name worked in. */
export interface RuleDefinition {
  readonly name: string;
  readonly position: Position;
  readonly condition: SourceText | undefined;
  readonly output: SourceText | undefined;
  readonly description: SourceText | undefined;
  readonly priority: SourceText | undefined;
  readonly source: SourceText | undefined;
  readonly tags: readonly string[];
  readonly enabled: boolean;
  readonly exceptions: readonly ExceptionDefinition[];
  /** Whether to tell of event types that are not collected. */
  readonly warnsOfTypes: boolean;
  /** Whether a field that is not known makes the rule be passed over and is no error. */
  readonly skipsUnknownFields: boolean;
  readonly metadata: RuleMetadata;
  readonly extensions: ExtensionDefinition;
}

/** An entry with none of these does not define a rule. */
const DEFINING = ['condition', 'sequence', 'output', 'desc', 'priority'];

/**
 * Reads a rule entry. `known` finds the rule of that name as it stands so far, and throws when there is none.
 * @throws RuleError at what does not fit; the rule then stays as it was
 */
export function readRule(yaml: YamlFile, entry: YAMLMap, name: string, known: () => RuleDefinition): RuleDefinition {
  const changes = entry.has('override') || yaml.bool(entry, 'append') === true;
  const defines = DEFINING.some((key) => entry.has(key));
  if (!changes && !defines) return switched(yaml, entry, known);
  return merged(yaml, entry, changes ? known() : emptyRule(name, yaml.at(entry)));
}

/** Turns a rule on or off: an entry with `enabled` and nothing else. */
function switched(yaml: YamlFile, entry: YAMLMap, known: () => RuleDefinition): RuleDefinition {
  const enabled = yaml.bool(entry, 'enabled');
  const other = RULE_KEYS.find((key) => key !== 'enabled' && entry.has(key));
  if (other)
    throw new RuleError(
      'RULE_SYNTAX',
      `to change "${other}" of a rule that is there, add "override: {${other}: append}" or "replace"`,
      yaml.at(entry),
    );
  if (enabled === undefined) throw new RuleError('RULE_SYNTAX', 'the rule has no condition', yaml.at(entry));
  return { ...known(), enabled };
}

function merged(yaml: YamlFile, entry: YAMLMap, rule: RuleDefinition): RuleDefinition {
  const mode = readModes(yaml, entry, 'rule');
  const text = (key: string, old: SourceText | undefined): SourceText | undefined => {
    const next = yaml.text(entry, key);
    return next && old && mode(key) === 'append' ? old.join(next) : (next ?? old);
  };
  const tags = readTags(yaml, entry);
  return {
    ...rule,
    condition: text('condition', rule.condition),
    output: text('output', rule.output),
    description: text('desc', rule.description),
    priority: text('priority', rule.priority),
    source: text('source', rule.source),
    tags: tags ? [...new Set([...(mode('tags') === 'append' ? rule.tags : []), ...tags])] : rule.tags,
    enabled: yaml.bool(entry, 'enabled') ?? rule.enabled,
    exceptions: exceptionsOf(yaml, entry, rule, mode('exceptions') === 'append'),
    warnsOfTypes: yaml.bool(entry, 'warn_evttypes') ?? rule.warnsOfTypes,
    skipsUnknownFields: yaml.bool(entry, 'skip-if-unknown-filter') ?? rule.skipsUnknownFields,
    metadata: readMetadata(yaml, entry, rule.metadata, mode),
    extensions: readExtensions(yaml, entry, rule.extensions, mode),
  };
}

function exceptionsOf(yaml: YamlFile, entry: YAMLMap, rule: RuleDefinition, appends: boolean) {
  const node = yaml.filled(entry, 'exceptions');
  if (!node) return rule.exceptions;
  const read = readExceptions(yaml, node);
  return appends ? mergeExceptions(rule.exceptions, read) : defineExceptions(read);
}

function readTags(yaml: YamlFile, entry: YAMLMap): string[] | undefined {
  const node = yaml.filled(entry, 'tags');
  return node && yaml.list(node, 'tags').map((tag) => yaml.scalarText(tag, 'a tag').text);
}

const emptyRule = (name: string, position: Position): RuleDefinition => ({
  name,
  position,
  condition: undefined,
  output: undefined,
  description: undefined,
  priority: undefined,
  source: undefined,
  tags: [],
  enabled: true,
  exceptions: [],
  warnsOfTypes: true,
  skipsUnknownFields: false,
  metadata: NO_METADATA,
  extensions: NO_EXTENSIONS,
});

import type { YAMLMap } from 'yaml';
import { RuleError } from '../language/rule-error.ts';
import type { SourceText } from '../language/source-text.ts';
import type { Literal } from '../language/syntax-tree.ts';
import { CAPTURE_KEYS, RULE_KEYS, readModes } from './entry-modes.ts';
import { readItem } from './list-item.ts';
import { checkEngineVersion, checkPlugins } from './requirements.ts';
import type { RuleFile } from './rule.ts';
import { type RuleDefinition, readRule } from './rule-definition.ts';
import { YamlFile } from './yaml-file.ts';

type Report = (error: RuleError, rule: string | undefined, severity: 'error' | 'warning') => void;

const KNOWN: Readonly<Record<string, readonly string[]>> = {
  rule: [...RULE_KEYS, ...CAPTURE_KEYS, 'append', 'override'],
  macro: ['condition', 'append', 'override'],
  list: ['items', 'append', 'override'],
  required_engine_version: [],
  required_plugin_versions: [],
  matching: [],
};

/**
 * Collects what rule files define, in their order: a later entry of the same name replaces an earlier one, or changes the
 * parts that `append: true` or `override:` name.
 */
export class Definitions {
  readonly rules = new Map<string, RuleDefinition>();
  readonly macros = new Map<string, SourceText>();
  readonly lists = new Map<string, readonly Literal[]>();
  /** Entries of rules that could not be read, by name of the rule. */
  readonly refused = new Map<string, RuleError[]>();
  /** Names of the files of whose rules only the first that matches an event fires. */
  readonly firstMatch = new Set<string>();
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  read(file: RuleFile): void {
    let yaml: YamlFile;
    try {
      yaml = new YamlFile(file);
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      this.#report(error, undefined, 'error');
      return;
    }
    let rules = 0;
    for (const item of yaml.items) if (this.#readEntry(yaml, item, rules > 0) === 'rule') rules++;
  }

  /** @returns what the entry is about; undefined when it is about nothing */
  #readEntry(yaml: YamlFile, item: unknown, afterRules: boolean): string | undefined {
    let kind: string | undefined;
    let rule: string | undefined;
    try {
      const entry = yaml.entry(item);
      kind = Object.keys(KNOWN).find((key) => entry.has(key));
      if (!kind)
        throw new RuleError('RULE_SYNTAX', 'an entry begins with "rule:", "macro:" or "list:"', yaml.at(entry));
      if (kind === 'rule') rule = yaml.text(entry, kind)?.text.trim() || undefined;
      yaml.checkKeys(entry);
      this.#warnOfUnknownKeys(yaml, entry, kind, rule);
      if (kind === 'rule' || kind === 'macro' || kind === 'list') this.#define(yaml, entry, kind);
      else this.#readHead(yaml, entry, kind, afterRules);
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      // an entry that fails changes nothing: what an earlier one defined stays in force
      if (rule !== undefined) this.refused.set(rule, [...(this.refused.get(rule) ?? []), error]);
      this.#report(error, rule, 'error');
    }
    return kind;
  }

  #define(yaml: YamlFile, entry: YAMLMap, kind: 'rule' | 'macro' | 'list'): void {
    const name = yaml.text(entry, kind)?.text.trim() ?? '';
    if (name === '') throw new RuleError('RULE_SYNTAX', `the ${kind} has no name`, yaml.at(entry));
    if (kind === 'list') this.#readList(yaml, entry, name);
    else if (kind === 'macro') this.#readMacro(yaml, entry, name);
    else {
      const known = () => this.#defined(this.rules, 'rule', name, yaml, entry);
      this.rules.set(name, readRule(yaml, entry, name, known));
    }
  }

  /** What a file says of itself. */
  #readHead(yaml: YamlFile, entry: YAMLMap, kind: string, afterRules: boolean): void {
    if (kind === 'matching') this.#readMatching(yaml, entry, afterRules);
    const newer = kind === 'required_engine_version' ? [checkEngineVersion(yaml, entry)] : [];
    const unmet = kind === 'required_plugin_versions' ? checkPlugins(yaml, entry) : newer;
    for (const warning of unmet) if (warning) this.#report(warning, undefined, 'warning');
  }

  #readMatching(yaml: YamlFile, entry: YAMLMap, afterRules: boolean): void {
    const at = yaml.at(yaml.node(entry, 'matching') ?? entry);
    const mode = yaml.text(entry, 'matching')?.text;
    if (mode !== 'first' && mode !== 'all') throw new RuleError('RULE_SYNTAX', 'matching is "first" or "all"', at);
    if (afterRules) throw new RuleError('RULE_SYNTAX', 'matching stands before the first rule of its file', at);
    if (mode === 'first') this.firstMatch.add(yaml.name);
    else this.firstMatch.delete(yaml.name);
  }

  #readList(yaml: YamlFile, entry: YAMLMap, name: string): void {
    const node = yaml.node(entry, 'items');
    if (!node) throw new RuleError('RULE_SYNTAX', `list ${name} has no items`, yaml.at(entry));
    const items = yaml.list(node, 'items').map((item) => readItem(yaml, item, `an item of list ${name}`));
    const appends = readModes(yaml, entry, 'list')('items') === 'append';
    const old = appends ? this.#defined(this.lists, 'list', name, yaml, entry) : [];
    this.lists.set(name, [...old, ...items]);
  }

  #readMacro(yaml: YamlFile, entry: YAMLMap, name: string): void {
    const condition = yaml.text(entry, 'condition');
    if (!condition) throw new RuleError('RULE_SYNTAX', `macro ${name} has no condition`, yaml.at(entry));
    const appends = readModes(yaml, entry, 'macro')('condition') === 'append';
    this.macros.set(name, appends ? this.#defined(this.macros, 'macro', name, yaml, entry).join(condition) : condition);
  }

  #defined<T>(where: ReadonlyMap<string, T>, kind: string, name: string, yaml: YamlFile, entry: YAMLMap): T {
    const known = where.get(name);
    if (known !== undefined) return known;
    throw new RuleError(
      'RULE_INVALID',
      `there is no ${kind} "${name}" before this entry that it could change`,
      yaml.at(entry),
    );
  }

  #warnOfUnknownKeys(yaml: YamlFile, entry: YAMLMap, kind: string, rule: string | undefined): void {
    for (const { key } of entry.items) {
      const name = String((key as { value?: unknown } | null)?.value ?? key);
      if (name === kind || KNOWN[kind]?.includes(name)) continue;
      this.#report(new RuleError('RULE_SYNTAX', `"${name}" means nothing in a ${kind}`, yaml.at(key)), rule, 'warning');
    }
  }
}

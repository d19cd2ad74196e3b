import { isMap, type YAMLMap } from 'yaml';
import type { Position } from '../language/position.ts';
import { RuleError } from '../language/rule-error.ts';
import type { SourceText } from '../language/source-text.ts';
import type { Literal } from '../language/syntax-tree.ts';
import { type ExceptionDefinition, mergeExceptions, readExceptions } from './exception-definition.ts';
import type { RuleFile } from './rule.ts';
import { YamlFile } from './yaml-file.ts';

/** A rule as written, later entries of the same name worked in. */
export interface RuleDefinition {
  readonly name: string;
  readonly position: Position;
  condition: SourceText | undefined;
  output: SourceText | undefined;
  description: SourceText | undefined;
  priority: SourceText | undefined;
  source: SourceText | undefined;
  tags: readonly string[];
  enabled: boolean;
  exceptions: readonly ExceptionDefinition[];
}

type Mode = 'append' | 'replace';
type Report = (error: RuleError, rule: string | undefined, severity: 'error' | 'warning') => void;

const RULE_KEYS = ['condition', 'output', 'desc', 'priority', 'source', 'tags', 'enabled', 'exceptions'];
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  rule: [...RULE_KEYS, 'append', 'override', 'warn_evttypes', 'skip-if-unknown-filter', 'capture', 'capture_duration'],
  macro: ['condition', 'append', 'override'],
  list: ['items', 'append', 'override'],
  required_engine_version: [],
  required_plugin_versions: [],
};

/**
 * Collects what rule files define, in their order: a later entry of the same name replaces an earlier one, or changes the
 * parts that `append: true` or `override:` name.
 */
export class Definitions {
  readonly rules = new Map<string, RuleDefinition>();
  readonly macros = new Map<string, SourceText>();
  readonly lists = new Map<string, readonly Literal[]>();
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
    for (const entry of yaml.items) this.#readEntry(yaml, entry);
  }

  #readEntry(yaml: YamlFile, entry: YAMLMap): void {
    const kind = Object.keys(KNOWN).find((key) => entry.has(key));
    let rule: string | undefined;
    try {
      if (!kind)
        throw new RuleError('RULE_SYNTAX', 'an entry begins with "rule:", "macro:" or "list:"', yaml.at(entry));
      if (kind.startsWith('required_')) return;
      const name = (yaml.text(entry, kind) as SourceText | undefined)?.text ?? '';
      if (kind === 'rule') rule = name;
      if (name.trim() === '') throw new RuleError('RULE_SYNTAX', `the ${kind} has no name`, yaml.at(entry));
      this.#warnOfUnknownKeys(yaml, entry, kind, rule);
      if (kind === 'list') this.#readList(yaml, entry, name);
      else if (kind === 'macro') this.#readMacro(yaml, entry, name);
      else this.#readRule(yaml, entry, name);
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      // an entry that fails changes nothing: what an earlier one defined stays in force
      this.#report(error, rule, 'error');
    }
  }

  #readList(yaml: YamlFile, entry: YAMLMap, name: string): void {
    const node = yaml.node(entry, 'items');
    if (!node) throw new RuleError('RULE_SYNTAX', `list ${name} has no items`, yaml.at(entry));
    const items = yaml.list(node, 'items').map((item): Literal => {
      const { text } = yaml.scalarText(item, `an item of list ${name}`);
      return { type: 'literal', text, quoted: yaml.isQuoted(item), at: yaml.at(item) };
    });
    const old =
      this.#modeOf(yaml, entry, 'items') === 'append' ? this.#defined(this.lists, 'list', name, yaml, entry) : [];
    this.lists.set(name, [...old, ...items]);
  }

  #readMacro(yaml: YamlFile, entry: YAMLMap, name: string): void {
    const condition = yaml.text(entry, 'condition');
    if (!condition) throw new RuleError('RULE_SYNTAX', `macro ${name} has no condition`, yaml.at(entry));
    const append = this.#modeOf(yaml, entry, 'condition') === 'append';
    this.macros.set(name, append ? this.#defined(this.macros, 'macro', name, yaml, entry).join(condition) : condition);
  }

  #readRule(yaml: YamlFile, entry: YAMLMap, name: string): void {
    const given = RULE_KEYS.filter((key) => entry.has(key));
    const switches = given.length === 1 && given[0] === 'enabled';
    const changes = switches || entry.has('append') || entry.has('override');
    const rule = changes ? this.#defined(this.rules, 'rule', name, yaml, entry) : emptyRule(name, yaml.at(entry));
    const mode = (key: string) => this.#modeOf(yaml, entry, key);
    const changed = <T>(
      key: string,
      old: T | undefined,
      next: T | undefined,
      join: (a: T, b: T) => T,
    ): T | undefined => {
      if (next === undefined) return old;
      return old !== undefined && mode(key) === 'append' ? join(old, next) : next;
    };
    const text = (key: string, old: SourceText | undefined) =>
      changed(key, old, yaml.text(entry, key), (a, b) => a.join(b));
    const tags = yaml.node(entry, 'tags');
    const exceptions = yaml.node(entry, 'exceptions');
    const next: RuleDefinition = {
      ...rule,
      condition: text('condition', rule.condition),
      output: text('output', rule.output),
      description: text('desc', rule.description),
      priority: text('priority', rule.priority),
      source: text('source', rule.source),
      tags: changed('tags', rule.tags, tags && readTags(yaml, tags), (a, b) => [...a, ...b]) ?? [],
      enabled: yaml.bool(entry, 'enabled') ?? rule.enabled,
      exceptions:
        changed('exceptions', rule.exceptions, exceptions && readExceptions(yaml, exceptions), mergeExceptions) ?? [],
    };
    this.rules.set(name, next);
  }

  /** What an entry does to a key: as `override` says, else `append: true` adds and anything else replaces. */
  #modeOf(yaml: YamlFile, entry: YAMLMap, key: string): Mode {
    const override = yaml.node(entry, 'override');
    if (!override) return yaml.bool(entry, 'append') ? 'append' : 'replace';
    const mode = isMap(override) ? yaml.text(override, key)?.text : undefined;
    if (mode === 'append' || mode === 'replace') return mode;
    throw new RuleError('RULE_SYNTAX', `override must say "${key}: append" or "${key}: replace"`, yaml.at(override));
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
});

const readTags = (yaml: YamlFile, node: unknown): string[] =>
  yaml.list(node, 'tags').map((tag) => yaml.scalarText(tag, 'a tag').text);

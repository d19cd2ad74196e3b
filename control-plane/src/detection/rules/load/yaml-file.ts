import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, type YAMLMap } from 'yaml';
import type { Position } from '../language/position.ts';
import { RuleError } from '../language/rule-error.ts';
import { SourceText } from '../language/source-text.ts';
import type { RuleFile } from './rule.ts';
import { MAX_DEPTH, tooDeepAt } from './yaml-depth.ts';

/** A rule file as YAML nodes, with the place of each. Reads nodes, not values: a wrong value is told by its place. */
export class YamlFile {
  readonly name: string;
  readonly #text: string;
  readonly #lines = new LineCounter();
  /** The entries of the file, as `entry` reads them. */
  readonly items: readonly unknown[];

  /** @throws RuleError RULE_SYNTAX at the first place where it is not YAML, or not a list */
  constructor(file: RuleFile) {
    this.name = file.name;
    this.#text = file.text;
    // the same key twice spoils its entry, not the file
    const options = { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: false };
    this.#checkDepth(file);
    const parsed = parseAllDocuments(file.text, options);
    const documents = Array.isArray(parsed) ? parsed : [];
    for (const { errors } of documents)
      if (errors[0]) throw new RuleError('RULE_SYNTAX', tell(errors[0].message), this.#at(errors[0].pos[0]));
    this.items = documents.flatMap(({ contents }) => this.#entries(contents));
  }

  /** @throws RuleError RULE_SYNTAX when the item is a plain value */
  entry(item: unknown): YAMLMap {
    if (isMap(item)) return item;
    throw new RuleError('RULE_SYNTAX', 'an entry begins with "rule:", "macro:" or "list:"', this.at(item));
  }

  at(node: unknown): Position {
    return this.#at((node as Node | undefined)?.range?.[0] ?? 0);
  }

  /** The value of a key; undefined when the map does not have it. */
  node(map: YAMLMap, key: string): Node | undefined {
    const node = map.get(key, true) as unknown;
    if (isAlias(node))
      throw new RuleError(
        'RULE_SYNTAX',
        'YAML aliases are not supported in rule files: use a list or macro',
        this.at(node),
      );
    return (node as Node | undefined) ?? undefined;
  }

  /** The value of a key unless it is left empty. */
  filled(map: YAMLMap, key: string): Node | undefined {
    const node = this.node(map, key);
    return isEmpty(node) ? undefined : node;
  }

  text(map: YAMLMap, key: string): SourceText | undefined {
    const node = this.node(map, key);
    return node && this.scalarText(node, key);
  }

  scalarText(node: unknown, what: string): SourceText {
    if (!isScalar(node) || node.value === null)
      throw new RuleError('RULE_SYNTAX', `${what} must be a text`, this.at(node));
    return SourceText.fromScalar(node, this.name, this.#text, this.#lines);
  }

  bool(map: YAMLMap, key: string): boolean | undefined {
    const node = this.node(map, key);
    if (!node) return undefined;
    if (isScalar(node) && typeof node.value === 'boolean') return node.value;
    throw new RuleError('RULE_SYNTAX', `${key} must be true or false`, this.at(node));
  }

  /** The items of a list; one value stands for a list of one. */
  list(node: unknown, what: string): readonly unknown[] {
    if (isSeq(node)) return node.items;
    if (isScalar(node) && node.value !== null) return [node];
    throw new RuleError('RULE_SYNTAX', `${what} must be a list`, this.at(node));
  }

  /** @throws RuleError RULE_SYNTAX where a map in an entry has the same key twice */
  checkKeys(map: YAMLMap): void {
    const seen = new Set<string>();
    for (const { key, value } of map.items) {
      const name = isScalar(key) ? String(key.value) : '';
      if (seen.has(name))
        throw new RuleError('RULE_SYNTAX', `the key "${name}" stands here twice: keys are unique`, this.at(key));
      seen.add(name);
      for (const inner of isSeq(value) ? value.items : [value]) if (isMap(inner)) this.checkKeys(inner);
    }
  }

  #checkDepth({ text }: RuleFile): void {
    const offset = tooDeepAt(text);
    if (offset === undefined) return;
    // nothing was parsed yet that would have told where lines begin
    const lines = text.slice(0, offset).split('\n');
    const position = { file: this.name, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
    throw new RuleError('RULE_SYNTAX', `lists and maps may be nested ${MAX_DEPTH} deep at most`, position);
  }

  #entries(top: unknown): unknown[] {
    if (isEmpty(top)) return [];
    if (isSeq(top)) return top.items.filter((item) => !isEmpty(item));
    throw new RuleError(
      'RULE_SYNTAX',
      'a rule file is a list: its entries begin with "- rule:", "- macro:" or "- list:"',
      this.at(top),
    );
  }

  #at(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.name, line: Math.max(1, line), column: Math.max(1, col) };
  }
}

/** The parser calls itself for each list or map within another one. */
const tell = (message: string): string =>
  message.includes('call stack') ? 'lists and maps are nested too deep here' : message;

const isEmpty = (node: unknown): boolean =>
  node === null || node === undefined || (isScalar(node) && (node.value === null || node.value === undefined));

import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { Position } from '../language/position.ts';
import { RuleError } from '../language/rule-error.ts';
import { SourceText } from '../language/source-text.ts';
import type { RuleFile } from './rule.ts';

/** A rule file as YAML nodes, with the place of each. Reads nodes, not values: a wrong value is told by its place. */
export class YamlFile {
  readonly name: string;
  readonly #text: string;
  readonly #lines = new LineCounter();
  /** The entries of the file. */
  readonly items: readonly YAMLMap[];

  /** @throws RuleError RULE_SYNTAX at the first place where it is not YAML, or not a list of entries */
  constructor(file: RuleFile) {
    this.name = file.name;
    this.#text = file.text;
    const document = parseDocument(file.text, { lineCounter: this.#lines, prettyErrors: false });
    const fault = document.errors[0];
    if (fault) throw new RuleError('RULE_SYNTAX', fault.message, this.#at(fault.pos[0]));
    const top = document.contents;
    if (top === null || (isScalar(top) && top.value === null)) this.items = [];
    else if (isSeq(top)) this.items = top.items.map((item) => this.#entry(item));
    else
      throw new RuleError(
        'RULE_SYNTAX',
        'a rule file is a list: its entries begin with "- rule:", "- macro:" or "- list:"',
        this.at(top),
      );
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

  /** Whether a scalar was written in quotes. */
  isQuoted(node: unknown): boolean {
    const type = isScalar(node) ? (node as Scalar).type : undefined;
    return type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE';
  }

  #entry(item: unknown): YAMLMap {
    if (isMap(item)) return item;
    throw new RuleError('RULE_SYNTAX', 'an entry begins with "rule:", "macro:" or "list:"', this.at(item));
  }

  #at(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.name, line: Math.max(1, line), column: Math.max(1, col) };
  }
}

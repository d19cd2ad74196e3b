import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { SigmaError, type SigmaErrorCode, type SigmaPosition } from './sigma-error.ts';

/** One document of a Sigma file as YAML nodes, with the place of each. */
export class SigmaDocument {
  readonly root: unknown;
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #syntaxError: { readonly message: string; readonly pos: readonly [number, number] } | undefined;

  private constructor(file: string, lines: LineCounter, root: unknown, error: SigmaDocument['syntaxError']) {
    this.root = root;
    this.#file = file;
    this.#lines = lines;
    this.#syntaxError = error;
  }

  /** The documents of a file. What is wrong with one is told when it is asked for, so the others can be read. */
  static read(file: string, text: string): SigmaDocument[] {
    const lines = new LineCounter();
    const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
    const documents = Array.isArray(parsed) ? parsed : [];
    return documents.map(({ contents, errors }) => new SigmaDocument(file, lines, contents, errors[0]));
  }

  get syntaxError(): { readonly message: string; readonly pos: readonly [number, number] } | undefined {
    return this.#syntaxError;
  }

  /** @throws SigmaError SIGMA_SYNTAX when the document is no map */
  map(): YAMLMap {
    if (this.#syntaxError) throw new SigmaError('SIGMA_SYNTAX', this.#syntaxError.message, this.place());
    if (!isMap(this.root)) throw this.error('SIGMA_SYNTAX', 'a Sigma rule is a map', this.root);
    return this.root;
  }

  /** Where the document begins, or where it stops being YAML. */
  place(): SigmaPosition {
    return this.#at(this.#syntaxError?.pos[0] ?? (this.root as Node | null)?.range?.[0] ?? 0);
  }

  at(node: unknown): SigmaPosition {
    const offset = (node as Node | null | undefined)?.range?.[0];
    return offset === undefined ? this.place() : this.#at(offset);
  }

  error(code: SigmaErrorCode, message: string, node: unknown): SigmaError {
    return new SigmaError(code, message, this.at(node));
  }

  /** The value of a key; undefined when there is none. */
  node(map: YAMLMap, key: string): unknown {
    return this.resolved(map.get(key, true) ?? undefined);
  }

  /** The text of a key as it is written. */
  text(map: YAMLMap, key: string): string | undefined {
    const node = this.node(map, key);
    if (node === undefined || (isScalar(node) && node.value === null)) return undefined;
    return this.scalar(node, key);
  }

  /** The texts of a key; one value stands for a list of one. */
  texts(map: YAMLMap, key: string): string[] {
    const node = this.node(map, key);
    if (node === undefined || (isScalar(node) && node.value === null)) return [];
    return this.items(node).map((item) => this.scalar(item, key));
  }

  /** The items of a list; one value stands for a list of one. */
  items(node: unknown): readonly unknown[] {
    return isSeq(node) ? node.items.map((item) => this.resolved(item)) : [node];
  }

  /** @throws SigmaError SIGMA_SYNTAX when it is no text, number or truth value */
  scalar(node: unknown, what: string): string {
    if (!isScalar(node) || node.value === null || node.value === undefined)
      throw this.error('SIGMA_SYNTAX', `${what} must be a text`, node);
    return typeof node.value === 'string' ? node.value : ((node as Scalar).source ?? String(node.value));
  }

  /** The key of a pair as text. */
  key(pair: Pair): string {
    return this.scalar(pair.key, 'a key');
  }

  /** Aliases could stand for more than anybody wrote. */
  resolved(node: unknown): unknown {
    if (isAlias(node)) throw this.error('SIGMA_UNSUPPORTED', 'YAML aliases are not supported: write it out', node);
    return node;
  }

  #at(offset: number): SigmaPosition {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#file, line: Math.max(1, line), column: Math.max(1, col) };
  }
}

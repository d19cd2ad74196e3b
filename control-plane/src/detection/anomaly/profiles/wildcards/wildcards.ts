import { classOf, textOf } from '../token-stat.ts';
import { type Wider, widerNames, widerPeers } from './fold-names.ts';
import { type FoldedPaths, foldPaths } from './fold-paths.ts';

/** A wildcard of a profile. */
export interface Wildcard {
  /** `<class>:<text>`; `*` stands for a name, or a part of one. */
  readonly pattern: string;
  /** Different tokens that it took the place of. */
  readonly of: number;
}

type Folding = { readonly paths: 'run' | 'write' | 'read' } | { readonly wider: (text: string) => Wider[] };

/** Classes of which wildcards are learned. All others are known by what was seen alone. */
const FOLDINGS: Readonly<Record<string, Folding>> = {
  x: { paths: 'run' },
  r: { paths: 'read' },
  w: { paths: 'write' },
  m: { paths: 'write' },
  u: { paths: 'read' },
  c: { wider: widerPeers },
  d: { wider: widerNames },
};

/** What a profile takes besides the very tokens that were seen. Made of those alone: the same tokens, the same wildcards. */
export class Wildcards {
  /** In the order of their text. */
  readonly list: readonly Wildcard[];
  /** By class, and by operation where the text begins with one. */
  readonly #paths = new Map<string, FoldedPaths>();
  readonly #wider = new Set<string>();

  constructor(tokens: Iterable<string>) {
    const paths = new Map<string, string[]>();
    const within = new Map<string, { of: number; atLeast: number }>();
    for (const token of tokens) {
      const folding = FOLDINGS[classOf(token)];
      if (folding === undefined) continue;
      if ('wider' in folding) count(within, token, folding.wider);
      else group(paths, token);
    }
    const list: Wildcard[] = [];
    for (const [head, texts] of paths) list.push(...this.#fold(head, texts));
    for (const [pattern, { of, atLeast }] of within)
      if (of > atLeast) {
        list.push({ pattern, of });
        this.#wider.add(pattern);
      }
    this.list = list.toSorted((a, b) => (a.pattern < b.pattern ? -1 : 1));
  }

  covers(token: string): boolean {
    const folding = FOLDINGS[classOf(token)];
    if (folding === undefined) return false;
    if ('paths' in folding) {
      const [head, path] = splitPath(token);
      return this.#paths.get(head)?.covers(path) ?? false;
    }
    if (this.#wider.size === 0) return false;
    const letter = classOf(token);
    return folding.wider(textOf(token)).some(({ text }) => this.#wider.has(`${letter}:${text}`));
  }

  #fold(head: string, texts: readonly string[]): Wildcard[] {
    const folding = FOLDINGS[classOf(head)];
    const folded = folding && 'paths' in folding ? foldPaths(texts, folding.paths) : undefined;
    if (!folded) return [];
    this.#paths.set(head, folded);
    return folded.patterns.map(({ pattern, of }) => ({ pattern: `${head}${pattern}`, of }));
  }
}

/** The class with an operation, and the path: `m:unlink ` and `/srv/a`. */
function splitPath(token: string): [string, string] {
  const at = token.indexOf('/', 2);
  return at < 0 ? [token, ''] : [token.slice(0, at), token.slice(at)];
}

function group(paths: Map<string, string[]>, token: string): void {
  const [head, path] = splitPath(token);
  if (path === '') return;
  const known = paths.get(head);
  if (known) known.push(path);
  else paths.set(head, [path]);
}

function count(
  within: Map<string, { of: number; atLeast: number }>,
  token: string,
  wider: (text: string) => Wider[],
): void {
  for (const { text, atLeast } of wider(textOf(token))) {
    const pattern = `${classOf(token)}:${text}`;
    const known = within.get(pattern);
    if (known) known.of++;
    else within.set(pattern, { of: 1, atLeast });
  }
}

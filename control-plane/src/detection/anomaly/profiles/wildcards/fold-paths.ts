import { addPath, covers, endingOf, FOLDERS, newNode, type PathNode } from './path-trie.ts';
import { isProtectedName, mayFold } from './sensitive.ts';

/** Names of one shape in a folder from which on they are a wildcard. */
const MOST_NAMES = 12;

export interface FoldedPaths {
  /** Whether a wildcard, or a path that was folded, covers a path. */
  covers(path: string): boolean;
  /** The wildcards, with how many tokens each took the place of. */
  readonly patterns: readonly { readonly pattern: string; readonly of: number }[];
}

/**
 * Learns wildcards for paths: a folder with more than a dozen names of one shape (files with one ending, folders that hold
 * the same kinds of things) takes any such name. Where that would be dangerous nothing is folded; see `sensitive.ts`.
 */
export function foldPaths(paths: Iterable<string>, use: 'run' | 'write' | 'read'): FoldedPaths | undefined {
  const root = newNode();
  for (const path of paths) addPath(root, path);
  const patterns: { pattern: string; of: number }[] = [];
  fold(root, [], use);
  collect(root, [], false, patterns);
  if (patterns.length === 0) return undefined;
  return { covers: (path) => covers(root, path.split('/')), patterns };
}

function fold(node: PathNode, names: readonly string[], use: 'run' | 'write' | 'read'): void {
  if (mayFold(names.join('/'), use)) {
    for (const [ending, group] of alike(node, (name, child) => filesOf(name, child)))
      if (group.length > MOST_NAMES) replace(node, group, ending);
    for (const [, group] of alike(node, (_name, child) => contentsOf(child)))
      if (group.length > MOST_NAMES) replace(node, group, FOLDERS);
  }
  for (const [name, child] of node.children) fold(child, [...names, name], use);
  for (const [ending, child] of node.stars) if (ending === FOLDERS) fold(child, [...names, '*'], use);
}

/** Children by shape; those without one, and those that no wildcard may cover, are left out. */
function alike(node: PathNode, shapeOf: (name: string, child: PathNode) => string | undefined): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, child] of node.children) {
    const shape = isProtectedName(name) ? undefined : shapeOf(name, child);
    if (shape === undefined) continue;
    const group = groups.get(shape);
    if (group) group.push(name);
    else groups.set(shape, [name]);
  }
  return groups;
}

const filesOf = (name: string, child: PathNode): string | undefined =>
  child.children.size === 0 && child.stars.size === 0 ? endingOf(name) : undefined;

/** What a folder holds, as the endings of its files and whether there are folders. */
function contentsOf({ children }: PathNode): string | undefined {
  if (children.size === 0) return undefined;
  const kinds = new Set<string>();
  for (const [name, child] of children) kinds.add(child.children.size > 0 ? FOLDERS : endingOf(name));
  return [...kinds].toSorted().join(' ');
}

function replace(node: PathNode, names: readonly string[], shape: string): void {
  const star = newNode();
  for (const name of names) {
    merge(star, node.children.get(name) as PathNode);
    node.children.delete(name);
  }
  const before = node.stars.get(shape);
  if (before) merge(before, star);
  else node.stars.set(shape, star);
}

function merge(into: PathNode, from: PathNode): void {
  into.ends += from.ends;
  for (const [name, child] of from.children) {
    const known = into.children.get(name);
    if (known) merge(known, child);
    else into.children.set(name, child);
  }
  for (const [shape, child] of from.stars) {
    const known = into.stars.get(shape);
    if (known) merge(known, child);
    else into.stars.set(shape, child);
  }
}

function collect(
  node: PathNode,
  names: readonly string[],
  isWild: boolean,
  patterns: { pattern: string; of: number }[],
): void {
  if (isWild && node.ends > 0) patterns.push({ pattern: names.join('/'), of: node.ends });
  for (const [name, child] of node.children) collect(child, [...names, name], isWild, patterns);
  for (const [shape, child] of node.stars)
    collect(child, [...names, shape === FOLDERS ? '*' : `*${shape}`], true, patterns);
}

import { isProtectedName } from './sensitive.ts';

/** Names in a folder; `*` and an ending stand for many. */
export interface PathNode {
  readonly children: Map<string, PathNode>;
  /** Wildcards by what they cover: an ending for files, `FOLDERS` for folders. */
  readonly stars: Map<string, PathNode>;
  /** Tokens that end here, those that a wildcard took the place of among them. */
  ends: number;
}

/** Covers folders; no ending is like it. */
export const FOLDERS = '/';

export const newNode = (): PathNode => ({ children: new Map(), stars: new Map(), ends: 0 });

/** Adds a path below a node. */
export function addPath(root: PathNode, path: string): void {
  let node = root;
  for (const name of path.split('/')) {
    const next = node.children.get(name) ?? newNode();
    node.children.set(name, next);
    node = next;
  }
  node.ends++;
}

/** The ending of a name, with its dot; empty where there is none that tells a kind of file. */
export function endingOf(name: string): string {
  const dot = name.lastIndexOf('.');
  if (dot <= 0) return '';
  const ending = name.slice(dot);
  return ENDING.test(ending) ? ending : '';
}

const ENDING = /^\.[A-Za-z][A-Za-z0-9]{0,7}$/;

/** Whether a wildcard below the node covers the path. */
export function covers(node: PathNode, names: readonly string[], from = 0): boolean {
  const name = names[from];
  if (name === undefined) return node.ends > 0;
  const child = node.children.get(name);
  if (child && covers(child, names, from + 1)) return true;
  if (node.stars.size === 0 || isProtectedName(name)) return false;
  const star = node.stars.get(from === names.length - 1 ? endingOf(name) : FOLDERS);
  return star !== undefined && covers(star, names, from + 1);
}

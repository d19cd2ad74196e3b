import { ProcessNode } from './process-node.ts';

/** Number fields of a node, in the order of their columns. */
const NUMBERS = [
  'ppid', 'parentStart', 'tty', 'uid', 'gid', 'loginuid', 'vpid', 'vpgid', 'vsid', 'pgid', 'sid',
  'exeFlags', 'exeInode', 'exeCtime', 'exeMtime', 'slot', 'generation', 'exited', 'since',
] as const; // biome-ignore format: one line a group
const TEXTS = ['name', 'exepath', 'cwd'] as const;
const LISTS = ['args', 'env'] as const;
const CAPABILITIES = ['capEffective', 'capPermitted', 'capInheritable'] as const;
/** pid, start, parent, earlier, flags, then the columns above. */
const FIXED = 5;
const WIDTH = FIXED + NUMBERS.length + TEXTS.length + LISTS.length + CAPABILITIES.length;
const COARSE = 1;

/** Nodes as rows of numbers; texts and lists are numbers of a pool, because children share those of their parents. */
export interface SavedNodes {
  readonly pool: readonly string[];
  /** The first `kept` rows are those the tree finds; ancestors and earlier programs follow. */
  readonly kept: number;
  readonly rows: readonly (readonly number[])[];
  readonly exited: readonly number[];
}

export function packNodes(kept: readonly ProcessNode[], exited: readonly ProcessNode[]): SavedNodes {
  const rowOf = new Map<ProcessNode, number>(kept.map((node, i) => [node, i]));
  const all = [...kept];
  const number = (node: ProcessNode | undefined): number => {
    if (!node) return -1;
    const known = rowOf.get(node);
    if (known !== undefined) return known;
    rowOf.set(node, all.length);
    return all.push(node) - 1;
  };
  const pooled = new Map<string, number>();
  const text = (value: string): number => {
    const known = pooled.get(value);
    if (known !== undefined) return known;
    pooled.set(value, pooled.size);
    return pooled.size - 1;
  };
  const rows: number[][] = [];
  // `all` grows while ancestors are met
  for (let i = 0; i < all.length; i++) {
    const node = all[i] as ProcessNode;
    rows.push([
      ...[node.pid, node.start, number(node.parent), number(node.earlier), node.coarse ? COARSE : 0],
      ...NUMBERS.map((name) => node[name]),
      ...TEXTS.map((name) => text(node[name])),
      ...LISTS.map((name) => text(JSON.stringify(node[name]))),
      ...CAPABILITIES.map((name) => text(node[name].toString(16))),
    ]);
  }
  return { pool: [...pooled.keys()], kept: kept.length, rows, exited: exited.map(number) };
}

/** Throws a plain error with the reason when the rows contradict themselves. */
export function unpackNodes(saved: SavedNodes): { nodes: ProcessNode[]; exited: ProcessNode[] } {
  const lists = new Map<string, readonly string[]>();
  const nodes = saved.rows.map((row) => readRow(row, saved.pool, lists));
  const at = (index: number | undefined): ProcessNode | undefined => {
    if (index === -1) return undefined;
    const node = nodes[index ?? -2];
    if (!node) throw new RangeError(`there is no process ${index}`);
    return node;
  };
  saved.rows.forEach((row, i) => {
    const node = nodes[i] as ProcessNode;
    node.parent = at(row[2]);
    node.earlier = at(row[3]);
  });
  refuseCycles(nodes);
  if (!(saved.kept >= 0 && saved.kept <= nodes.length)) throw new RangeError('it counts processes that are not there');
  return { nodes: nodes.slice(0, saved.kept), exited: saved.exited.map((i) => at(i) as ProcessNode) };
}

function readRow(row: readonly number[], pool: readonly string[], lists: Map<string, readonly string[]>): ProcessNode {
  if (row.length !== WIDTH || row.some((value) => typeof value !== 'number'))
    throw new TypeError('a process is cut short');
  const column = (i: number) => row[i] as number;
  const pooled = (i: number): string => {
    const value = pool[column(i)];
    if (typeof value !== 'string') throw new RangeError(`there is no text ${row[i]}`);
    return value;
  };
  const node = new ProcessNode(column(0), column(1));
  node.coarse = (column(4) & COARSE) !== 0;
  let i = FIXED;
  for (const name of NUMBERS) node[name] = column(i++);
  for (const name of TEXTS) node[name] = pooled(i++);
  for (const name of LISTS) node[name] = readList(pooled(i++), lists);
  for (const name of CAPABILITIES) node[name] = BigInt(`0x${pooled(i++)}`);
  return node;
}

function readList(json: string, seen: Map<string, readonly string[]>): readonly string[] {
  const known = seen.get(json);
  if (known) return known;
  const list: unknown = JSON.parse(json);
  if (!Array.isArray(list) || list.some((item) => typeof item !== 'string')) throw new TypeError('a list is not one');
  seen.set(json, list);
  return list;
}

function refuseCycles(nodes: readonly ProcessNode[]): void {
  const fine = new Set<ProcessNode>();
  for (const node of nodes) {
    const path = new Set<ProcessNode>();
    for (let up: ProcessNode | undefined = node; up && !fine.has(up); up = up.parent) {
      if (path.has(up)) throw new RangeError(`process ${up.pid} is its own ancestor`);
      path.add(up);
    }
    for (const seen of path) fine.add(seen);
  }
}

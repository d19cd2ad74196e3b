import { ProcessNode } from './process-node.ts';

/** Number fields of a node, in the order of their columns. */
// biome-ignore format: one line a group
const NUMBERS = [
  'ppid', 'parentStart', 'tty', 'uid', 'gid', 'loginuid', 'vpid', 'vpgid', 'vsid', 'pgid', 'sid',
  'exeFlags', 'exeInode', 'exeCtime', 'exeMtime', 'slot', 'generation', 'exited', 'since',
] as const;
const TEXTS = ['name', 'exepath', 'cwd'] as const;
const LISTS = ['args', 'env'] as const;
const CAPABILITIES = ['capEffective', 'capPermitted', 'capInheritable'] as const;
/** pid, start, parent, earlier, flags, then the columns above. */
const FIXED = 5;
const WIDTH = FIXED + NUMBERS.length + TEXTS.length + LISTS.length + CAPABILITIES.length;
const COARSE = 1;

/** Nodes as rows of numbers; texts and lists are numbers of pools, because children share those of their parents. */
export interface SavedNodes {
  readonly texts: readonly string[];
  readonly lists: readonly (readonly string[])[];
  /** The first `kept` rows are those the tree finds; ancestors and earlier programs follow. */
  readonly kept: number;
  readonly exited: readonly number[];
  /** All rows, one behind the other. */
  readonly cells: Float64Array;
}

/** Gives values numbers in the order in which they come. */
class Pool<T> {
  readonly #numbers = new Map<T, number>();

  number(value: T): number {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    this.#numbers.set(value, this.#numbers.size);
    return this.#numbers.size - 1;
  }
  get values(): T[] {
    return [...this.#numbers.keys()];
  }
}

export function packNodes(kept: readonly ProcessNode[], exited: readonly ProcessNode[]): SavedNodes {
  const all = reachable(kept);
  const rows = new Map<ProcessNode, number>(all.map((node, i) => [node, i]));
  const rowOf = (node: ProcessNode | undefined): number => (node && rows.get(node)) ?? -1;
  const texts = new Pool<string>();
  const lists = new Pool<readonly string[]>();
  const cells = new Float64Array(all.length * WIDTH);
  let at = 0;
  for (const node of all) {
    cells[at++] = node.pid;
    cells[at++] = node.start;
    cells[at++] = rowOf(node.parent);
    cells[at++] = rowOf(node.earlier);
    cells[at++] = node.coarse ? COARSE : 0;
    for (const name of NUMBERS) cells[at++] = node[name];
    for (const name of TEXTS) cells[at++] = texts.number(node[name]);
    for (const name of LISTS) cells[at++] = lists.number(node[name]);
    for (const name of CAPABILITIES) cells[at++] = texts.number(node[name].toString(16));
  }
  return { texts: texts.values, lists: lists.values, kept: kept.length, exited: exited.map(rowOf), cells };
}

/** The nodes, and behind them the ancestors and earlier programs that hang on them. */
function reachable(kept: readonly ProcessNode[]): ProcessNode[] {
  const seen = new Set(kept);
  // a set goes on with what is added to it on the way
  for (const node of seen) {
    if (node.parent) seen.add(node.parent);
    if (node.earlier) seen.add(node.earlier);
  }
  return [...seen];
}

/** Throws a plain error with the reason when the rows contradict themselves. */
export function unpackNodes(saved: SavedNodes): { nodes: ProcessNode[]; exited: ProcessNode[] } {
  checkPools(saved);
  const { cells, kept } = saved;
  if (cells.length % WIDTH !== 0) throw new TypeError('a process is cut short');
  const nodes = Array.from({ length: cells.length / WIDTH }, (_, i) => readRow(saved, i * WIDTH));
  const nodeAt = (row: number | undefined): ProcessNode => {
    const node = nodes[row ?? -1];
    if (!node) throw new RangeError(`there is no process ${row}`);
    return node;
  };
  const optional = (row: number | undefined) => (row === -1 ? undefined : nodeAt(row));
  nodes.forEach((node, i) => {
    node.parent = optional(cells[i * WIDTH + 2]);
    node.earlier = optional(cells[i * WIDTH + 3]);
  });
  refuseCycles(nodes);
  if (!(kept >= 0 && kept <= nodes.length)) throw new RangeError('it counts processes that are not there');
  return { nodes: nodes.slice(0, kept), exited: saved.exited.map(nodeAt) };
}

function checkPools({ texts, lists, exited }: SavedNodes): void {
  const isTexts = (value: unknown) => Array.isArray(value) && value.every((item) => typeof item === 'string');
  const fits = isTexts(texts) && Array.isArray(lists) && lists.every(isTexts) && Array.isArray(exited);
  if (!fits) throw new TypeError('its texts are missing');
}

function readRow({ cells, texts, lists }: SavedNodes, begin: number): ProcessNode {
  let at = begin;
  const next = (): number => cells[at++] as number;
  const pooled = <T>(pool: readonly T[]): T => {
    const number = next();
    const value = pool[number];
    if (value === undefined) throw new RangeError(`there is no text ${number}`);
    return value;
  };
  const node = new ProcessNode(next(), next());
  at += 2;
  node.coarse = (next() & COARSE) !== 0;
  for (const name of NUMBERS) node[name] = next();
  for (const name of TEXTS) node[name] = pooled(texts);
  for (const name of LISTS) node[name] = pooled(lists);
  for (const name of CAPABILITIES) node[name] = BigInt(`0x${pooled(texts)}`);
  return node;
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

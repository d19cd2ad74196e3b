import { ProcessNode } from './process-node.ts';

/** Columns of a row of f64; the last three hold u64 bits. */
export const WIDTH = 35;
const PARENT = 2;
const EARLIER = 3;
const CAPABILITIES = 32;
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
  readonly values: T[] = [];
  readonly #numbers = new Map<T, number>();

  number(value: T): number {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    this.#numbers.set(value, this.values.length);
    return this.values.push(value) - 1;
  }
}

interface Pools {
  readonly texts: Pool<string>;
  readonly lists: Pool<readonly string[]>;
}

export function packNodes(kept: readonly ProcessNode[], exited: readonly ProcessNode[]): SavedNodes {
  const all = numbered(kept);
  const cells = new Float64Array(all.length * WIDTH);
  const bits = new BigUint64Array(cells.buffer);
  const pools: Pools = { texts: new Pool(), lists: new Pool() };
  for (const [i, node] of all.entries()) {
    writeRow(cells, i * WIDTH, node, pools);
    writeCapabilities(bits, i * WIDTH + CAPABILITIES, node);
  }
  const saved = { texts: pools.texts.values, lists: pools.lists.values, kept: kept.length, cells };
  const rows = exited.map((node) => node.row);
  for (const node of all) node.row = -1;
  return { ...saved, exited: rows };
}

/** The nodes, and behind them the ancestors and earlier programs that hang on them; each knows its number. */
function numbered(kept: readonly ProcessNode[]): ProcessNode[] {
  const all = [...kept];
  for (const [i, node] of all.entries()) node.row = i;
  const add = (node: ProcessNode | undefined) => {
    if (node && node.row < 0) node.row = all.push(node) - 1;
  };
  // the list grows under way
  for (const node of all) {
    add(node.parent);
    add(node.earlier);
  }
  return all;
}

/** Written out, because going through names of fields takes several times as long. `readRow` has the same order. */
function writeRow(cells: Float64Array, begin: number, node: ProcessNode, { texts, lists }: Pools): void {
  let at = begin;
  cells[at++] = node.pid;
  cells[at++] = node.start;
  cells[at++] = node.parent ? node.parent.row : -1;
  cells[at++] = node.earlier ? node.earlier.row : -1;
  cells[at++] = node.coarse ? COARSE : 0;
  cells[at++] = node.ppid;
  cells[at++] = node.parentStart;
  cells[at++] = node.tty;
  cells[at++] = node.uid;
  cells[at++] = node.gid;
  cells[at++] = node.loginuid;
  cells[at++] = node.vpid;
  cells[at++] = node.vpgid;
  cells[at++] = node.vsid;
  cells[at++] = node.pgid;
  cells[at++] = node.sid;
  cells[at++] = node.exeFlags;
  cells[at++] = node.exeInode;
  cells[at++] = node.exeCtime;
  cells[at++] = node.exeMtime;
  cells[at++] = node.slot;
  cells[at++] = node.generation;
  cells[at++] = node.entryPid;
  cells[at++] = node.entryStart;
  cells[at++] = node.entryVpid;
  cells[at++] = node.exited;
  cells[at++] = node.since;
  cells[at++] = texts.number(node.name);
  cells[at++] = texts.number(node.exepath);
  cells[at++] = texts.number(node.cwd);
  cells[at++] = lists.number(node.args);
  cells[at++] = lists.number(node.env);
}

function writeCapabilities(bits: BigUint64Array, at: number, node: ProcessNode): void {
  bits[at] = node.capEffective;
  bits[at + 1] = node.capPermitted;
  bits[at + 2] = node.capInheritable;
}

/** Throws a plain error with the reason when the rows contradict themselves. */
export function unpackNodes(saved: SavedNodes): { nodes: ProcessNode[]; exited: ProcessNode[] } {
  checkPools(saved);
  const { cells, kept } = saved;
  if (cells.length % WIDTH !== 0) throw new TypeError('a process is cut short');
  const bits = new BigUint64Array(cells.buffer, cells.byteOffset, cells.length);
  const nodes: ProcessNode[] = [];
  for (let begin = 0; begin < cells.length; begin += WIDTH) nodes.push(readRow(saved, bits, begin));
  const nodeAt = (row: number | undefined): ProcessNode => {
    const node = nodes[row ?? -1];
    if (!node) throw new RangeError(`there is no process ${row}`);
    return node;
  };
  const optional = (row: number | undefined) => (row === -1 ? undefined : nodeAt(row));
  for (const [i, node] of nodes.entries()) {
    node.parent = optional(cells[i * WIDTH + PARENT]);
    node.earlier = optional(cells[i * WIDTH + EARLIER]);
  }
  refuseCycles(nodes);
  if (!(kept >= 0 && kept <= nodes.length)) throw new RangeError('it counts processes that are not there');
  return { nodes: nodes.slice(0, kept), exited: saved.exited.map(nodeAt) };
}

function checkPools({ texts, lists, exited }: SavedNodes): void {
  const isTexts = (value: unknown) => Array.isArray(value) && value.every((item) => typeof item === 'string');
  const fits = isTexts(texts) && Array.isArray(lists) && lists.every(isTexts) && Array.isArray(exited);
  if (!fits) throw new TypeError('its texts are missing');
}

function readRow({ cells, texts, lists }: SavedNodes, bits: BigUint64Array, begin: number): ProcessNode {
  let at = begin + EARLIER + 1;
  const next = (): number => cells[at++] as number;
  const node = new ProcessNode(cells[begin] as number, cells[begin + 1] as number);
  node.coarse = (next() & COARSE) !== 0;
  node.ppid = next();
  node.parentStart = next();
  node.tty = next();
  node.uid = next();
  node.gid = next();
  node.loginuid = next();
  node.vpid = next();
  node.vpgid = next();
  node.vsid = next();
  node.pgid = next();
  node.sid = next();
  node.exeFlags = next();
  node.exeInode = next();
  node.exeCtime = next();
  node.exeMtime = next();
  node.slot = next();
  node.generation = next();
  node.entryPid = next();
  node.entryStart = next();
  node.entryVpid = next();
  node.exited = next();
  node.since = next();
  node.name = pooled(texts, next());
  node.exepath = pooled(texts, next());
  node.cwd = pooled(texts, next());
  node.args = pooled(lists, next());
  node.env = pooled(lists, next());
  readCapabilities(bits, begin + CAPABILITIES, node);
  return node;
}

function readCapabilities(bits: BigUint64Array, at: number, node: ProcessNode): void {
  node.capEffective = bits[at] as bigint;
  node.capPermitted = bits[at + 1] as bigint;
  node.capInheritable = bits[at + 2] as bigint;
}

function pooled<T>(pool: readonly T[], number: number): T {
  const value = pool[number];
  if (value === undefined) throw new RangeError(`there is no text ${number}`);
  return value;
}

/** Every row is looked at once: what was reached from an earlier one is known to end. */
function refuseCycles(nodes: readonly ProcessNode[]): void {
  for (const [i, node] of nodes.entries()) {
    for (let up: ProcessNode | undefined = node; up && (up.row < 0 || up.row === i); up = up.parent) {
      if (up.row === i) throw new RangeError(`process ${up.pid} is its own ancestor`);
      up.row = i;
    }
  }
  for (const node of nodes) node.row = -1;
}

import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Log, messageOf } from '@picket/sdk';
import { LocalPaths } from './local-path.ts';
import { crunState, type OciState, runcState } from './oci-state.ts';
import { type CappedFile, parseObject, readCapped, readCappedNow } from './read-capped.ts';

/** A state that was found, and where. */
export interface FoundState extends OciState {
  /** Folder of the runtime, one folder a container in it. */
  readonly folder: string;
  /** User who owns the file. */
  readonly owner: number;
}

const MOST_STATE = 4 * 1024 * 1024;
const MOST_CONTAINERS = 8192;
/** Time after which the folders of runtimes are looked for again, in ms. */
const FOLDERS_MS = 500;
const STATE_FILES = ['state.json', 'status'] as const;

/** Looks containers up in the state folders of OCI runtimes. */
export class RuntimeStates {
  /** Files that could not be used, since start. */
  errors = 0;
  readonly #roots: readonly string[];
  readonly #mounts: readonly string[];
  readonly #log: Log;
  /** By file; `state` is undefined for a file that can not be used as it is. */
  #known = new Map<string, { stamp: string; state: FoundState | undefined }>();
  #scan: Promise<FoundState[]> | undefined;
  readonly #local = new LocalPaths();
  /** Folders that may be read at once. */
  #near: readonly string[] = [];
  #nearAt = Number.NEGATIVE_INFINITY;
  /** When the last scan began, in ms of performance.now(). */
  #scannedAt = Number.NEGATIVE_INFINITY;
  #last: Promise<FoundState[]> = Promise.resolve([]);

  constructor(roots: readonly string[], mounts: readonly string[], log: Log) {
    this.#roots = roots;
    this.#mounts = mounts;
    this.#log = log;
  }

  /** Every state of that id: two runtimes may use the same one. */
  async byId(id: string): Promise<FoundState[]> {
    const folders = await this.#folders();
    const found = await Promise.all(folders.map((folder) => this.#readContainer(folder, id)));
    return found.filter((state) => state !== undefined);
  }

  /** Looks where runtimes keep states, so that the first `byIdNow` knows it. */
  async warm(): Promise<void> {
    this.#nearAt = performance.now();
    const folders = await this.#folders();
    this.#near = folders.filter((folder) => this.#local.has(`${folder}/`));
  }

  /**
   * The state of that id, at once: for folders of root on local file systems. Undefined when it is not there, or may
   * take a while to read.
   */
  byIdNow(id: string): FoundState | undefined {
    for (const folder of this.#foldersNow()) {
      for (const name of STATE_FILES) {
        const file = join(folder, id, name);
        const read = readCappedNow(file, MOST_STATE);
        const state = read?.owner === 0 ? this.#parse(read, file, folder, id) : undefined;
        if (state) return state;
      }
    }
    return undefined;
  }

  /** Every state of every runtime. Files that did not change are not read again; calls at the same time share one scan. */
  all(): Promise<FoundState[]> {
    this.#scan ??= this.#readAll().finally(() => {
      this.#scan = undefined;
    });
    return this.#scan;
  }

  /** Every state as it was at most `ageMs` ago: for those who ask again and again. */
  recent(ageMs: number): Promise<FoundState[]> {
    if (performance.now() - this.#scannedAt > ageMs) {
      this.#scannedAt = performance.now();
      this.#last = this.all();
    }
    return this.#last;
  }

  async #readAll(): Promise<FoundState[]> {
    const before = this.#known;
    this.#known = new Map();
    const states: FoundState[] = [];
    for (const folder of await this.#folders()) {
      for (const id of (await names(folder)).slice(0, MOST_CONTAINERS)) {
        const state = await this.#readContainer(folder, id, before);
        if (state) states.push(state);
      }
    }
    return states;
  }

  async #folders(): Promise<string[]> {
    return (await Promise.all(this.#roots.map(expand))).flat();
  }

  async #readContainer(folder: string, id: string, before = this.#known): Promise<FoundState | undefined> {
    for (const name of STATE_FILES) {
      const file = join(folder, id, name);
      const stamp = await stampOf(file);
      if (stamp === undefined) continue;
      const old = before.get(file);
      const entry = old?.stamp === stamp ? old : { stamp, state: await this.#readFile(file, folder, id) };
      this.#known.set(file, entry);
      return entry.state;
    }
    return undefined;
  }

  async #readFile(file: string, folder: string, id: string): Promise<FoundState | undefined> {
    try {
      const read = await readCapped(file, MOST_STATE);
      return read && this.#stateOf(read, file, folder, id);
    } catch (error) {
      this.errors++;
      this.#log.warn('the state of a container can not be used', { file, why: messageOf(error) });
      return undefined;
    }
  }

  #stateOf(read: CappedFile, file: string, folder: string, id: string): FoundState | undefined {
    const json = parseObject(read.text, file);
    const state = file.endsWith('/status') ? crunState(json, id) : runcState(json, this.#mounts);
    return state && { ...state, folder, owner: read.owner };
  }

  /** A file that is being written is no state yet; whether it ever becomes one is told by the read that waits. */
  #parse(read: CappedFile, file: string, folder: string, id: string): FoundState | undefined {
    try {
      return this.#stateOf(read, file, folder, id);
    } catch {
      return undefined;
    }
  }

  /** Folders that may be read at once, as they were a moment ago: runtimes make theirs once. */
  #foldersNow(): readonly string[] {
    if (performance.now() - this.#nearAt >= FOLDERS_MS) void this.warm();
    return this.#near;
  }
}

/** Folders that a pattern with `*` for single names stands for. */
async function expand(pattern: string): Promise<string[]> {
  const at = pattern.indexOf('/*');
  if (at < 0) return [pattern];
  const [above, below] = [pattern.slice(0, at), pattern.slice(at + 2)];
  const found = await names(above);
  return (await Promise.all(found.map((name) => expand(`${above}/${name}${below}`)))).flat();
}

async function names(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch {
    // A runtime that is not installed has no folder, and a folder of a user may be closed to us.
    return [];
  }
}

async function stampOf(file: string): Promise<string | undefined> {
  try {
    const stat = await lstat(file, { bigint: true });
    return `${stat.ino}.${stat.mtimeNs}.${stat.size}`;
  } catch {
    // Not there (yet), or gone: both mean that there is no state to read.
    return undefined;
  }
}

import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Log, messageOf } from '@picket/sdk';
import { crunState, type OciState, runcState } from './oci-state.ts';
import { parseObject, readCapped } from './read-capped.ts';

/** A state that was found, and where. */
export interface FoundState extends OciState {
  /** Folder of the runtime, one folder a container in it. */
  readonly folder: string;
  /** User who owns the file. */
  readonly owner: number;
}

const MOST_STATE = 4 * 1024 * 1024;
const MOST_CONTAINERS = 8192;
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

  /** Every state of every runtime. Files that did not change are not read again; calls at the same time share one scan. */
  all(): Promise<FoundState[]> {
    this.#scan ??= this.#readAll().finally(() => {
      this.#scan = undefined;
    });
    return this.#scan;
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
      if (!read) return undefined;
      const json = parseObject(read.text, file);
      const state = file.endsWith('/status') ? crunState(json, id) : runcState(json, this.#mounts);
      return state && { ...state, folder, owner: read.owner };
    } catch (error) {
      this.errors++;
      this.#log.warn('the state of a container can not be used', { file, why: messageOf(error) });
      return undefined;
    }
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

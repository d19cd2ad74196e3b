import { type Log, messageOf } from '@picket/sdk';
import { cgroupProcesses } from '../cgroup-tree.ts';
import type { Container } from '../registry.ts';
import { RetryQueue } from '../retry-queue.ts';
import type { AccountFiles, AccountReader, AccountReading } from './account-reader.ts';
import { sameAccounts } from './accounts.ts';

export interface AccountWatchDeps {
  readonly reader: AccountReader;
  /** Where the cgroup v2 tree is mounted. */
  readonly root: string;
  /** Whether a container lives still. */
  readonly lives: (container: Container) => boolean;
  /** Called when the accounts of a container have changed. */
  readonly onChange: (container: Container) => void;
  readonly log: Log;
}

export interface AccountCounts {
  /** Readings that found something new. */
  changed: number;
  /** Readings that failed, or met a file that is left out. */
  unreadable: number;
  /** Containers whose file system did not answer: they are not read again. */
  late: number;
  /** Readings that found more entries than are kept. */
  cut: number;
}

interface Known {
  /** When it was first looked at, in ms of performance.now(). */
  readonly since: number;
  files: AccountFiles | undefined;
  /** What was logged last, so that it is said once. */
  told: string;
  silent: boolean;
}

/** Containers that are read at the same time. */
const MOST_READING = 4;
/** Later looks at a container: many an entrypoint adds its user first thing, in ms since the first look. */
const AGAIN_MS = [2000, 10_000];
/** Longest that a process may be in the root of the node before it counts as that of its container, in ms. */
const EARLY_MS = 2000;
const FIRST_PAUSE_MS = 5;
/** Longest that the start of a container is held up for its files; it takes some 0.2 ms. */
const BLOCK_MS = 5;
/** When it took longer, others are not waited for in this time, in ms. */
const HURRY_MS = 1000;

/**
 * Keeps the accounts of containers as their files have them: read when the first process of a container is known, twice in the
 * seconds after, and with every snapshot, when a file has changed.
 */
export class AccountWatch {
  readonly counts: AccountCounts = { changed: 0, unreadable: 0, late: 0, cut: 0 };
  readonly #deps: AccountWatchDeps;
  readonly #known = new WeakMap<Container, Known>();
  readonly #waiting = new Set<Container>();
  readonly #reading = new Set<Container>();
  readonly #later = new RetryQueue<Container>((container) => this.look(container));
  #hurriedUntil = 0;
  #stopped = false;

  constructor(deps: AccountWatchDeps) {
    this.#deps = deps;
  }

  /** The first process of a container is known. */
  begin(container: Container): void {
    // waited for, but not for long: its program starts any moment now, and its first events are to find the names
    if (this.#reading.size < MOST_READING && !this.#reading.has(container)) this.#start(container, BLOCK_MS);
    else this.look(container);
    for (const delay of AGAIN_MS) this.#later.add(container, delay);
  }

  lookAtAll(containers: Iterable<Container>): void {
    for (const container of containers) this.look(container);
  }

  /** Looks as soon as there is room; harmless while a look is under way. */
  look(container: Container): void {
    if (this.#stopped || this.#knownOf(container).silent || !this.#deps.lives(container)) return;
    this.#waiting.add(container);
    this.#next();
  }

  stop(): void {
    this.#stopped = true;
    this.#waiting.clear();
    this.#later.stop();
  }

  #next(): void {
    for (const container of this.#waiting) {
      if (this.#reading.size >= MOST_READING) return;
      if (this.#reading.has(container)) continue;
      this.#waiting.delete(container);
      this.#start(container, 0);
    }
  }

  #start(container: Container, blockMs: number): void {
    if (this.#stopped || this.#knownOf(container).silent || !this.#deps.lives(container)) return;
    const reading = this.#read(container, performance.now() < this.#hurriedUntil ? 0 : blockMs);
    if (reading instanceof Promise) {
      if (blockMs > 0) this.#hurriedUntil = performance.now() + HURRY_MS;
      this.#reading.add(container);
      void reading.then((found) => {
        this.#reading.delete(container);
        this.#found(container, found);
        this.#next();
      });
    } else this.#found(container, reading);
  }

  #read(container: Container, blockMs: number): AccountReading | Promise<AccountReading> {
    const { facts, path } = container;
    const { since, files } = this.#knownOf(container);
    const pid = facts.initPid || this.#anyProcess(container);
    if (pid === undefined) return { state: 'gone' };
    const start = facts.initPid === 0 ? 0n : facts.initStart;
    const nodeRoot = performance.now() - since >= EARLY_MS;
    return this.#deps.reader.read({ pid, start, cgroup: path, before: files, nodeRoot }, blockMs);
  }

  #anyProcess(container: Container): number | undefined {
    try {
      return cgroupProcesses(this.#deps.root, container.path)[0];
    } catch (error) {
      this.#refused(container, this.#knownOf(container), messageOf(error));
      return undefined;
    }
  }

  #found(container: Container, reading: AccountReading): void {
    if (this.#stopped || !this.#deps.lives(container)) return;
    const known = this.#knownOf(container);
    const age = performance.now() - known.since;
    if (reading.state === 'early') this.#later.add(container, Math.max(FIRST_PAUSE_MS, age / 2));
    else this.#take(container, known, reading);
  }

  #take(container: Container, known: Known, reading: AccountReading): void {
    if (reading.state === 'late') {
      this.counts.late++;
      known.silent = true;
    }
    if (reading.state === 'late' || reading.state === 'failed') this.#refused(container, known, reading.why);
    if (reading.state !== 'read') return;
    const { files } = reading;
    known.files = files;
    this.#refused(container, known, files.refused);
    if (sameAccounts(files.accounts, container.accounts)) return;
    this.counts.changed++;
    if (files.accounts.cut) this.counts.cut++;
    container.accounts = files.accounts;
    this.#deps.onChange(container);
  }

  #refused(container: Container, known: Known, why: string): void {
    if (why !== '') this.counts.unreadable++;
    if (why !== '' && why !== known.told) {
      const { path, slot } = container;
      this.#deps.log.warn('users and groups of a container are not known', { path, slot, why });
    }
    known.told = why;
  }

  #knownOf(container: Container): Known {
    const known = this.#known.get(container) ?? { since: performance.now(), files: undefined, told: '', silent: false };
    this.#known.set(container, known);
    return known;
  }
}

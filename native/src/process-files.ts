import { setTimeout as sleep } from 'node:timers/promises';
import { addon, type ReadingHandle } from './addon.ts';
import { NativeError } from './native-error.ts';

/** What became of one file. */
export interface FileRead {
  /** `same`: as the stamp said, so that it was not read again; `irregular`: a folder, device, fifo or socket. */
  readonly state: 'read' | 'same' | 'missing' | 'irregular' | 'failed';
  /** The positive errno of what failed; 0 when nothing did. */
  readonly errno: number;
  /** Changes whenever the file is replaced, written or given to somebody else; empty when there is no regular file. */
  readonly stamp: string;
  readonly bytes: Buffer;
  /** The file is longer than what was read of it. */
  readonly cut: boolean;
}

export interface ProcessFiles {
  /** Device and inode of the root folder of the process. */
  readonly rootDevice: bigint;
  readonly rootInode: bigint;
  /** In the order in which they were asked for. */
  readonly own: readonly FileRead[];
  readonly files: readonly FileRead[];
}

export interface ProcessFilesRequest {
  readonly pid: number;
  /** Names below /proc/PID; at most 64 KiB of each are read. */
  readonly own: readonly string[];
  /** Regular files below the root of the process. No link leads out of that root. */
  readonly files: readonly { readonly path: string; readonly stamp?: string }[];
  /** Most bytes that are read of a file below the root. */
  readonly limit: number;
}

const FIRST_PAUSE_MS = 1;
const MOST_PAUSE_MS = 50;

/**
 * Reads files of a process and of its root file system, on a thread of its own. All of them are of one process, also
 * when its id is given to another one meanwhile.
 */
export class ProcessFilesReading {
  readonly #pid: number;
  readonly #handle: ReadingHandle;

  /** @throws NativeError READ_BUSY when too many threads wait for file systems, READ_FAILED when none can be started */
  constructor({ pid, own, files, limit }: ProcessFilesRequest) {
    const paths = files.map(({ path }) => path);
    const stamps = files.map(({ stamp }) => stamp ?? '');
    const handle = addon().startReading(pid, own, paths, stamps, limit);
    if (!handle)
      throw new NativeError('READ_BUSY', `files of process ${pid} are not read: too many file systems do not answer`);
    this.#pid = pid;
    this.#handle = handle;
  }

  /**
   * What was read; undefined when that takes longer. Blocks the thread that asks for at most `waitMs`.
   * @throws NativeError NOT_FOUND when there is no such process or it has ended, READ_FAILED when its root can not be opened
   */
  now(waitMs: number): ProcessFiles | undefined {
    const taken = addon().takeReading(this.#handle, waitMs);
    if (!taken) return undefined;
    const { errno, ...found } = taken;
    if (errno === ENOENT || errno === ESRCH)
      throw new NativeError('NOT_FOUND', `there is no process ${this.#pid}, or it has ended`, errno);
    if (errno !== 0)
      throw new NativeError(
        'READ_FAILED',
        `the root of process ${this.#pid} can not be opened (errno ${errno}). Run as root or with CAP_SYS_PTRACE`,
        errno,
      );
    return found;
  }

  /**
   * The same without blocking. It is asked for again and again: a thread that calls back could do so when nobody is there
   * any more.
   * @throws NativeError as `now` does, and READ_LATE after `deadlineMs`; the thread stays until it has its answer
   */
  async later(deadlineMs: number): Promise<ProcessFiles> {
    const last = performance.now() + deadlineMs;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, MOST_PAUSE_MS)) {
      const found = this.now(0);
      if (found) return found;
      if (performance.now() >= last)
        throw new NativeError('READ_LATE', `files of process ${this.#pid} could not be read within ${deadlineMs} ms`);
      await sleep(pause);
    }
  }
}

const ENOENT = 2;
const ESRCH = 3;

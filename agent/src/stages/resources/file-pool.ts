import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** Never more than this, and never more than half of what the process may open. */
const MOST_OPEN = 8192;
const buffer = Buffer.allocUnsafeSlow(64 * 1024);

/** Reads control files again and again. Keeps them open as long as there is room for that: it halves the cost. */
export class FilePool {
  readonly #open = new Map<string, number>();
  readonly #most: number;

  constructor(most = Math.min(MOST_OPEN, Math.floor(openLimit() / 2))) {
    this.#most = most;
  }

  /** Files that are open. */
  get size(): number {
    return this.#open.size;
  }

  /** The text of a file; undefined when it is not there or its cgroup is gone. */
  read(path: string): string | undefined {
    try {
      const known = this.#open.get(path);
      const fd = known ?? openSync(path, 'r');
      if (known === undefined && this.#open.size < this.#most) this.#open.set(path, fd);
      return this.#readFrom(fd, path);
    } catch (error) {
      this.close(path);
      if (['ENOENT', 'ENODEV', 'EOPNOTSUPP', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? ''))
        return undefined;
      throw error;
    }
  }

  /** Lets go of a file. */
  close(path: string): void {
    const fd = this.#open.get(path);
    if (fd === undefined) return;
    this.#open.delete(path);
    closeSync(fd);
  }

  #readFrom(fd: number, path: string): string {
    try {
      return buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, 0));
    } finally {
      if (this.#open.get(path) !== fd) closeSync(fd);
    }
  }
}

/** Files that this process may open (proc(5), limits). */
function openLimit(): number {
  const line = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  return line ? Number(line[1]) : 1024;
}

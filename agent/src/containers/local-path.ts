import { lstatSync, readFileSync } from 'node:fs';

/** File systems whose answer never waits for another machine or process. */
const LOCAL = new Set(['tmpfs', 'ramfs', 'ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'f2fs', 'zfs', 'overlay']);
/** How long the table of mounts counts as true, in ms. */
const FRESH_MS = 1000;

/**
 * Tells paths that may be read without a thread of their own: those that lie on local file systems all the way, with no
 * link in them that could lead elsewhere. A read that hangs would stop the whole agent, so what is not sure is not local.
 */
export class LocalPaths {
  #types = new Map<string, string>();
  #readAt = Number.NEGATIVE_INFINITY;

  /** @param path absolute, without `.` and `..` */
  has(path: string): boolean {
    if (!path.startsWith('/') || path.includes('/../')) return false;
    this.#refresh();
    let type = this.#types.get('/') ?? '';
    for (let end = path.indexOf('/', 1); end > 0; end = path.indexOf('/', end + 1)) {
      const above = path.slice(0, end);
      type = this.#types.get(above) ?? type;
      // before it is looked at: what is mounted there may not answer
      if (!LOCAL.has(type)) return false;
      if (!lstatSync(above, { throwIfNoEntry: false })?.isDirectory()) return false;
    }
    return LOCAL.has(type);
  }

  #refresh(): void {
    if (performance.now() - this.#readAt < FRESH_MS) return;
    this.#readAt = performance.now();
    this.#types = new Map();
    for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
      const [place, file] = line.split(' - ');
      const point = place?.split(' ')[4];
      // a later line lies over an earlier one
      if (point !== undefined && file !== undefined) this.#types.set(unescaped(point), file.split(' ')[0] ?? '');
    }
  }
}

/** mountinfo writes space, tab, newline and backslash as octal numbers, see proc(5). */
const unescaped = (text: string) =>
  text.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8)));

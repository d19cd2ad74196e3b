import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/**
 * Claims a spool folder for this process. One process writes it; a claim ends with its process, however that ends.
 * @returns what gives it back; undefined when another process has it
 * @throws Error of the file system
 */
export function lockSpool(folder: string): (() => void) | undefined {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'lock');
  const own = `${process.pid} ${startOf(process.pid)} ${readFileSync(BOOT_ID, 'utf8').trim()}`;
  if (!claim(file, own)) {
    const holder = readFileSync(file, 'utf8');
    const [pid = '', start, boot = ''] = holder.split(' ');
    if (/^\d+$/.test(pid) && startOf(Number(pid)) === start && own.endsWith(boot)) return undefined;
    // Its process is gone. Who is faster with the new claim has it.
    rmSync(file, { force: true });
    if (!claim(file, own)) return undefined;
  }
  return () => rmSync(file, { force: true });
}

function claim(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** When a process began, in clock ticks since boot: with it a process id is never taken for another. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    // No such process.
    return undefined;
  }
}

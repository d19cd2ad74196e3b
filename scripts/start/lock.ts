import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { ScriptError } from '../errors.ts';
import { identityOf, isAlive, parseIdentity } from './process-identity.ts';

/** Keeps two starts from using one data folder. */
export interface Lock {
  release(): void;
}

/**
 * Takes the lock, or takes it over from a process that is gone.
 * @param file its folder must exist
 * @throws ScriptError ALREADY_RUNNING naming the process that holds it
 */
export function takeLock(file: string): Lock {
  const own = `${file}.${process.pid}`;
  const text = JSON.stringify(identityOf(process.pid));
  writeFileSync(own, text, { mode: 0o600 });
  try {
    while (!linked(own, file)) discardStale(file);
  } finally {
    rmSync(own, { force: true });
  }
  return {
    release: () => {
      if (read(file) === text) rmSync(file, { force: true });
    },
  };
}

/** A link appears whole or not at all, and only one of several processes can make it. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function discardStale(file: string): void {
  const text = read(file);
  const holder = parseIdentity(text);
  if (holder && isAlive(holder))
    throw new ScriptError(
      'ALREADY_RUNNING',
      `Picket already runs on this data folder, as process ${holder.pid}: stop it first, or choose another folder with PICKET_DATA`,
    );
  // Another process may have replaced the stale lock since it was read: look at what was really taken away.
  const away = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, away);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (read(away) !== text) linked(away, file);
  rmSync(away, { force: true });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

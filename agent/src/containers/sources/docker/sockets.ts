import { glob, lstat, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A unix socket that an engine may listen on. */
export interface EngineSocket {
  readonly path: string;
  /** The user that it may speak for; 0 speaks for all. */
  readonly owner: number;
}

/** Most sockets that are looked at: users can make as many as there are users. */
const MOST = 32;

/**
 * The sockets that are there now, each once also when a link leads to it.
 * @param patterns paths; `*` stands for any one name
 */
export async function findSockets(patterns: readonly string[]): Promise<EngineSocket[]> {
  const found = new Map<string, EngineSocket>();
  for (const pattern of patterns) {
    for await (const path of glob(pattern)) {
      const socket = await lookAt(path);
      if (socket && !found.has(socket.inode)) found.set(socket.inode, { path, owner: socket.owner });
      if (found.size >= MOST) return [...found.values()];
    }
  }
  return [...found.values()];
}

/**
 * A socket is as good as the worst of those who could have put it there: the owner of the socket, of a link to it, and
 * of the folder.
 */
async function lookAt(path: string): Promise<{ inode: string; owner: number } | undefined> {
  try {
    const [target, link, folder] = await Promise.all([stat(path), lstat(path), stat(dirname(path))]);
    if (!target.isSocket()) return undefined;
    const owner = [folder.uid, link.uid, target.uid].find((uid) => uid !== 0) ?? 0;
    return { inode: `${target.dev}.${target.ino}`, owner };
  } catch {
    // Gone between the listing and the look, or in a folder that is closed to us: no socket to ask.
    return undefined;
  }
}

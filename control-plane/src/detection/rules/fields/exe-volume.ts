import type { EventContext } from './event-context.ts';

/** What stands between source and mode of a mount as records tell it, source:destination:mode. */
const DESTINATION = /:([^:]*):[^:]*$/;

/**
 * Where the volume is mounted that the executable lies on: the innermost mount of the container above it, none for a file
 * that is mounted by itself. Absent for programs of the container's own file system.
 */
export function exeVolume(c: EventContext): string | undefined {
  const path = c.process?.exepath;
  const mounts = c.container?.mounts;
  if (!path || !mounts) return undefined;
  let found = '';
  for (const folder of foldersOf(mounts))
    if (folder.length > found.length && path.startsWith(folder) && path[folder.length] === '/') found = folder;
  return found || undefined;
}

/** What was made of a list lasts as long as the list. */
const known = new WeakMap<readonly string[], readonly string[]>();

function foldersOf(mounts: readonly string[]): readonly string[] {
  const folders = known.get(mounts) ?? mounts.map((mount) => DESTINATION.exec(mount)?.[1]?.replace(/\/+$/, '') ?? '');
  known.set(mounts, folders);
  return folders;
}

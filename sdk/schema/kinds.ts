import { bus } from './kinds/bus.ts';
import { files } from './kinds/files.ts';
import { network } from './kinds/network.ts';
import { processes } from './kinds/processes.ts';
import { syscalls } from './kinds/syscalls.ts';
import type { KindSpec } from './types.ts';

/** Every event kind, the one source that all generated files come from. Ids are for ever. */
export const KINDS: readonly KindSpec[] = [...processes, ...files, ...network, ...syscalls, ...bus];

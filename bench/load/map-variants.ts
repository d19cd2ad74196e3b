/** One way of doing the job: a program of maps*.bpf.c and the maps it lives on. */
export interface Variant {
  readonly program: string;
  /** Source, without `.bpf.c`. */
  readonly object: 'maps' | 'maps_task' | 'maps_cgroup';
  readonly label: string;
  /** What finds the slot, by map name. */
  readonly finds: readonly string[];
  /** What holds the counts and how it is read out; left out for what counts nothing. */
  readonly counts?: { readonly map: string; readonly read: ReadWay };
}

/** A row of an array by slot, a stretch of entries by slot, the whole table, or the storage of a cgroup by its descriptor. */
export type ReadWay = 'row' | 'stretch' | 'whole' | 'cgroup';

/** The empty program: what hanging there costs. */
export const EMPTY = 'nothing';
/** What the project does. */
export const CHOSEN = 'count_percpu_by_front';

const FRONT = ['front'];
const HASH = ['containers'];
const BY_SLOT = { map: 'syscall_counts', read: 'row' } as const;

export const VARIANTS: readonly Variant[] = [
  { program: EMPTY, object: 'maps', label: 'empty program', finds: [] },
  { program: 'find_by_front', object: 'maps', label: 'front table, look-up only', finds: FRONT },
  { program: 'find_by_hash', object: 'maps', label: 'hash, look-up only', finds: HASH },
  {
    program: CHOSEN,
    object: 'maps',
    label: 'per-CPU array, slot by front table',
    finds: FRONT,
    counts: BY_SLOT,
  },
  {
    program: 'count_percpu_entries',
    object: 'maps',
    label: 'the same, an entry for each count',
    finds: FRONT,
    counts: { map: 'counts_entries', read: 'stretch' },
  },
  {
    program: 'count_percpu_by_hash',
    object: 'maps',
    label: 'per-CPU array, slot by hash',
    finds: HASH,
    counts: BY_SLOT,
  },
  {
    program: 'count_by_task',
    object: 'maps_task',
    label: 'per-CPU array, slot in task storage',
    finds: ['slots_of_tasks', 'containers'],
    counts: BY_SLOT,
  },
  {
    program: 'count_array',
    object: 'maps',
    label: 'array, shared, atomic',
    finds: FRONT,
    counts: { map: 'counts_array', read: 'row' },
  },
  {
    program: 'count_hash',
    object: 'maps',
    label: 'hash, atomic',
    finds: FRONT,
    counts: { map: 'counts_hash', read: 'whole' },
  },
  {
    program: 'count_percpu_hash',
    object: 'maps',
    label: 'per-CPU hash',
    finds: FRONT,
    counts: { map: 'counts_percpu_hash', read: 'whole' },
  },
  {
    program: 'count_lru',
    object: 'maps',
    label: 'LRU hash, atomic',
    finds: FRONT,
    counts: { map: 'counts_lru', read: 'whole' },
  },
  {
    program: 'count_in_cgroup',
    object: 'maps_cgroup',
    label: 'cgroup storage, atomic',
    finds: [],
    counts: { map: 'counts_of_cgroups', read: 'cgroup' },
  },
];

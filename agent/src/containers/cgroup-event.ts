import { CgroupCreated, EventCursor, Header, HeaderFlag, Kind } from '@picket/sdk';

/** A cgroup directory that came or went. */
export interface CgroupEvent {
  readonly kind: 'created' | 'removed';
  readonly cgroup: bigint;
  /** Cgroup of the task that did it. */
  readonly parent: bigint;
  /** Below the cgroup2 root. */
  readonly path: string;
  /** The path lost its beginning in the kernel. */
  readonly truncated: boolean;
  /** Name of the task that did it. */
  readonly comm: string;
}

/** Reads the barrier record at byte `at`; undefined when it is another kind. The two kinds have one layout. */
export function readCgroupEvent(records: Uint8Array, at: number): CgroupEvent | undefined {
  const cursor = new EventCursor().open(records.subarray(at));
  if (!cursor.next()) return undefined;
  if (cursor.kind !== Kind.CgroupCreated && cursor.kind !== Kind.CgroupRemoved) return undefined;
  return {
    kind: cursor.kind === Kind.CgroupCreated ? 'created' : 'removed',
    cgroup: cursor.big(Header.cgroup),
    parent: cursor.big(CgroupCreated.parent),
    path: cursor.string(CgroupCreated.path),
    truncated: (cursor.flags & HeaderFlag.pathTruncated) !== 0,
    comm: cursor.string(CgroupCreated.comm),
  };
}

import { batch, EventRecord, KeyedTable, ProcessFork, processKey } from '@picket/detector';

const DAY: u64 = 86_400_000_000_000;

@unmanaged
class Parent {
  key: u64;
  start: u64;
}

/** A process and its ancestors, as far as their forks were seen. */
export class Kin {
  private readonly parents: KeyedTable<Parent>;
  /** The process at hand: its key and its start. */
  key: u64 = 0;
  start: u64 = 0;

  constructor(capacity: i32) {
    this.parents = new KeyedTable<Parent>(capacity, DAY);
  }

  learn(e: ProcessFork): void {
    const parent = this.parents.touch(processKey(e), e.start, batch.wallTime(e));
    parent.key = ((<u64>batch.nodeKey) << 32) | <u64>e.ppid;
    parent.start = e.parent_start;
  }

  /** Begins with the process of an event. */
  begin(e: EventRecord): void {
    this.key = processKey(e);
    this.start = e.start;
  }

  /** Goes to the parent; false when it is not known. */
  rise(): bool {
    const parent = this.parents.peek(this.key, this.start);
    if (parent === null) return false;
    this.key = parent.key;
    this.start = parent.start;
    return true;
  }
}

import { batch } from './batch';
import { EventRecord } from './events.gen';
import { KeyedTable } from './keyed-table';

/** Names the container of an event among all nodes of the partition. Slot 0, no container, is one per node. */
// @ts-ignore: decorator
@inline
export function containerKey(event: EventRecord): u64 {
  return ((<u64>batch.nodeKey) << 32) | ((<u64>event.slot) << 16) | <u64>event.generation;
}

/** Names the node and the id of the process of an event; with the start time it names the process. */
// @ts-ignore: decorator
@inline
export function processKey(event: EventRecord): u64 {
  return ((<u64>batch.nodeKey) << 32) | <u64>event.tgid;
}

/** State for each container. `T` is an `@unmanaged class` of numbers that begins with zeros. */
export class PerContainer<T> extends KeyedTable<T> {
  /** What is kept for the container of an event; good until the next call. */
  of(event: EventRecord): T {
    return this.touch(containerKey(event), 0, batch.wallTime(event));
  }
}

/** State for each process. `T` is an `@unmanaged class` of numbers that begins with zeros. */
export class PerProcess<T> extends KeyedTable<T> {
  /** What is kept for the process of an event; good until the next call. */
  of(event: EventRecord): T {
    return this.touch(processKey(event), event.start, batch.wallTime(event));
  }

  /** Forgets the process of an event, as at its exit. */
  forget(event: EventRecord): void {
    this.remove(processKey(event), event.start);
  }
}

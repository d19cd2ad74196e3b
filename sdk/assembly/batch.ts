/**
 * The batch a detector is handed: prelude, dictionary, records; little-endian, every part a multiple of 8 bytes long.
 *
 * | at | type | what |
 * | --- | --- | --- |
 * | 0 | u32 | magic, "PKD1" |
 * | 4 | u16 | major version of the event schema |
 * | 6 | u16 | minor version of the event schema |
 * | 8 | u32 | length of the prelude: the dictionary begins here |
 * | 12 | u32 | length of the dictionary: the records begin behind it |
 * | 16 | u32 | number of records |
 * | 20 | u32 | length of the records |
 * | 24 | u64 | epoch of the agent: start of its run, ms since 1970 |
 * | 32 | i64 | wall offset: CLOCK_BOOTTIME plus this is ns since 1970 |
 * | 40 | u64 | watermark: CLOCK_BOOTTIME in ns, every earlier event of the node has been handed in |
 * | 48 | 16 bytes | boot id of the node |
 * | 64 | u64 | events that the agent has lost since its start, of all kinds and for all reasons |
 * | 72 | u16 | length of the node name |
 * | 74 | bytes | node name, UTF-8 |
 *
 * The dictionary holds records of the kind container.started: one for each container in the batch that this
 * instance has not been told of, or that has changed since. Records are those of docs/reference/events.md; the number
 * of a record, which a finding names as its cause, counts from 0 and leaves out the dictionary.
 */

import { EventRecord, SCHEMA_MAJOR } from './events.gen';
import { decodeText } from './text';

const MAGIC: u32 = 0x31444b50;
const FIXED: usize = 74;
const RECORD_HEADER: usize = 64;

/** What is read outside of a batch. */
const NONE = memory.data(80, 8);

/** No single event is the cause. */
export const NO_EVENT: u32 = 0xffffffff;

/** The batch at hand. There is one at a time, and nothing of it may be kept after the call but copies. */
export class Batch {
  private at: usize = NONE;
  private following: usize = 0;
  private end: usize = 0;
  private stop: usize = 0;
  private readonly entry: EventRecord = new EventRecord();
  /** Number of the current record; `NO_EVENT` outside of the records. */
  index: u32 = NO_EVENT;
  /** The current record, valid until `next`. */
  readonly event: EventRecord = new EventRecord();
  /** Number of this node and boot, for keys: slots and process ids of different nodes overlap. */
  nodeKey: u32 = 0;
  /** Add this to a time of the batch to get ns since 1970. */
  wallOffset: i64 = 0;

  get schemaMinor(): u16 { return load<u16>(this.at, 6); }
  get count(): u32 { return load<u32>(this.at, 16); }
  get epoch(): u64 { return load<u64>(this.at, 24); }
  /** CLOCK_BOOTTIME of the node in ns. */
  get watermark(): u64 { return load<u64>(this.at, 40); }
  /** Address of the 16 bytes of the boot id. */
  get bootId(): usize { return this.at + 48; }
  /** Events the agent has lost since its start. When it grows, absence proves nothing. */
  get lost(): u64 { return load<u64>(this.at, 64); }
  get node(): string { return decodeText(this.at + 74, <i32>load<u16>(this.at, 72)); }

  /** Starts on bytes that the host handed in; what is wrong with them, or `''`. */
  open(at: usize, length: usize): string {
    this.close();
    if (length < FIXED || load<u32>(at) != MAGIC) return 'the batch has no prelude';
    if (load<u16>(at, 4) != SCHEMA_MAJOR)
      return `the batch has event schema ${load<u16>(at, 4).toString()}, this detector knows ${SCHEMA_MAJOR.toString()}: build it again`;
    const prelude = <u64>load<u32>(at, 8);
    const dictionary = <u64>load<u32>(at, 12);
    const name = <u64>FIXED + <u64>load<u16>(at, 72);
    if (prelude < name || prelude + dictionary + <u64>load<u32>(at, 20) != <u64>length) return 'the lengths in the prelude are not true';
    this.at = at;
    this.following = at + <usize>prelude;
    this.stop = this.following + <usize>dictionary;
    this.end = at + length;
    this.wallOffset = load<i64>(at, 32);
    const boot = load<u64>(at, 48) ^ load<u64>(at, 56);
    this.nodeKey = <u32>(boot ^ (boot >> 32));
    return '';
  }

  /**
   * Goes to the next record of the dictionary; null behind the last one. Read it before the records: those that
   * are left are skipped.
   */
  nextContainer(): EventRecord | null {
    if (this.index != NO_EVENT || this.following >= this.stop) return null;
    this.entry.at = this.following;
    if (!this.step(this.stop)) return null;
    return this.entry;
  }

  /** Goes to the next record; false at the end, and at a record whose length can not be true. */
  // @ts-ignore: decorator
  @inline
  next(): bool {
    if (this.index == NO_EVENT) this.following = this.stop;
    const at = this.following;
    if (!this.step(this.end)) return false;
    this.event.at = at;
    this.index++;
    return true;
  }

  /** Time of an event in ns since 1970: comparable between nodes, which CLOCK_BOOTTIME is not. */
  // @ts-ignore: decorator
  @inline
  wallTime(event: EventRecord): u64 {
    return event.time + this.wallOffset;
  }

  // @ts-ignore: decorator
  @inline
  private step(end: usize): bool {
    const left = end - this.following;
    if (left < RECORD_HEADER) return false;
    const length = <usize>load<u16>(this.following, 2);
    if (length < RECORD_HEADER || length > left) return false;
    this.following += length;
    return true;
  }

  /** Whether the walk came to the end of the records; false when it was left early or met a record that can not be true. */
  get finished(): bool {
    return this.count == 0 || (this.following == this.end && this.index + 1 == this.count);
  }

  /** Forgets the batch. */
  close(): void {
    this.at = NONE;
    this.following = 0;
    this.stop = 0;
    this.end = 0;
    this.index = NO_EVENT;
  }
}

/** The batch at hand. */
export const batch: Batch = new Batch();

/** The record of an event as one of its kind: `view<NetConnect>(event)`. The caller has looked at the kind. */
// @ts-ignore: decorator
@inline
export function view<T>(event: EventRecord): T {
  return changetype<T>(event);
}

import { EventCursor, HeaderFlag } from '@picket/sdk';
import type {
  Accounts,
  Batch,
  Container,
  ContainerBehaviour,
  NodeView,
  Process,
  ProcessEntry,
} from '../../../types.ts';
import { openAccess } from './open-access.ts';

/** What of a batch tells the time of its events. */
export interface Clock {
  readonly header: Pick<Batch['header'], 'wallOffset'>;
}

/** Stands for a value that was not looked up yet: a value may be undefined. */
const UNKNOWN = Symbol('unknown');

/**
 * The event that rules look at, and what was looked up for it so far. One object serves all events: nothing is read,
 * decoded or found before a rule asks for it, and nothing twice.
 */
export class EventContext {
  cursor: EventCursor = new EventCursor();
  /** Tests that the actor of the event passes, as bits by the number that they have in `ActorTests`. */
  verdicts: Uint32Array = new Uint32Array(0);
  #view: NodeView | undefined = undefined;
  #batch: Clock | undefined = undefined;
  #process: Process | undefined = undefined;
  #processKnown = false;
  #container: Container | undefined = undefined;
  #containerKnown = false;
  #bytes: Uint8Array | undefined = undefined;
  #buffer: Buffer = Buffer.alloc(0);
  #text = '';
  #textOffset = -1;
  #filename: string | undefined = undefined;
  #access = -1;
  readonly #kept: unknown[] = [];
  /** Which of them are known, the first `#keptCount`. */
  readonly #keptSlots: number[] = [];
  #keptCount = 0;

  begin(cursor: EventCursor, view: NodeView, batch: Clock): void {
    this.beginRecord(cursor);
    this.#view = view;
    this.#batch = batch;
    this.#process = undefined;
    this.#processKnown = false;
    this.#container = undefined;
    this.#containerKnown = false;
  }

  /** Only the record itself is looked at, as the screen does. */
  beginRecord(cursor: EventCursor): void {
    this.cursor = cursor;
    this.#textOffset = -1;
    this.#filename = undefined;
    this.#access = -1;
    while (this.#keptCount > 0) this.#kept[this.#keptSlots[--this.#keptCount] as number] = UNKNOWN;
    if (cursor.bytes === this.#bytes) return;
    this.#bytes = cursor.bytes;
    this.#buffer = Buffer.from(cursor.bytes.buffer, cursor.bytes.byteOffset, cursor.bytes.byteLength);
  }

  /** A value that is made once for an event. Whoever numbers the slots gives each of them one meaning for a kind of event. */
  kept<T>(slot: number, get: (c: EventContext) => T): T {
    const known = slot < this.#kept.length ? this.#kept[slot] : UNKNOWN;
    if (known !== UNKNOWN) return known as T;
    const value = get(this);
    while (this.#kept.length <= slot) this.#kept.push(UNKNOWN);
    this.#kept[slot] = value;
    this.#keptSlots[this.#keptCount++] = slot;
    return value;
  }

  get process(): Process | undefined {
    if (!this.#processKnown) {
      this.#process = this.#view?.processOf(this.cursor);
      this.#processKnown = true;
    }
    return this.#process;
  }

  /** Not kept: few rules ask, and of one event rarely twice. */
  get entry(): ProcessEntry | undefined {
    return this.process && this.#view?.entryOf(this.process, this.container);
  }

  get container(): Container | undefined {
    if (!this.#containerKnown) {
      this.#container = this.#view?.containerOf(this.cursor);
      this.#containerKnown = true;
    }
    return this.#container;
  }

  /** Users and groups of where the process runs. An event whose container is not known yet has none. */
  get accounts(): Accounts | undefined {
    return this.container ?? ((this.cursor.flags & HeaderFlag.host) !== 0 ? this.#view?.host : undefined);
  }

  /** The process that had a pid at the time of the event. */
  processAt(pid: number): Process | undefined {
    return this.#view?.processAt?.(pid, this.cursor);
  }

  /** Names that DNS answers have given an address, in the form of formatIp. */
  namesOf(address: string): readonly string[] {
    return this.#view?.namesOf?.(address, this.cursor) ?? [];
  }

  /** What learned behaviour says of the container of the event. */
  get behaviour(): ContainerBehaviour | undefined {
    return this.#view?.behaviourOf?.(this.cursor);
  }

  /** Add this to a CLOCK_BOOTTIME value to get ns since 1970. */
  get wallOffset(): bigint {
    return this.#batch?.header.wallOffset ?? 0n;
  }

  /** Bits of OpenAccess; the record must be a file.open. */
  get access(): number {
    if (this.#access < 0) this.#access = openAccess(this.cursor);
    return this.#access;
  }

  /** A string field of the record; the last one decoded is remembered. */
  text(offset: number): string {
    if (this.#textOffset === offset) return this.#text;
    const length = this.cursor.stringLength(offset);
    const at = this.cursor.stringAt(offset);
    this.#text = length === 0 ? '' : this.#buffer.toString('utf8', at, at + length);
    this.#textOffset = offset;
    this.#filename = undefined;
    return this.#text;
  }

  /** The last component of a path in the record; empty when the path is. */
  filename(offset: number): string {
    const path = this.text(offset);
    this.#filename ??= path.slice(path.lastIndexOf('/') + 1);
    return this.#filename;
  }
}

import { DetectorFault } from '../instance/detector-fault.ts';

const ENTRY_HEAD = 6;

/** What a detector keeps by `stateput`: it outlives the instance. Bounded by bytes; each entry counts 64 more. */
export class StateStore {
  readonly #values = new Map<string, Uint8Array>();
  readonly #most: number;
  #used = 0;

  constructor(mostBytes: number) {
    this.#most = mostBytes;
  }

  /** Bytes in use. */
  get used(): number {
    return this.#used;
  }

  get(key: string): Uint8Array | undefined {
    return this.#values.get(key);
  }

  /** False when there is no room; the old value stays then. */
  put(key: string, value: Uint8Array): boolean {
    const old = this.#values.get(key);
    const used = this.#used - (old ? cost(key, old) : 0) + cost(key, value);
    if (used > this.#most) return false;
    this.#values.set(key, value);
    this.#used = used;
    return true;
  }

  /** All entries: each the length of the key (u16) and of the value (u32), then both, the key in UTF-8. */
  encode(): Uint8Array {
    const pieces: Uint8Array[] = [];
    for (const [key, value] of this.#values) {
      const name = Buffer.from(key.toWellFormed());
      const head = Buffer.alloc(ENTRY_HEAD);
      head.writeUInt16LE(name.length, 0);
      head.writeUInt32LE(value.length, 2);
      pieces.push(head, name, value);
    }
    return new Uint8Array(Buffer.concat(pieces));
  }

  /**
   * Fills an empty store. What does not fit any more, because the room was made smaller, is left out.
   * @throws DetectorFault DETECTOR_SNAPSHOT
   */
  decode(bytes: Uint8Array): void {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < view.length; ) {
      if (at + ENTRY_HEAD > view.length) throw cutOff();
      const name = at + ENTRY_HEAD;
      const value = name + view.readUInt16LE(at);
      const end = value + view.readUInt32LE(at + 2);
      if (end > view.length) throw cutOff();
      this.put(view.toString('utf8', name, value), new Uint8Array(view.subarray(value, end)));
      at = end;
    }
  }
}

const cost = (key: string, value: Uint8Array) => 64 + 2 * key.length + value.length;
const cutOff = () => new DetectorFault('DETECTOR_SNAPSHOT', 'the state of the detector is cut off');

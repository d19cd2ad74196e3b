import { addon, type MapHandle, type MapInfo } from './addon.ts';
import type { BpfObject } from './bpf-object.ts';
import { NativeError } from './native-error.ts';

export interface RangeOptions {
  /** For a per-CPU array: give one value an entry, every u64 in it summed over the CPUs. */
  readonly sum?: boolean;
}

/**
 * A map in the kernel. Keys and values are bytes in the machine's own order. Every method throws NativeError
 * CLOSED after `close`, INVALID_ARGUMENT for a key or value of the wrong size, and BPF_MAP_FAILED when the kernel
 * refuses.
 */
export class BpfMap implements MapInfo {
  readonly name: string;
  readonly type: string;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  /** Bytes that one look-up gives: `valueSize`, or for a per-CPU map all CPUs' values, each rounded up to 8. */
  readonly valueBytes: number;
  readonly #handle: MapHandle;

  /** Use `BpfObject.map`. The descriptor is duplicated. */
  constructor(fd: number) {
    this.#handle = new (addon().BpfMap)(fd);
    const shape = this.#handle.describe();
    this.name = shape.name;
    this.type = shape.type;
    this.keySize = shape.keySize;
    this.valueSize = shape.valueSize;
    this.maxEntries = shape.maxEntries;
    this.valueBytes = shape.valueBytes;
  }

  /** This handle's descriptor, which closes with it. */
  get fd(): number {
    return this.#handle.fd();
  }

  /** A fresh array of `valueBytes`, or undefined when the key is not there. */
  lookup(key: Uint8Array): Uint8Array | undefined {
    const out = new Uint8Array(this.valueBytes);
    return this.#handle.lookupInto(key, out) ? out : undefined;
  }

  /**
   * Like `lookup`, into the caller's array; false leaves it as it was.
   * @throws NativeError BUFFER_TOO_SMALL
   */
  lookupInto(key: Uint8Array, out: Uint8Array): boolean {
    return this.#handle.lookupInto(key, out);
  }

  /** Sets one entry; `value` has `valueBytes` bytes. `flags`: 0 any, 1 only a new key, 2 only an existing one. */
  update(key: Uint8Array, value: Uint8Array, flags = 0): void {
    this.#handle.update(key, value, flags);
  }

  /** False when the key was not there. */
  delete(key: Uint8Array): boolean {
    return this.#handle.delete(key);
  }

  /**
   * The keys, one system call each. When entries are deleted meanwhile, a key may come twice or not at all; use
   * `readAll` for large or busy maps.
   */
  keys(): Uint8Array[] {
    return this.#handle.keys();
  }

  /**
   * Fills both arrays back to back (`keySize` and `valueBytes` an entry) and gives the number of entries, in few
   * system calls where the kernel has batches for this type.
   * @throws NativeError BUFFER_TOO_SMALL when the map holds more; arrays for `maxEntries` always suffice
   */
  readAll(keysOut: Uint8Array, valuesOut: Uint8Array): number {
    return this.#handle.readAll(keysOut, valuesOut);
  }

  /**
   * Copies `count` neighbours of an array, from `firstKey` on, into `out`: `valueBytes` an entry, or `valueSize` with
   * `sum`.
   * @throws NativeError BUFFER_TOO_SMALL
   */
  lookupRange(firstKey: number, count: number, out: Uint8Array, options: RangeOptions = {}): void {
    this.#handle.lookupRange(firstKey, count, out, options.sum ?? false);
  }

  /** Makes a program array jump to a loaded program at `key`. */
  setProgram(key: number, object: BpfObject, program: string): void {
    if (this.type !== 'prog_array') {
      throw new NativeError(
        'INVALID_ARGUMENT',
        `map '${this.name}' is a ${this.type}; only a prog_array holds programs`,
      );
    }
    this.#handle.update(u32Bytes(key), u32Bytes(object.programFd(program)), 0);
  }

  /** From now on no process can change the map; BPF programs still can. */
  freeze(): void {
    this.#handle.freeze();
  }

  /** The map lives on while a program, an object or another handle uses it. Does nothing the second time. */
  close(): void {
    this.#handle.close();
  }
}

function u32Bytes(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new NativeError('INVALID_ARGUMENT', `${value} is not a key of an array`);
  }
  return new Uint8Array(Uint32Array.of(value).buffer);
}

import type { LinkHandle } from './addon.ts';

/** An attached program. It stays attached until `detach`, or until its object is closed. */
export class BpfLink {
  readonly #handle: LinkHandle;

  /** Use `BpfObject.attach`. */
  constructor(handle: LinkHandle) {
    this.#handle = handle;
  }

  /**
   * Does nothing when the program is detached already.
   * @throws NativeError BPF_DETACH_FAILED
   */
  detach(): void {
    this.#handle.detach();
  }

  /**
   * For programs of `iter/...` sections: walks once over everything and gives what the program wrote with
   * `bpf_seq_write` or `bpf_seq_printf`.
   * @throws NativeError BPF_RUN_FAILED, BPF_PERMISSION, CLOSED
   */
  readIterator(): Uint8Array {
    return this.#handle.readIterator();
  }
}

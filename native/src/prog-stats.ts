import { addon, type RunStatsHandle } from './addon.ts';

/** Keeps the kernel timing BPF programs. */
export class ProgStats {
  #handle: RunStatsHandle | undefined;

  /** Use `progStats`. */
  constructor(handle: RunStatsHandle | undefined) {
    this.#handle = handle;
  }

  /** The kernel stops timing when the last holder on the machine has closed. Does nothing the second time. */
  close(): void {
    if (this.#handle !== undefined) addon().closeRunStats(this.#handle);
    this.#handle = undefined;
  }
}

/**
 * Has the kernel time every BPF program (some 20 ns a run) until the answer is closed; `BpfObject.programStats` reads
 * the figures. With `enable` false nothing is asked, so that a setting can be passed straight in.
 * @throws NativeError BPF_STATS_FAILED, BPF_PERMISSION
 */
export function progStats(enable: boolean): ProgStats {
  return new ProgStats(enable ? addon().enableRunStats() : undefined);
}

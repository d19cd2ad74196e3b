import type { StartHost } from '../detection/detectors/runtime-contract.ts';

/** Host processes since the start of this control plane. */
export interface HostCounts {
  readonly started: number;
  readonly alive: number;
  /** By reason, see `HostEnded`. */
  readonly ended: ReadonlyMap<string, number>;
}

/** Starts host processes and counts what becomes of them. */
export class CountedHosts {
  readonly #start: StartHost;
  readonly #ended = new Map<string, number>();
  #started = 0;
  #alive = 0;

  constructor(start: StartHost) {
    this.#start = start;
  }

  readonly start: StartHost = async (options) => {
    const host = await this.#start(options);
    this.#started++;
    this.#alive++;
    void host.ended.then(({ reason }) => {
      this.#alive--;
      this.#ended.set(reason, (this.#ended.get(reason) ?? 0) + 1);
    });
    return host;
  };

  counts(): HostCounts {
    return { started: this.#started, alive: this.#alive, ended: this.#ended };
  }
}

import type { ProbeLoader } from './probe-loader.ts';

/** Flows that went quiet are told within this time of their last record. */
const EVERY_MS = 1000;
const NOTHING = new Uint8Array(0);

/**
 * Runs, once a second, the program that tells what quiet flows of datagrams have left (bpf/include/flow.h); when the
 * probe has been detached too, for what it left behind.
 */
export class UdpSweep {
  readonly #loader: ProbeLoader;
  #timer: NodeJS.Timeout | undefined;

  constructor(loader: ProbeLoader) {
    this.#loader = loader;
  }

  /** Does nothing while the probe is not loaded: no flow is ever begun then. */
  start(): void {
    const sweep = () => this.#loader.objects().get('net_udp')?.testRun('udp_sweep', NOTHING);
    this.#timer = setInterval(sweep, EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

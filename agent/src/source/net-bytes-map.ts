import type { ProbeLoader } from './probe-loader.ts';

/** Directions of a slot in the map. */
const DIRECTIONS = 2;

/** Reads the bytes that containers received and sent, as net_wire counts them; cumulative since it was loaded. */
export class NetBytesMap {
  readonly #loader: ProbeLoader;
  readonly #counts = new BigUint64Array(DIRECTIONS);

  constructor(loader: ProbeLoader) {
    this.#loader = loader;
  }

  /** Writes bytes received and bytes sent of a slot; false while net_wire, which counts them, is not attached. */
  read(slot: number, out: Float64Array): boolean {
    // the map itself is there before: all objects declare it
    const map = this.#loader.isAttached('net_wire') ? this.#loader.findMap('net_bytes') : undefined;
    if (!map) return false;
    map.lookupRange(slot * DIRECTIONS, DIRECTIONS, new Uint8Array(this.#counts.buffer), { sum: true });
    out[0] = Number(this.#counts[0]);
    out[1] = Number(this.#counts[1]);
    return true;
  }
}

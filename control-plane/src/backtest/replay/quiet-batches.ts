import { Kind } from '@picket/sdk';

/** Kinds that change what is known of a node, or of what it lost. */
const TELLING = new Set<number>([
  ...[Kind.ProcessExec, Kind.ProcessFork, Kind.ProcessExit, Kind.ProcessMoved],
  ...[Kind.ContainerStarted, Kind.ContainerUpdated, Kind.ContainerStopped],
  ...[Kind.NetDns, Kind.SensorLoss],
]);

/** By number of the kind: 1 for those that tell something. */
export const TELLING_KINDS: Uint8Array = Uint8Array.from({ length: 128 }, (_, kind) => Number(TELLING.has(kind)));

/** Which batches of a source say nothing about their nodes: they need not be unpacked to follow its state. */
export class QuietBatches {
  #quiet = new Uint8Array(1024);

  add(ordinal: number): void {
    if (ordinal >= this.#quiet.length) {
      const grown = new Uint8Array(Math.max(ordinal + 1, this.#quiet.length * 2));
      grown.set(this.#quiet);
      this.#quiet = grown;
    }
    this.#quiet[ordinal] = 1;
  }

  has(ordinal: number): boolean {
    return this.#quiet[ordinal] === 1;
  }
}

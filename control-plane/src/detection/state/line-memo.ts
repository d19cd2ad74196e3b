import type { ActorMemo } from '../../types.ts';
import type { ProcessNode } from './process-node.ts';

/** Ancestors looked at, as far as any field of a rule goes. */
const DEPTH = 64;

/** What was worked out about a process in its container, and what has to be as it was for it to hold. */
export class LineMemo implements ActorMemo {
  owner = 0;
  value = 0;
  /** No program of the process and its ancestors began later. */
  since = 0;
  #stamp = -1;
  #newest = -1;
  #lines = -1;
  #containers = -1;
  #place = -1;
  #uid = -1;

  /**
   * Empties itself when something has changed since the last call.
   * @param lines changes whenever a process that may have descendants does
   * @param containers changes whenever something is told of a container
   * @param place number of the container, and whether the event says that it is one of the node
   */
  check(node: ProcessNode, lines: number, containers: number, place: number, uid: number): void {
    if (this.#lines !== lines || this.#stamp !== node.stamp) this.#look(node, lines);
    if (this.#containers === containers && this.#place === place && this.#uid === uid) return;
    this.#containers = containers;
    this.#place = place;
    this.#uid = uid;
    this.owner = 0;
  }

  /** Of any change in the line the stamp is higher than all that were there before. */
  #look(node: ProcessNode, lines: number): void {
    let [newest, since] = [0, 0];
    let up: ProcessNode | undefined = node;
    for (let depth = 0; up && depth <= DEPTH; depth++, up = up.parent) {
      if (up.stamp > newest) newest = up.stamp;
      if (up.since > since) since = up.since;
    }
    if (newest !== this.#newest || node.stamp !== this.#stamp) this.owner = 0;
    this.#stamp = node.stamp;
    this.#newest = newest;
    this.#lines = lines;
    this.since = since;
  }
}

import type { Container } from '../../../../types.ts';
import { WindowSum } from './window-sum.ts';

/** Seconds of one container that are open at the same time: an agent that was held up tells many at once. */
const MOST_OPEN = 64;

/** The windows of one container that are not over. */
export class ContainerTrack {
  readonly container: Container;
  /** Seconds by their number, in the order in which they began. */
  seconds: WindowSum[] = [];
  ten: WindowSum | undefined;
  sixty: WindowSum | undefined;
  /** Second in which the container ended; -1 while it runs. */
  stopped = -1;
  /** Classes of the names of addresses, as they were known when it connected there. */
  readonly names = new Map<string, string>();
  #current: WindowSum | undefined;

  constructor(container: Container) {
    this.container = container;
  }

  /** The sum of a second, made when it is not there. */
  second(index: number): WindowSum {
    const current = this.#current;
    if (current && current.index === index) return current;
    const found = this.seconds.find((sum) => sum.index === index) ?? this.#open(index);
    this.#current = found;
    return found;
  }

  /** Takes the seconds before one out, in their order. */
  takeBefore(index: number): WindowSum[] {
    if (this.seconds.every((sum) => sum.index >= index)) return [];
    const over = this.seconds.filter((sum) => sum.index < index).sort((a, b) => a.index - b.index);
    this.seconds = this.seconds.filter((sum) => sum.index >= index);
    this.#current = undefined;
    return over;
  }

  #open(index: number): WindowSum {
    const newest = this.seconds.at(-1);
    if (newest && this.seconds.length >= MOST_OPEN) return newest;
    const sum = new WindowSum(index, 1);
    this.seconds.push(sum);
    return sum;
  }
}

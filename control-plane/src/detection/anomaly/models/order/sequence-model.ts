/** Calls that one depends on. */
const DEEPEST = 3;
/** Different calls that are told apart, what was never seen included. */
const ALPHABET = 512;
const SQUARE_SHARE = 0.25;

/** What followed a context: how much, and how many different. */
interface Context {
  seen: number;
  kinds: number;
}

/**
 * How probable each system call of one thread is after up to three before it: an order-4 model smoothed by Witten and Bell
 * (1991, method C), each order falling back on the one below. For whole traces, as in the comparison of algorithms; live
 * windows have pairs only.
 */
export class SequenceModel {
  readonly #numbers = new Map<number, number>();
  readonly #contexts: readonly Map<number, Context>[] = Array.from({ length: DEEPEST + 1 }, () => new Map());
  readonly #follows: readonly Map<number, number>[] = Array.from({ length: DEEPEST + 1 }, () => new Map());

  /** Learns from a trace: numbers of system calls in the order of one thread. */
  observe(calls: ArrayLike<number>): void {
    const numbers = Array.from(calls, (call) => this.#numberOf(call));
    this.#walk(numbers, (depth, context, follow) => {
      const held = this.#contexts[depth]?.get(context) ?? { seen: 0, kinds: 0 };
      const before = this.#follows[depth]?.get(follow) ?? 0;
      held.seen++;
      if (before === 0) held.kinds++;
      this.#contexts[depth]?.set(context, held);
      this.#follows[depth]?.set(follow, before + 1);
    });
  }

  /** Mean surprise, and a quarter of the root of its mean square, which heeds few very strange calls. NaN for no call. */
  score(calls: ArrayLike<number>): number {
    const nats = this.nats(calls);
    const mean = (of: (value: number) => number) => nats.reduce((sum, value) => sum + of(value), 0) / nats.length;
    return mean((value) => value) + SQUARE_SHARE * Math.sqrt(mean((value) => value * value));
  }

  /** Surprise of each call, nats. */
  nats(calls: ArrayLike<number>): Float64Array {
    const numbers = Array.from(calls, (call) => this.#numbers.get(call) ?? 0);
    const nats = new Float64Array(numbers.length);
    let chance = 1 / ALPHABET;
    this.#walk(numbers, (depth, context, follow, place) => {
      if (depth === 0) chance = 1 / ALPHABET;
      const held = this.#contexts[depth]?.get(context);
      if (held) chance = ((this.#follows[depth]?.get(follow) ?? 0) + held.kinds * chance) / (held.seen + held.kinds);
      nats[place] = -Math.log(chance);
    });
    return nats;
  }

  /** Different sequences that it knows, by which its size goes. */
  get sequences(): number {
    return this.#follows.reduce((sum, { size }) => sum + size, 0);
  }

  /** For each place from the shortest context to the longest there is: the context, and the context with what follows. */
  #walk(
    numbers: readonly number[],
    tell: (depth: number, context: number, follow: number, place: number) => void,
  ): void {
    for (let place = 0; place < numbers.length; place++) {
      const next = numbers[place] ?? 0;
      let [context, scale] = [0, 1];
      for (let depth = 0; depth <= DEEPEST && depth <= place; depth++) {
        tell(depth, context, context * ALPHABET + next, place);
        context += (numbers[place - depth - 1] ?? 0) * scale;
        scale *= ALPHABET;
      }
    }
  }

  /** From 1; 0 stands for what was never seen, and for what comes after the last number there is. */
  #numberOf(call: number): number {
    const held = this.#numbers.get(call);
    if (held !== undefined) return held;
    if (this.#numbers.size + 1 >= ALPHABET) return 0;
    this.#numbers.set(call, this.#numbers.size + 1);
    return this.#numbers.size;
  }
}

import { messageOf } from '@picket/sdk';
import { Deeds, keepBusy, type Pace, startAll } from './busy.ts';
import { Shop } from './shop.ts';
import { Turns } from './turns.ts';

const STOP_AT_ONCE = 2;

/**
 * Several shops side by side on one small machine, each in a network and folder of its own and at a pace of its own:
 * containers are `web-1`, `web-2` … Call `close` at the end.
 */
export class Fleet {
  readonly #shops: Shop[] = [];
  readonly #work: Promise<Deeds>[] = [];
  readonly #end = new AbortController();
  readonly #turns = new Turns();
  readonly #note: (line: string) => void;

  constructor(note: (line: string) => void) {
    this.#note = note;
  }

  /** Starts the shops one after the other; each works from when all its containers run. */
  async start(shops: number): Promise<void> {
    for (let i = 1; i <= shops && !this.#end.signal.aborted; i++) {
      const shop = await Shop.open(this.#note, { suffix: `-${i}` });
      this.#shops.push(shop);
      const pace = { ...paceOf(i), inTurn: this.#turns.take };
      await startAll(shop, pace);
      this.#note(`shop ${i} is open: ${pace.views} views, ${pace.transactions} transactions a second`);
      const working = keepBusy(shop, pace, this.#end.signal);
      working.catch((error) => this.#note(`shop ${i} has stopped working: ${messageOf(error)}`));
      this.#work.push(working);
    }
  }

  /** What all shops did and what went wrong. Ends their work. */
  async end(): Promise<Deeds> {
    this.#end.abort();
    const all = new Deeds();
    for (const result of await Promise.allSettled(this.#work)) {
      if (result.status === 'rejected') all.failed('a shop', messageOf(result.reason));
      else all.add(result.value);
    }
    return all;
  }

  /** Ends every container and removes all there was, few at a time. Harmless when done twice. */
  async close(): Promise<void> {
    this.#end.abort();
    const failures: unknown[] = [];
    while (this.#shops.length > 0) {
      const closing = this.#shops.splice(0, STOP_AT_ONCE).map((shop) => shop.close());
      for (const result of await Promise.allSettled(closing))
        if (result.status === 'rejected') failures.push(result.reason);
    }
    if (failures.length > 0) throw new AggregateError(failures, `shops could not be closed: ${messageOf(failures[0])}`);
  }
}

/** Different for each shop, and so low that a dozen of them leave most of one CPU to others. */
function paceOf(shop: number): Pace {
  const views = [0.5, 1, 1.6, 0.7, 2.2, 1.2, 0.9, 3][shop % 8] as number;
  const transactions = [0.4, 0.2, 0.7, 1, 0.3][shop % 5] as number;
  return {
    projects: ['tiny'],
    views,
    transactions,
    stretch: 4 + (shop % 5),
    buildPauseSeconds: 280 + 20 * (shop % 4),
    cachePauseSeconds: 15 + 5 * (shop % 4),
    upkeepSeconds: 400 + 70 * (shop % 5),
  };
}

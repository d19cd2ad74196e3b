import type { FeatureWindow } from '../../features/feature-window.ts';
import { type Grouped, groupCount, groupsOf } from '../groups.ts';
import { type Seen, shareOf } from '../seen.ts';
import { BINS, binOf, RarityTable } from './rarity.ts';
import { classOf, MAX_TEXT, MAX_TOKENS, TokenBook } from './token-book.ts';

interface Sample extends Grouped {
  readonly seconds: number;
  readonly tokens: Uint32Array;
}

/** What training windows say of tokens. */
export interface TokenStatistics {
  readonly all: Seen;
  /** Where each kept token was. */
  readonly seen: ReadonlyMap<string, Seen>;
  /** Tables by seconds and class, as `10x`. */
  readonly tables: ReadonlyMap<string, RarityTable>;
  /** Tokens that found no room. */
  readonly dropped: number;
}

interface Group {
  readonly samples: readonly Sample[];
  /** Its windows with each token. */
  readonly counts: Uint32Array;
}

/** Which tokens training windows had. */
export class TokenSamples {
  readonly #book = new TokenBook();
  readonly #samples: Sample[] = [];

  add({ seconds, from, tokens }: FeatureWindow, run: number): void {
    const numbers = new Uint32Array(tokens.size);
    let at = 0;
    for (const token of tokens.keys()) numbers[at++] = this.#book.add(token);
    this.#samples.push({ seconds, from, run, tokens: numbers });
  }

  statistics(): TokenStatistics {
    const groups = this.#grouped();
    const windows = this.#counted(this.#samples);
    const inGroups = new Uint32Array(windows.length);
    for (const { counts } of groups)
      for (let number = 0; number < counts.length; number++)
        if (counts[number] !== 0) inGroups[number] = (inGroups[number] ?? 0) + 1;
    const kept = this.#kept(windows);
    const all = { windows: this.#samples.length, groups: groups.length };
    const seenOf = (number: number) => ({ windows: windows[number] ?? 0, groups: inGroups[number] ?? 0 });
    return {
      all,
      seen: new Map(kept.map((number) => [this.#book.texts[number] ?? '', seenOf(number)])),
      tables: this.#tables(groups, all, new Map(kept.map((number) => [number, seenOf(number)]))),
      dropped: this.#book.texts.length - kept.length,
    };
  }

  #grouped(): Group[] {
    const groups = groupsOf(this.#samples);
    return Array.from({ length: groupCount(groups) }, (_, group) => {
      const samples = this.#samples.filter((_, at) => groups[at] === group);
      return { samples, counts: this.#counted(samples) };
    });
  }

  #counted(samples: readonly Sample[]): Uint32Array {
    const counts = new Uint32Array(this.#book.texts.length);
    for (const { tokens } of samples) for (const number of tokens) counts[number] = (counts[number] ?? 0) + 1;
    return counts;
  }

  /** The most frequent ones, as many as there is room for, by their text. */
  #kept(seen: Uint32Array): number[] {
    const { texts } = this.#book;
    const byText = (a: number, b: number) => compare(texts[a] ?? '', texts[b] ?? '');
    const order = texts.map((_, number) => number).sort((a, b) => (seen[b] ?? 0) - (seen[a] ?? 0) || byText(a, b));
    let room = MAX_TEXT;
    const fits = (number: number) => {
      room -= Buffer.byteLength(texts[number] ?? '');
      return room >= 0;
    };
    return order.slice(0, MAX_TOKENS).filter(fits).sort(byText);
  }

  /** Asks of each group how rare its tokens are in the others. */
  #tables(groups: readonly Group[], all: Seen, seen: ReadonlyMap<number, Seen>): Map<string, RarityTable> {
    const windows = new Map<number, number>();
    const rarest = new Map<string, number[]>();
    for (const { samples, counts } of groups) {
      const others = { windows: all.windows - samples.length, groups: all.groups - 1 };
      const binIn = (number: number) => binOf(shareOf(without(seen.get(number), counts[number] ?? 0), others));
      const bins = Uint8Array.from(counts, (count, number) => (count === 0 ? BINS : binIn(number)));
      for (const { seconds, tokens } of samples) {
        windows.set(seconds, (windows.get(seconds) ?? 0) + 1);
        for (const [name, bin] of this.#rarest(tokens, bins)) {
          const key = `${seconds}${name}`;
          const found = rarest.get(key);
          if (found) found.push(bin);
          else rarest.set(key, [bin]);
        }
      }
    }
    const sizes = [...windows].sort(([a], [b]) => a - b);
    const classes = [...new Set(this.#book.texts.map(classOf))].sort();
    const keys = sizes.flatMap(([seconds, count]) => classes.map((name) => [`${seconds}${name}`, count] as const));
    return new Map(keys.map(([key, count]) => [key, RarityTable.of(rarest.get(key) ?? [], count)]));
  }

  #rarest(tokens: Uint32Array, bins: Uint8Array): Map<string, number> {
    const rarest = new Map<string, number>();
    for (const number of tokens) {
      const name = classOf(this.#book.texts[number] ?? '');
      rarest.set(name, Math.min(rarest.get(name) ?? Number.POSITIVE_INFINITY, bins[number] ?? 0));
    }
    return rarest;
  }
}

/** Where else it was than in one group. */
const without = (seen: Seen | undefined, windows: number): Seen =>
  seen ? { windows: seen.windows - windows, groups: seen.groups - 1 } : { windows: 0, groups: 0 };

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

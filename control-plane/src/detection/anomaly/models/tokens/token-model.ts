import type { FeatureWindow } from '../../features/feature-window.ts';
import { type ModelReader, malformed } from '../bytes/model-reader.ts';
import type { ModelWriter } from '../bytes/model-writer.ts';
import type { KnownTokens } from '../known-tokens.ts';
import type { Contribution } from '../model.ts';
import { ModelError } from '../model-error.ts';
import { type Seen, shareOf } from '../seen.ts';
import { BINS, binOf, manyOf, RarityTable } from './rarity.ts';
import { classOf } from './token-book.ts';
import { readTokens, writeTokens } from './token-bytes.ts';
import { TokenSamples } from './token-samples.ts';
import { knownText, listText, wordsOf } from './token-words.ts';
import { withKnown } from './with-known.ts';

/** Classes are letters: room for each by its code. */
const CLASSES = 128;
const MAX_TABLES = 256;
const MAX_WINDOWS = 10_000_000;

/** Surprise of a window by kinds of classes, for summaries. */
export interface TokenScore {
  /** Sum over all classes, nats. */
  readonly all: number;
  /** Of programs and what they are allowed to: x l a k e U s. */
  readonly programs: number;
  readonly files: number;
  readonly network: number;
  /** Classes with a token that was never seen. */
  readonly newClasses: number;
}

const FILES = new Set('rwmu');
const NETWORK = new Set('cpind');
const NOTHING: TokenScore = {
  all: Number.NaN,
  programs: Number.NaN,
  files: Number.NaN,
  network: Number.NaN,
  newClasses: Number.NaN,
};

/** Rare and first seen tokens, by class: see RarityTable. One for windows of all lengths. */
export class TokenModel {
  #samples: TokenSamples | undefined = new TokenSamples();
  #all: Seen = { windows: 0, groups: 0 };
  /** Tokens by their place in the lists: where each was, and how rare that is. */
  readonly #places = new Map<string, number>();
  #inWindows = new Uint32Array(0);
  #inGroups = new Uint32Array(0);
  #bins = new Uint8Array(0);
  #tables: ReadonlyMap<string, RarityTable> = new Map();
  #never = new RarityTable();
  /** Tokens of training that found no room in it. */
  dropped = 0;
  /** By code of the class: rarest bin of the window at hand, and how many tokens have it. */
  readonly #rarest = new Uint8Array(CLASSES);
  readonly #count = new Uint32Array(CLASSES);

  observe(window: FeatureWindow, run: number): void {
    if (!this.#samples) throw new ModelError('MODEL_UNREADY', 'this model has been fitted: begin a new one to learn');
    this.#samples.add(window, run);
  }

  /** @param known tokens of all windows that those observed are a sample of */
  fit(known?: KnownTokens): void {
    if (!this.#samples) return;
    const { all, seen, tables, dropped } = this.#samples.statistics();
    this.dropped = dropped;
    this.#settle(all, known ? withKnown(seen, all, known) : seen, tables);
  }

  score(window: FeatureWindow): TokenScore {
    if (this.#places.size === 0) return NOTHING;
    this.#look(window);
    const sums = { programs: 0, files: 0, network: 0, newClasses: 0 };
    for (let code = 0; code < CLASSES; code++) {
      const many = this.#count[code] as number;
      if (many === 0) continue;
      const name = String.fromCharCode(code);
      const bin = this.#rarest[code] as number;
      const nats = this.#table(window.seconds, name).nats(bin) * manyOf(many);
      if (bin === 0) sums.newClasses++;
      if (FILES.has(name)) sums.files += nats;
      else if (NETWORK.has(name)) sums.network += nats;
      else sums.programs += nats;
    }
    return { ...sums, all: sums.programs + sums.files + sums.network };
  }

  explain(window: FeatureWindow, most: number): Contribution[] {
    if (this.#places.size === 0) return [];
    this.#look(window);
    const found: Contribution[] = [];
    for (let code = 0; code < CLASSES; code++) {
      const many = this.#count[code] as number;
      const name = String.fromCharCode(code);
      const bin = this.#rarest[code] as number;
      const weight = many === 0 ? 0 : this.#table(window.seconds, name).nats(bin) * manyOf(many);
      if (weight >= 1) found.push(this.#contribution(window, name, bin, weight));
    }
    return found.sort((a, b) => b.weight - a.weight).slice(0, most);
  }

  #contribution(window: FeatureWindow, name: string, bin: number, weight: number): Contribution {
    const rare = [...window.tokens.keys()].filter((token) => classOf(token) === name && this.#binOf(token) === bin);
    const [one, many] = wordsOf(name);
    const isNew = bin === 0;
    return {
      feature: `${isNew ? 'new' : 'rare'} ${rare.length > 1 ? many : one}`,
      observed: listText(rare.map((token) => token.slice(2))),
      usual: isNew ? knownText(this.#known(name), many) : this.#often(rare),
      weight,
    };
  }

  #known(name: string): string[] {
    return [...this.#places.keys()].filter((token) => classOf(token) === name).map((token) => token.slice(2));
  }

  #often(tokens: readonly string[]): string {
    const most = tokens.reduce(
      (found, token) => Math.max(found, this.#inWindows[this.#places.get(token) ?? -1] ?? 0),
      0,
    );
    return `in ${most} of ${this.#all.windows} windows`;
  }

  #look({ tokens }: FeatureWindow): void {
    const [rarest, count] = [this.#rarest.fill(BINS), this.#count.fill(0)];
    for (const token of tokens.keys()) {
      const code = classOf(token).charCodeAt(0) % CLASSES;
      const bin = this.#binOf(token);
      const held = rarest[code] as number;
      if (bin > held) continue;
      count[code] = bin < held ? 1 : (count[code] as number) + 1;
      rarest[code] = bin;
    }
  }

  #binOf(token: string): number {
    const place = this.#places.get(token);
    return place === undefined ? 0 : (this.#bins[place] as number);
  }

  /** A class that never was is as new as can be; a length that was not trained is like the one that was. */
  #table(seconds: number, name: string): RarityTable {
    return this.#tables.get(`${seconds}${name}`) ?? this.#tables.get(`10${name}`) ?? this.#never;
  }

  #settle(all: Seen, seen: ReadonlyMap<string, Seen>, tables: ReadonlyMap<string, RarityTable>): void {
    this.#samples = undefined;
    this.#all = all;
    for (const token of seen.keys()) this.#places.set(token, this.#places.size);
    const where = [...seen.values()];
    this.#inWindows = Uint32Array.from(where, ({ windows }) => windows);
    this.#inGroups = Uint32Array.from(where, ({ groups }) => groups);
    this.#bins = Uint8Array.from(where, (each) => binOf(shareOf(each, all)));
    this.#tables = tables;
    this.#never = new RarityTable(undefined, all.windows);
  }

  write(out: ModelWriter): void {
    if (this.#samples)
      throw new ModelError('MODEL_UNREADY', 'this model has not been fitted: call fit() before save()');
    out.count(this.#all.windows).count(this.#all.groups).count(this.dropped);
    writeTokens(this.#places.size, this.#entries(), out);
    out.count(this.#tables.size);
    for (const [key, { counts, windows }] of this.#tables) {
      out.text(key).count(windows);
      for (const count of counts) out.count(count);
    }
  }

  *#entries(): Generator<[token: string, seen: Seen]> {
    for (const [token, at] of this.#places)
      yield [token, { windows: this.#inWindows[at] ?? 0, groups: this.#inGroups[at] ?? 0 }];
  }

  /** @throws ModelError */
  static read(input: ModelReader): TokenModel {
    const model = new TokenModel();
    const windows = input.count(MAX_WINDOWS, 'windows');
    const all = { windows, groups: input.count(windows, 'groups') };
    model.dropped = input.count(Number.MAX_SAFE_INTEGER, 'dropped tokens');
    const seen = readTokens(input, all);
    const tables = new Map<string, RarityTable>();
    for (let left = input.count(MAX_TABLES, 'tables'); left > 0; left--) {
      const key = input.text(8, 'name of a table');
      const windows = input.count(all.windows, 'windows of a table');
      const counts = Float64Array.from({ length: BINS }, () => input.count(windows, 'windows of a bin'));
      if (counts.reduce((sum, count) => sum + count) > windows) throw malformed('a table has too many windows');
      tables.set(key, new RarityTable(counts, windows));
    }
    model.#settle(all, seen, tables);
    return model;
  }
}

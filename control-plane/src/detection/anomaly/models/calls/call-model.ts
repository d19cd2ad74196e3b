import type { FeatureWindow } from '../../features/feature-window.ts';
import { callName } from '../../features/tokens/syscall-names.ts';
import { type ModelReader, malformed } from '../bytes/model-reader.ts';
import type { ModelWriter } from '../bytes/model-writer.ts';
import { type Grouped, groupCount, groupsOf } from '../groups.ts';
import { type KnownTokens, seenOf } from '../known-tokens.ts';
import type { Contribution } from '../model.ts';
import { ModelError } from '../model-error.ts';
import { type Seen, shareOf } from '../seen.ts';

const MAX_CALLS = 65_536;
const MAX_WINDOWS = 10_000_000;
/** All numbers that have a name are below. */
const NAMED_CALLS = 1024;
/** Calls that more windows have say nothing by being there. */
const ORDINARY = 0.1;
/** What rare calls beside the rarest add: they come together. */
const FURTHER_SHARE = 0.25;

interface Sample extends Grouped {
  readonly calls: Uint32Array;
}

/** Rare and first seen system calls: -ln of the share of training windows that had them. */
export class CallModel {
  #samples: Sample[] | undefined = [];
  #all: Seen = { windows: 0, groups: 0 };
  #seen: ReadonlyMap<number, Seen> = new Map();
  #nats = new Float64Array(0);

  observe({ syscalls, from }: FeatureWindow, run: number): void {
    if (!this.#samples) throw new ModelError('MODEL_UNREADY', 'this model has been fitted: begin a new one to learn');
    this.#samples.push({ run, from, calls: syscalls.keys.slice(0, syscalls.size) });
  }

  /** @param known tokens of all windows that those observed are a sample of */
  fit(known?: KnownTokens): void {
    const samples = this.#samples;
    if (!samples) return;
    const groups = groupsOf(samples);
    const seen = new Map<number, { windows: number; groups: Set<number> }>();
    for (const [at, { calls }] of samples.entries())
      for (const number of calls) {
        const held = seen.get(number) ?? { windows: 0, groups: new Set() };
        held.windows++;
        held.groups.add(groups[at] ?? 0);
        seen.set(number, held);
      }
    const counted = [...seen].map(([number, held]) => [number, { ...held, groups: held.groups.size }] as const);
    const all = { windows: samples.length, groups: groupCount(groups) };
    const found = new Map<number, Seen>(counted);
    if (known && all.windows > 0) addKnown(found, all, known);
    this.#settle(all, new Map([...found].toSorted(([a], [b]) => a - b)));
  }

  /** NaN where no window had any. */
  score({ syscalls }: FeatureWindow): number {
    if (this.#seen.size === 0) return Number.NaN;
    let [largest, sum] = [0, 0];
    for (let at = 0; at < syscalls.size; at++) {
      const nats = this.#natsOf(syscalls.keys[at] as number);
      sum += nats;
      if (nats > largest) largest = nats;
    }
    return largest + FURTHER_SHARE * (sum - largest);
  }

  explain({ syscalls, seconds }: FeatureWindow, most: number): Contribution[] {
    if (this.#seen.size === 0) return [];
    const found: Contribution[] = [];
    for (let at = 0; at < syscalls.size; at++) {
      const number = syscalls.keys[at] as number;
      const seen = this.#seen.get(number)?.windows ?? 0;
      const weight = this.#natsOf(number);
      if (weight < 2) continue;
      found.push({
        feature: `${seen === 0 ? 'new' : 'rare'} system call ${callName(number)}`,
        observed: `${Math.round(syscalls.counts[at] as number)} in ${seconds} s`,
        usual: seen === 0 ? `in none of ${this.#all.windows} windows` : `in ${seen} of ${this.#all.windows} windows`,
        weight,
      });
    }
    return found.sort((a, b) => b.weight - a.weight).slice(0, most);
  }

  #natsOf(number: number): number {
    return number < this.#nats.length ? (this.#nats[number] as number) : this.#rarity({ windows: 0, groups: 0 });
  }

  #rarity(seen: Seen): number {
    const share = Math.max((seen.windows + 0.5) / (this.#all.windows + 1), shareOf(seen, this.#all));
    return share > ORDINARY ? 0 : -Math.log(share);
  }

  #settle(all: Seen, seen: ReadonlyMap<number, Seen>): void {
    this.#samples = undefined;
    this.#all = all;
    this.#seen = seen;
    const never = this.#rarity({ windows: 0, groups: 0 });
    const highest = [...seen.keys()].reduce((most, number) => Math.max(most, number), -1);
    this.#nats = new Float64Array(highest + 1).fill(never);
    for (const [number, where] of seen) this.#nats[number] = this.#rarity(where);
  }

  write(out: ModelWriter): void {
    if (this.#samples)
      throw new ModelError('MODEL_UNREADY', 'this model has not been fitted: call fit() before save()');
    out.count(this.#all.windows).count(this.#all.groups).count(this.#seen.size);
    for (const [number, { windows, groups }] of this.#seen) out.count(number).count(windows).count(groups);
  }

  /** @throws ModelError */
  static read(input: ModelReader): CallModel {
    const model = new CallModel();
    const windows = input.count(MAX_WINDOWS, 'windows');
    const all = { windows, groups: input.count(windows, 'groups') };
    const seen = new Map<number, Seen>();
    for (let left = input.count(MAX_CALLS, 'system calls'); left > 0; left--) {
      const number = input.count(MAX_CALLS, 'number of a system call');
      if (seen.has(number)) throw malformed('a system call is there twice');
      const inWindows = input.count(windows, 'windows of a system call');
      seen.set(number, { windows: inWindows, groups: input.count(all.groups, 'groups of a system call') });
    }
    model.#settle(all, seen);
    return model;
  }
}

/** System calls that windows of 10 s had, also where the sample has none of these. */
function addKnown(found: Map<number, Seen>, all: Seen, known: KnownTokens): void {
  const byToken = new Map(known.tokens.map((one) => [one.token, one]));
  for (let number = 0; number < NAMED_CALLS; number++) {
    const one = byToken.get(`s:${callName(number)}`);
    if (one) found.set(number, seenOf(one, known, all, found.get(number)));
  }
}

import { type FeatureWindow, WINDOW_FIRST, WINDOW_LAST, WINDOW_LOSS } from '../features/feature-window.ts';
import { SCALARS } from '../features/scalars.ts';
import { callName } from '../features/tokens/syscall-names.ts';
import { AmountSamples } from './amounts/amount-samples.ts';
import { scaled, scaledScalar, unscaledScalar } from './amounts/scale.ts';
import { highestOf, usualOf } from './amounts/usual.ts';
import { UsualTable } from './amounts/usual-table.ts';
import { type ModelReader, malformed } from './bytes/model-reader.ts';
import { ModelWriter } from './bytes/model-writer.ts';
import { sealed, unsealed } from './bytes/sealed.ts';
import type { Contribution, Model, ModelKind } from './model.ts';
import { ModelError } from './model-error.ts';
import { surprise } from './surprise.ts';

const KIND = 'threshold';
const VERSION = 1;
const MAX_SCALARS = 1024;
const MAX_CALLS = 65_536;
/** Deviations beyond it say no more. */
const MOST = 60;
/** Less of something is half as strange as more of it, and up to a bound: work that stops is no attack. */
const LESS = 0.5;
const MOST_LESS = 4;
/** Windows that can not be full: less than usual says nothing. */
const NOT_FULL = WINDOW_FIRST | WINDOW_LAST | WINDOW_LOSS;
/** Deviations that are added to the largest, and the share of them. */
const FURTHER = 4;
export const FURTHER_SHARE = 0.125;
/** A system call that no training window had: a number that was always 0. */
const NEVER = usualOf(new Float64Array(1), []);

export interface ThresholdOptions {
  /** Whether a call that was never seen is an amount too; true when left out. */
  readonly countNew?: boolean;
}

/** The largest deviations of a window. */
export interface Deviations {
  readonly largest: number;
  /** Sum of the next four. */
  readonly further: number;
  /** How many are above 3. */
  readonly above3: number;
}

/**
 * Each scalar and each count of a system call against what was usual of it, as a robust z of log(1 + value): the middle is a
 * median, the scale comes from the median distance and, for long tails, from quantiles. The score is the largest one
 * and an eighth of the next four.
 */
export class ThresholdModel implements Model {
  readonly kind = KIND;
  readonly #countNew: boolean;
  #samples: AmountSamples | undefined = new AmountSamples();
  #highest = 0;
  #scalars = new UsualTable();
  #calls = new Uint32Array(0);
  /** Of each of `#calls`, and behind them of one that was never seen. */
  #counts = new UsualTable();
  #varies = false;
  readonly #top = new Float64Array(1 + FURTHER);

  constructor({ countNew = true }: ThresholdOptions = {}) {
    this.#countNew = countNew;
  }

  observe(window: FeatureWindow, run: number): void {
    if (!this.#samples) throw new ModelError('MODEL_UNREADY', 'this model has been fitted: begin a new one to learn');
    this.#samples.add(window, run);
  }

  fit(): void {
    const samples = this.#samples;
    if (!samples) return;
    samples.order();
    const usual = (column: Float64Array) => usualOf(column.slice().sort(), samples.centres(column));
    this.#highest = Math.fround(highestOf(samples.size));
    this.#scalars = UsualTable.of(Array.from({ length: samples.scalars }, (_, index) => usual(samples.scalar(index))));
    const calls = samples.calls();
    this.#calls = Uint32Array.from(calls, ([number]) => number);
    this.#counts = UsualTable.of([...calls.map(([, column]) => usual(column)), NEVER]);
    this.#settle();
  }

  score(window: FeatureWindow): number {
    const { largest, further } = this.deviations(window);
    return largest + FURTHER_SHARE * further;
  }

  /** NaN where nothing of it ever varied. */
  deviations(window: FeatureWindow): Deviations {
    if (!this.#varies) return { largest: Number.NaN, further: Number.NaN, above3: Number.NaN };
    const top = this.#top.fill(0);
    let above3 = 0;
    this.#each(window, (z) => {
      if (z > 3) above3++;
      for (let at = 0, rest = z; at < top.length; at++) {
        const held = top[at] as number;
        if (rest <= held) continue;
        top[at] = rest;
        rest = held;
      }
    });
    const largest = top[0] ?? 0;
    return { largest, further: top.reduce((sum, z) => sum + z) - largest, above3 };
  }

  explain(window: FeatureWindow, most: number): Contribution[] {
    if (!this.#varies) return [];
    const found: Contribution[] = [];
    this.#each(window, (z, value, row, scalar, call) => {
      if (z < 2) return;
      const info = SCALARS[scalar];
      const range = (scalar < 0 ? this.#counts : this.#scalars).range(row);
      const text = (amount: number) => (info ? info.text(amount) : String(Math.round(amount)));
      found.push({
        feature: scalar < 0 ? `calls of ${callName(call)}` : (info?.label ?? `scalar ${scalar}`),
        observed: `${text(value)} in ${window.seconds} s`,
        usual: rangeText(
          text(unscaledScalar(scalar, range.from)),
          text(unscaledScalar(scalar, range.to)),
          range.varies,
        ),
        weight: surprise(z),
      });
    });
    return found.sort((a, b) => b.weight - a.weight).slice(0, most);
  }

  /** Each deviation from 0 up: scalars first (call -1), then system calls (scalar -1). */
  #each(
    { scalars, syscalls, flags }: FeatureWindow,
    tell: (z: number, value: number, row: number, scalar: number, call: number) => void,
  ): void {
    const less = (flags & NOT_FULL) === 0 ? LESS : 0;
    const known = Math.min(scalars.length, this.#scalars.size);
    for (let index = 0; index < known; index++) {
      const value = scalars[index] as number;
      const z = this.#strangeness(this.#scalars, index, scaledScalar(index, value), less);
      if (z > 0) tell(z, value, index, index, -1);
    }
    const calls = this.#calls;
    for (let mine = 0, theirs = 0; mine < calls.length || theirs < syscalls.size; ) {
      const number = mine < calls.length ? (calls[mine] as number) : Number.POSITIVE_INFINITY;
      const next = theirs < syscalls.size ? (syscalls.keys[theirs] as number) : Number.POSITIVE_INFINITY;
      const value = next <= number ? (syscalls.counts[theirs] as number) : 0;
      const row = number <= next ? mine : calls.length;
      if (number <= next) mine++;
      if (next <= number) theirs++;
      if (row === calls.length && !this.#countNew) continue;
      const z = this.#strangeness(this.#counts, row, scaled(value), less);
      if (z > 0) tell(z, value, row, -1, Math.min(number, next));
    }
  }

  #strangeness(table: UsualTable, row: number, value: number, less: number): number {
    const z = table.deviation(row, value, this.#highest);
    return z < 0 ? Math.min(MOST_LESS, -less * z) : Math.min(MOST, z);
  }

  #settle(): void {
    this.#samples = undefined;
    this.#varies = this.#scalars.varies || this.#counts.varies;
  }

  get bytes(): number {
    return this.save().length;
  }

  save(): Uint8Array {
    const writer = new ModelWriter();
    this.write(writer);
    return sealed(KIND, VERSION, writer.bytes());
  }

  write(out: ModelWriter): void {
    if (this.#samples)
      throw new ModelError('MODEL_UNREADY', 'this model has not been fitted: call fit() before save()');
    out
      .byte(this.#countNew ? 1 : 0)
      .float(this.#highest)
      .count(this.#scalars.size);
    this.#scalars.write(out);
    out.count(this.#calls.length);
    let last = 0;
    for (const number of this.#calls) {
      out.count(number - last);
      last = number;
    }
    this.#counts.write(out);
  }

  /** @throws ModelError */
  static read(input: ModelReader): ThresholdModel {
    const model = new ThresholdModel({ countNew: input.byte() === 1 });
    model.#highest = input.float('highest place');
    if (!(model.#highest >= 2.5)) throw malformed('the highest place is too low');
    model.#scalars = UsualTable.read(input, input.count(MAX_SCALARS, 'scalars'));
    model.#calls = new Uint32Array(input.count(MAX_CALLS, 'system calls'));
    for (let at = 0, last = 0; at < model.#calls.length; at++) {
      const step = input.count(MAX_CALLS, 'number of a system call');
      if (at > 0 && step === 0) throw malformed('a system call is there twice');
      last += step;
      model.#calls[at] = last;
    }
    model.#counts = UsualTable.read(input, model.#calls.length + 1);
    model.#settle();
    return model;
  }
}

export const thresholdKind: ModelKind = {
  kind: KIND,
  version: VERSION,
  create: () => new ThresholdModel(),
  load: (bytes) => {
    const input = unsealed(KIND, VERSION, bytes);
    const model = ThresholdModel.read(input);
    input.end();
    return model;
  },
};

function rangeText(from: string, to: string, varies: boolean): string {
  if (!varies) return `always ${to}`;
  return from === to ? `usually ${to}` : `usually ${from} to ${to}`;
}

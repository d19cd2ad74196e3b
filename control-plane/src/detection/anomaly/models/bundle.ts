import type { FeatureWindow } from '../features/feature-window.ts';
import { ModelWriter } from './bytes/model-writer.ts';
import { sealed, unsealed } from './bytes/sealed.ts';
import { heldOutScores } from './held-out.ts';
import type { KnownTokens } from './known-tokens.ts';
import type { Contribution } from './model.ts';
import { LENGTHS, PartSet, type TrainingWindow } from './part-set.ts';
import { PARTS } from './parts.ts';
import { SummaryForest } from './summary-forest.ts';
import { FURTHER_SHARE } from './threshold-model.ts';

const KIND = 'bundle';
const VERSION = 1;

export interface BundleOptions {
  readonly seed: number;
  /** Tokens of all windows that those given are a sample of. */
  readonly known?: KnownTokens;
}

/** All that was learned of one workload, for windows of 10 s and of 60 s. */
export class ModelBundle {
  readonly #set: PartSet;
  readonly #forests: ReadonlyMap<number, SummaryForest>;
  /** Size of what `save` gives. */
  readonly bytes: number;

  private constructor(set: PartSet, forests: ReadonlyMap<number, SummaryForest>, bytes?: number) {
    this.#set = set;
    this.#forests = forests;
    this.bytes = bytes ?? this.save().length;
  }

  /**
   * Learns from windows of 10 s and 60 s; others are passed over. The forest is made of scores that parts gave windows of
   * containers (or stretches of time, when there are few containers) that they did not learn from.
   */
  static train(windows: readonly TrainingWindow[], { seed, known }: BundleOptions): ModelBundle {
    const scores = heldOutScores(windows);
    const forests = LENGTHS.map((seconds) => [seconds, SummaryForest.train(scores.get(seconds) ?? [], seed)] as const);
    return new ModelBundle(PartSet.train(windows, known), new Map(forests));
  }

  /** The raw score of each part, by index of PARTS; NaN abstains. */
  parts(window: FeatureWindow): Float64Array {
    const parts = new Float64Array(PARTS.length).fill(Number.NaN);
    const scores = this.#set.scores(window);
    if (!scores) return parts;
    parts[0] = scores.amounts.largest + FURTHER_SHARE * scores.amounts.further;
    parts[1] = scores.tokens.all;
    parts[2] = scores.calls;
    parts[3] = scores.order.mean;
    parts[4] = this.#forests.get(window.seconds)?.score(scores) ?? Number.NaN;
    return parts;
  }

  /** What is strange about a window, the heaviest first. */
  explain(window: FeatureWindow, most: number): Contribution[] {
    return this.#set.explain(window, most);
  }

  /** What found no room in it. */
  get dropped(): { readonly tokens: number; readonly pairs: number } {
    return { tokens: this.#set.tokens.dropped, pairs: this.#set.order.dropped };
  }

  save(): Uint8Array {
    const out = new ModelWriter();
    this.#set.write(out);
    for (const forest of this.#forests.values()) forest.write(out);
    return sealed(KIND, VERSION, out.bytes());
  }

  /** @throws ModelError when the bytes are not what `save` gave */
  static load(bytes: Uint8Array): ModelBundle {
    const input = unsealed(KIND, VERSION, bytes);
    const set = PartSet.read(input);
    const forests = LENGTHS.map((seconds) => [seconds, SummaryForest.read(input)] as const);
    input.end();
    return new ModelBundle(set, new Map(forests), bytes.length);
  }
}

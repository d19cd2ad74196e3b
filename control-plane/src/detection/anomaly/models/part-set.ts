import type { FeatureWindow } from '../features/feature-window.ts';
import type { ModelReader } from './bytes/model-reader.ts';
import type { ModelWriter } from './bytes/model-writer.ts';
import { CallModel } from './calls/call-model.ts';
import type { KnownTokens } from './known-tokens.ts';
import type { Contribution } from './model.ts';
import { PairModel } from './order/pair-model.ts';
import type { PartScores } from './summaries.ts';
import { ThresholdModel } from './threshold-model.ts';
import { TokenModel } from './tokens/token-model.ts';

/** Lengths of windows that there are models for. */
export const LENGTHS = [10, 60] as const;

/** What is learned for windows of one length alone. */
interface OfLength {
  readonly amounts: ThresholdModel;
  readonly calls: CallModel;
}

/** A window to learn from, and the container it is of. */
export interface TrainingWindow {
  readonly window: FeatureWindow;
  readonly run: number;
}

/**
 * All parts but the forest. What tokens there are, and how one system call follows another, is learned from windows of all
 * lengths together; amounts from those of one length.
 */
export class PartSet {
  readonly tokens: TokenModel;
  readonly order: PairModel;
  readonly #lengths: ReadonlyMap<number, OfLength>;

  constructor(
    tokens = new TokenModel(),
    order = new PairModel(),
    lengths: ReadonlyMap<number, OfLength> = newLengths(),
  ) {
    this.tokens = tokens;
    this.order = order;
    this.#lengths = lengths;
  }

  /** @param known tokens of all windows that these are a sample of */
  static train(windows: readonly TrainingWindow[], known?: KnownTokens): PartSet {
    const set = new PartSet();
    for (const { window, run } of windows) {
      const ofLength = set.#lengths.get(window.seconds);
      if (!ofLength) continue;
      set.tokens.observe(window, run);
      set.order.observe(window);
      ofLength.amounts.observe(window, run);
      ofLength.calls.observe(window, run);
    }
    set.tokens.fit(known);
    set.order.fit();
    for (const { amounts, calls } of set.#lengths.values()) {
      amounts.fit();
      calls.fit(known);
    }
    return set;
  }

  /** Undefined for a length that there is no model for. */
  scores(window: FeatureWindow): PartScores | undefined {
    const ofLength = this.#lengths.get(window.seconds);
    return (
      ofLength && {
        amounts: ofLength.amounts.deviations(window),
        tokens: this.tokens.score(window),
        calls: ofLength.calls.score(window),
        order: this.order.score(window),
      }
    );
  }

  explain(window: FeatureWindow, most: number): Contribution[] {
    const ofLength = this.#lengths.get(window.seconds);
    if (!ofLength) return [];
    const parts = [ofLength.amounts, this.tokens, ofLength.calls, this.order];
    return parts
      .flatMap((part) => part.explain(window, most))
      .sort((a, b) => b.weight - a.weight)
      .slice(0, most);
  }

  write(out: ModelWriter): void {
    this.tokens.write(out);
    this.order.write(out);
    for (const { amounts, calls } of this.#lengths.values()) {
      amounts.write(out);
      calls.write(out);
    }
  }

  /** @throws ModelError */
  static read(input: ModelReader): PartSet {
    const [tokens, order] = [TokenModel.read(input), PairModel.read(input)];
    const lengths = LENGTHS.map(
      (seconds) => [seconds, { amounts: ThresholdModel.read(input), calls: CallModel.read(input) }] as const,
    );
    return new PartSet(tokens, order, new Map(lengths));
  }
}

const newLengths = (): ReadonlyMap<number, OfLength> =>
  new Map(
    LENGTHS.map((seconds) => [seconds, { amounts: new ThresholdModel({ countNew: false }), calls: new CallModel() }]),
  );

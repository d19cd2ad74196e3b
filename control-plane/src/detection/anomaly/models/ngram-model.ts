import type { FeatureWindow } from '../features/feature-window.ts';
import { ModelWriter } from './bytes/model-writer.ts';
import { sealed, unsealed } from './bytes/sealed.ts';
import type { Contribution, Model, ModelKind } from './model.ts';
import { PairModel } from './order/pair-model.ts';

const KIND = 'ngram';
const VERSION = 1;

/** System calls in a rare order, by the pairs of each thread that the kernel counts. */
export class NgramModel implements Model {
  readonly kind = KIND;
  readonly #pairs: PairModel;

  constructor(pairs = new PairModel()) {
    this.#pairs = pairs;
  }

  observe(window: FeatureWindow, _run: number): void {
    this.#pairs.observe(window);
  }

  fit(): void {
    this.#pairs.fit();
  }

  score(window: FeatureWindow): number {
    return this.#pairs.score(window).mean;
  }

  explain(window: FeatureWindow, most: number): Contribution[] {
    return this.#pairs.explain(window, most);
  }

  get bytes(): number {
    return this.save().length;
  }

  save(): Uint8Array {
    const writer = new ModelWriter();
    this.#pairs.write(writer);
    return sealed(KIND, VERSION, writer.bytes());
  }
}

export const ngramKind: ModelKind = {
  kind: KIND,
  version: VERSION,
  create: () => new NgramModel(),
  load: (bytes) => {
    const input = unsealed(KIND, VERSION, bytes);
    const model = new NgramModel(PairModel.read(input));
    input.end();
    return model;
  },
};

import type { FeatureWindow } from '../features/feature-window.ts';
import { ModelWriter } from './bytes/model-writer.ts';
import { sealed, unsealed } from './bytes/sealed.ts';
import { CallModel } from './calls/call-model.ts';
import type { Contribution, Model, ModelKind } from './model.ts';
import { TokenModel } from './tokens/token-model.ts';

const KIND = 'rarity';
const VERSION = 1;

/** Rare and first seen tokens and system calls together: the sum of both, of one where the other has nothing to say. */
export class RarityModel implements Model {
  readonly kind = KIND;
  readonly #tokens: TokenModel;
  readonly #calls: CallModel;

  constructor(tokens = new TokenModel(), calls = new CallModel()) {
    this.#tokens = tokens;
    this.#calls = calls;
  }

  observe(window: FeatureWindow, run: number): void {
    this.#tokens.observe(window, run);
    this.#calls.observe(window, run);
  }

  fit(): void {
    this.#tokens.fit();
    this.#calls.fit();
  }

  score(window: FeatureWindow): number {
    const [tokens, calls] = [this.#tokens.score(window).all, this.#calls.score(window)];
    if (Number.isNaN(tokens)) return calls;
    return Number.isNaN(calls) ? tokens : tokens + calls;
  }

  explain(window: FeatureWindow, most: number): Contribution[] {
    return [...this.#tokens.explain(window, most), ...this.#calls.explain(window, most)]
      .sort((a, b) => b.weight - a.weight)
      .slice(0, most);
  }

  get bytes(): number {
    return this.save().length;
  }

  save(): Uint8Array {
    const writer = new ModelWriter();
    this.#tokens.write(writer);
    this.#calls.write(writer);
    return sealed(KIND, VERSION, writer.bytes());
  }
}

export const rarityKind: ModelKind = {
  kind: KIND,
  version: VERSION,
  create: () => new RarityModel(),
  load: (bytes) => {
    const input = unsealed(KIND, VERSION, bytes);
    const model = new RarityModel(TokenModel.read(input), CallModel.read(input));
    input.end();
    return model;
  },
};

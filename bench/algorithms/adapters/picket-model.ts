import type { ModelKind } from '../../../control-plane/src/detection/anomaly/models/model.ts';
import type { Algorithm } from '../algorithm.ts';
import type { Sample } from '../sample.ts';

/** One of Picket's own models, behind the interface that they have in the control plane. */
export function picketModel(name: string, paper: string, { create }: ModelKind): Algorithm {
  return {
    name,
    paper,
    input: 'windows',
    fit: (train, seed) => {
      const model = create({ seed });
      const runs = new RunNumbers();
      for (const sample of train) model.observe(sample.window, runs.of(sample));
      model.fit();
      return {
        bytes: model.bytes,
        score: (samples) => Float64Array.from(samples, ({ window }) => model.score(window)),
      };
    },
  };
}

/** Models know runs by numbers. */
export class RunNumbers {
  readonly #numbers = new Map<string, number>();

  of({ run }: Sample): number {
    const known = this.#numbers.get(run);
    if (known !== undefined) return known;
    this.#numbers.set(run, this.#numbers.size);
    return this.#numbers.size - 1;
  }
}

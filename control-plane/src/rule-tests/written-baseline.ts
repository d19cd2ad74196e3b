import type { Rule } from '../detection/rules/load/rule.ts';
import type { Baseline, BaselineAnswer } from '../detection/rules/stateful/baseline.ts';
import type { Container } from '../types.ts';

/** The profile of all workloads of a test, as its author wrote it. */
export class WrittenBaseline implements Baseline {
  readonly #known: ReadonlySet<string>;

  /** @param known values of `group_by`, whatever the rule */
  constructor(known: readonly (readonly string[])[]) {
    this.#known = new Set(known.map((values) => JSON.stringify(values)));
  }

  knows(_rule: Rule, _container: Container | undefined, values: readonly string[]): BaselineAnswer {
    return this.#known.has(JSON.stringify(values)) ? 'known' : 'new';
  }
}

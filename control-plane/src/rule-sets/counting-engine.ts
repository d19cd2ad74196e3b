import type { EventCursor } from '@picket/sdk';
import type { LoadResult } from '../detection/rules/load/rule.ts';
import { RuleEngine, type RuleEngineOptions } from '../detection/rules/rule-engine.ts';
import type { NodeMemory } from '../detection/rules/stateful/node-memory.ts';
import type { Batch, Emit, NodeView } from '../types.ts';
import { exceptionOf } from './silenced-rules.ts';

/** An engine among whose rules are some that only count what an exception silences. */
export class CountingEngine extends RuleEngine {
  /** Matches that were silenced since the last `takeSilenced`, by id of the exception. */
  #silenced = new Map<string, number>();
  #emit: Emit = () => undefined;

  /** @param counting rules of `silencedRules` */
  constructor(loaded: LoadResult, counting: LoadResult['rules'], options: RuleEngineOptions) {
    super({ ...loaded, rules: [...loaded.rules, ...counting] }, options);
  }

  override evaluate(cursor: EventCursor, view: NodeView, batch: Batch, emit: Emit, memory: NodeMemory): void {
    this.#emit = emit;
    super.evaluate(cursor, view, batch, this.#sift, memory);
  }

  /** One function for all events: none is made for an event. */
  readonly #sift: Emit = (finding, cursor, batch) => {
    const exception = exceptionOf(finding);
    if (exception === undefined) this.#emit(finding, cursor, batch);
    else this.#silenced.set(exception, (this.#silenced.get(exception) ?? 0) + 1);
  };

  /** Hands out what was counted and begins anew. */
  takeSilenced(): ReadonlyMap<string, number> {
    const counted = this.#silenced;
    this.#silenced = new Map();
    return counted;
  }
}

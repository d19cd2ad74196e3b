import { messageOf } from '@picket/sdk';
import { buildPlan } from '../../../control-plane/src/detection/plan/build-plan.ts';
import { needsOfRules } from '../../../control-plane/src/detection/plan/rule-needs.ts';
import { DEFAULT_SETTINGS } from '../../../control-plane/src/detection/plan/settings.ts';
import type { Position } from '../../../control-plane/src/detection/rules/language/position.ts';
import type { Rule } from '../../../control-plane/src/detection/rules/load/rule.ts';
import { Scenario } from '../../../control-plane/src/detection/testing/scenario.ts';
import { timed } from '../cpu-time.ts';
import { type FuzzCase, makeCase } from './case.ts';
import { type Corpus, DEFINITIONS } from './corpus.ts';
import { writeEvents } from './events.ts';
import { CASE_FILE, CaseLoader } from './load-case.ts';

/** What a case must not do. */
export interface Failure {
  readonly index: number;
  readonly what: 'crash' | 'slow' | 'position' | 'evaluation';
  readonly message: string;
  readonly text: string;
}

export interface FuzzCounts {
  cases: number;
  /** Cases of which all, some or nothing loaded. */
  loaded: number;
  partly: number;
  refused: number;
  /** The longest that a case took to load, in ms of processor time, and its number. */
  slowestMs: number;
  slowest: number;
}

/** No case may take longer to load or to evaluate, in ms of processor time. */
export const LIMIT_MS = 100;
/** Rules that are evaluated together: an engine for each takes longer than its rule. */
const GROUP = 64;

/** Runs cases of one seed. What fails is told; the run goes on. */
export class RuleFuzzer {
  readonly counts: FuzzCounts = { cases: 0, loaded: 0, partly: 0, refused: 0, slowestMs: 0, slowest: -1 };
  readonly #seed: number;
  readonly #corpus: Corpus;
  readonly #onFailure: (failure: Failure) => void;
  readonly #loader = new CaseLoader();
  readonly #events: Uint8Array;
  #waiting: { readonly fuzzCase: FuzzCase; readonly rules: readonly Rule[] }[] = [];

  constructor(seed: number, corpus: Corpus, onFailure: (failure: Failure) => void) {
    this.#seed = seed;
    this.#corpus = corpus;
    this.#onFailure = onFailure;
    this.#events = writeEvents(seed);
  }

  /** Loads the cases from `from` to below `to` and evaluates what loads. */
  run(from: number, to: number): void {
    for (let index = from; index < to; index++) {
      this.#runOne(makeCase(this.#seed, index, this.#corpus));
      if (this.#waiting.length >= GROUP) this.#settle();
    }
    this.#settle();
  }

  #runOne(fuzzCase: FuzzCase): void {
    this.counts.cases++;
    const fail = (what: Failure['what'], message: string) => this.#fail(fuzzCase, what, message);
    try {
      const { ms, result } = timed(() => this.#loader.load(fuzzCase), LIMIT_MS);
      if (ms > this.counts.slowestMs) Object.assign(this.counts, { slowestMs: ms, slowest: fuzzCase.index });
      if (ms > LIMIT_MS) fail('slow', `loading took ${ms.toFixed()} ms`);
      for (const position of result.positions) {
        const wrong = misplaced(position, fuzzCase);
        if (wrong) fail('position', wrong);
      }
      const { rules, refused } = result;
      this.counts[rules.length === 0 ? 'refused' : refused ? 'partly' : 'loaded']++;
      if (rules.length > 0) this.#waiting.push({ fuzzCase, rules });
      if (fuzzCase.type === 'hostile') this.#settle();
    } catch (error) {
      fail('crash', error instanceof Error ? (error.stack ?? error.message) : messageOf(error));
    }
  }

  /** Evaluates the rules that wait, all together; one by one when something is wrong. */
  #settle(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const all = this.#evaluate(waiting.flatMap(({ fuzzCase, rules }) => renamed(rules, fuzzCase.index)));
    if (all === undefined) return;
    for (const { fuzzCase, rules } of waiting) {
      const wrong = waiting.length === 1 ? all : this.#evaluate(rules);
      if (wrong) this.#fail(fuzzCase, wrong.what, wrong.message);
    }
  }

  #evaluate(rules: readonly Rule[]): Pick<Failure, 'what' | 'message'> | undefined {
    if (rules.length === 0) return undefined;
    const load = { rules, problems: [], outcomes: [] };
    let failed: unknown;
    const onRuleError = (_rule: Rule, error: unknown) => (failed ??= error);
    try {
      const compiled = timed(() => {
        buildPlan([needsOfRules(load)], DEFAULT_SETTINGS);
        return new Scenario(load, { seed: 1, maxPaths: 64, onRuleError });
      }, LIMIT_MS);
      const played = timed(() => compiled.result.play(this.#events), LIMIT_MS);
      const slow = Math.max(compiled.ms, played.ms);
      if (failed === undefined && slow <= LIMIT_MS) return undefined;
      if (failed === undefined) {
        const took = `compiling took ${compiled.ms.toFixed()} ms, evaluating ${played.ms.toFixed()} ms`;
        return { what: 'slow', message: took };
      }
    } catch (error) {
      failed = error;
    }
    return { what: 'evaluation', message: failed instanceof Error ? (failed.stack ?? '') : messageOf(failed) };
  }

  #fail({ index, text }: FuzzCase, what: Failure['what'], message: string): void {
    this.#onFailure({ index, what, message, text });
  }
}

/** Rules of different cases may have the same name, but not the same memory. */
const renamed = (rules: readonly Rule[], index: number): Rule[] =>
  rules.map((rule) => ({ ...rule, id: `${index}-${rule.id}` }));

/** What is wrong with a place; undefined when it lies in the text. */
function misplaced({ file, line, column }: Position, { type, text }: FuzzCase): string | undefined {
  const lines = file === CASE_FILE ? text.split('\n') : file === DEFINITIONS.name ? DEFINITIONS.text.split('\n') : [];
  const longest = type === 'condition' && file === CASE_FILE ? text.length : lines[line - 1]?.length;
  const isIn = longest !== undefined && line >= 1 && column >= 1 && column <= longest + 1;
  return isIn ? undefined : `${file}:${line}:${column} is not in the text`;
}

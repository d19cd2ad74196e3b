import { type EventCursor, HeaderFlag, Kind } from '@picket/sdk';
import type { Batch, Finding, NodeView } from '../../types.ts';
import { DecisionMaker } from './compile/decision.ts';
import { compileKindRule, type KindRule } from './compile/kind-rule.ts';
import { RULE_KINDS } from './compile/matching-kinds.ts';
import { OpenScreen } from './compile/open-screen.ts';
import { EventContext } from './fields/event-context.ts';
import type { LoadResult, Rule } from './load/rule.ts';

export interface RuleEngineOptions {
  /** Told once for each rule whose evaluation fails; how often it did is in `failures`. */
  readonly onRuleError?: (rule: Rule, error: unknown) => void;
  /** Pairs of path and access that are remembered; 32768 when left out, 0 turns the screen off. */
  readonly maxPaths?: number;
  /** Start of the path hash; random when left out. Findings do not depend on it. */
  readonly seed?: number;
}

interface Plan {
  readonly rules: readonly KindRule[];
  readonly screen: OpenScreen | undefined;
}

const DEFAULT_PATHS = 32_768;
const BYTES_PER_PATH = 128;

/**
 * Evaluates rules. Made once from a set of loaded rules; to change rules, make another engine and put it in its place. The
 * only state is memory of decisions, so two engines with the same rules find the same.
 */
export class RuleEngine {
  /** Numbers of the event kinds that some rule looks at. The process tree and container table need theirs besides. */
  readonly kindsWanted: readonly number[];
  /** Evaluations that failed, by name of the rule. */
  readonly failures = new Map<string, number>();
  readonly #plans: (Plan | undefined)[] = [];
  readonly #context = new EventContext();
  readonly #onRuleError: ((rule: Rule, error: unknown) => void) | undefined;

  constructor(load: LoadResult, options: RuleEngineOptions = {}) {
    this.#onRuleError = options.onRuleError;
    const enabled = load.rules.filter((rule) => rule.enabled);
    for (const kind of RULE_KINDS) {
      const maker = new DecisionMaker(kind);
      const rules = enabled.map((rule) => compileKindRule(rule, kind, maker)).filter((rule) => rule !== undefined);
      if (rules.length === 0) continue;
      const screen = kind.id === Kind.FileOpen ? makeScreen(rules, options) : undefined;
      this.#plans[kind.id] = { rules, screen };
    }
    this.kindsWanted = Object.keys(this.#plans).map(Number);
  }

  /** How the screen of file.open fares: pairs it had to decide anew, and how often its memory was full. */
  get screenCounts(): { readonly decided: number; readonly clears: number } {
    const screen = this.#plans[Kind.FileOpen]?.screen;
    return { decided: screen?.decided ?? 0, clears: screen?.clears ?? 0 };
  }

  /**
   * Evaluates all rules against the current record; every rule that matches fires, in the order of the rule files. `view`
   * must have applied the record before. Records of snapshots tell no news and are passed over. Only what `emit` throws
   * leaves this function.
   */
  evaluate(cursor: EventCursor, view: NodeView, batch: Batch, emit: (finding: Finding) => void): void {
    const plan = this.#plans[cursor.kind];
    if (plan === undefined || (cursor.flags & HeaderFlag.snapshot) !== 0) return;
    const context = this.#context;
    const rules = plan.screen === undefined ? plan.rules : plan.screen.survivors(cursor, context);
    if (rules.length === 0) return;
    context.begin(cursor, view, batch);
    for (const rule of rules) {
      const finding = this.#find(rule, context);
      if (finding) emit(finding);
    }
  }

  #find(rule: KindRule, context: EventContext): Finding | undefined {
    try {
      return rule.matches(context) ? rule.find(context) : undefined;
    } catch (error) {
      this.#fail(rule.rule, error);
      return undefined;
    }
  }

  #fail(rule: Rule, error: unknown): void {
    const before = this.failures.get(rule.name) ?? 0;
    this.failures.set(rule.name, before + 1);
    if (before === 0) this.#onRuleError?.(rule, error);
  }
}

function makeScreen(rules: readonly KindRule[], options: RuleEngineOptions): OpenScreen | undefined {
  const maxEntries = options.maxPaths ?? DEFAULT_PATHS;
  if (maxEntries === 0) return undefined;
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
  return new OpenScreen(rules, { maxEntries, maxBytes: maxEntries * BYTES_PER_PATH, seed });
}

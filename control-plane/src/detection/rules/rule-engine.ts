import { EventCursor, HeaderFlag, Kind } from '@picket/sdk';
import type { Batch, Emit, Finding, NodeView } from '../../types.ts';
import { ActorTests } from './compile/actor-tests.ts';
import { CallMasks } from './compile/call-masks.ts';
import { DecisionMaker } from './compile/decision.ts';
import { compileKindRules, type KindRule } from './compile/kind-rule.ts';
import { RULE_KINDS } from './compile/matching-kinds.ts';
import { OpenScreen } from './compile/open-screen.ts';
import { ProfileTable } from './compile/profile-table.ts';
import { allBits, lowest } from './compile/rule-bits.ts';
import { TextScreen } from './compile/text-screen.ts';
import { EventContext } from './fields/event-context.ts';
import type { RuleExtensions } from './load/extensions.ts';
import type { LoadResult, Rule } from './load/rule.ts';
import type { Baseline } from './stateful/baseline.ts';
import type { NodeMemory } from './stateful/node-memory.ts';
import { Programs } from './stateful/program.ts';
import type { Happening } from './stateful/sequence-entry.ts';
import { windowFinding } from './stateful/window-finding.ts';

export interface RuleEngineOptions {
  /** Told once for each rule whose evaluation fails; how often it did is in `failures`. */
  readonly onRuleError?: (rule: Rule, error: unknown) => void;
  /** Pairs of path and access that are remembered; 32768 when left out, 0 turns the screen off. */
  readonly maxPaths?: number;
  /** Start of the path hash; random when left out. Findings do not depend on it. */
  readonly seed?: number;
  /** Learned profiles for rules with a `baseline`; without it such a rule finds nothing when it requires one. */
  readonly baseline?: Baseline | undefined;
}

interface Plan {
  readonly rules: readonly KindRule[];
  /** By what opens share: path and access. */
  readonly screen: OpenScreen | undefined;
  /** By process and container, and by the call. */
  readonly masks: CallMasks;
  /** By the texts that rules look for. */
  readonly texts: TextScreen;
  readonly all: Uint32Array;
  /** Not worth asking an actor everything that it may be asked later, when it is another one by then. */
  readonly asksNew: boolean;
}

/** Kinds that make the actor of their event a new one, mostly for a short time: another program comes next. */
const PASSING: ReadonlySet<number> = new Set([Kind.ProcessFork, Kind.ProcessMoved]);
const FEW_RULES = 16;

const DEFAULT_PATHS = 32_768;
const BYTES_PER_PATH = 128;

/**
 * Evaluates rules. Made once from a set of loaded rules; to change rules, make another engine and put it in its place. Its
 * only state is memory of decisions, so two engines with the same rules find the same; what rules over several events
 * remember is handed in.
 */
export class RuleEngine {
  /** Numbers of the event kinds that some rule looks at. The process tree and container table need theirs besides. */
  readonly kindsWanted: readonly number[];
  /** Evaluations that failed, by name of the rule. */
  readonly failures = new Map<string, number>();
  /** Rules that need memory, for `RuleMemory.begin`. */
  readonly programs = new Programs();
  /** How far back the events of a finding may reach, ms. */
  readonly lookBackMs: number;
  /** Those with a baseline; `markerOf` says what profiles have to learn of them. */
  readonly baselineRules: readonly Rule[];
  readonly #plans: (Plan | undefined)[] = [];
  readonly #profiles: ProfileTable;
  /** Files whose rule for the current event is found, of those of which only the first fires. */
  readonly #decided = new Set<string>();
  readonly #context = new EventContext();
  readonly #cursor = new EventCursor();
  /** Whether the context has the answers of the actor of the current event. */
  #isAsked = false;
  readonly #onRuleError: ((rule: Rule, error: unknown) => void) | undefined;

  constructor(load: LoadResult, options: RuleEngineOptions = {}) {
    this.#onRuleError = options.onRuleError;
    const enabled = load.rules.filter((rule) => rule.enabled);
    const actors = new ActorTests();
    this.#profiles = new ProfileTable(actors);
    for (const kind of RULE_KINDS) {
      const context = { maker: new DecisionMaker(kind, actors), programs: this.programs, baseline: options.baseline };
      const rules = enabled.flatMap((rule) => compileKindRules(rule, kind, context));
      if (rules.length === 0) continue;
      const screen = kind.id === Kind.FileOpen ? makeScreen(rules, options) : undefined;
      const decisions = rules.map(({ decision }) => decision);
      const texts = new TextScreen(decisions, screen !== undefined);
      const masks = new CallMasks(kind.id, decisions, texts);
      const asksNew = !PASSING.has(kind.id) || rules.length > FEW_RULES;
      this.#plans[kind.id] = { rules, screen, masks, texts, all: allBits(rules.length), asksNew };
    }
    this.kindsWanted = Object.keys(this.#plans).map(Number);
    this.baselineRules = enabled.filter(({ extensions }) => extensions?.baseline !== undefined);
    this.lookBackMs = Math.max(0, ...enabled.map(({ extensions }) => spanOf(extensions)));
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
   * @param memory what `RuleMemory.begin` gave for the batch
   */
  evaluate(cursor: EventCursor, view: NodeView, batch: Batch, emit: Emit, memory: NodeMemory): void {
    const plan = this.#plans[cursor.kind];
    if (plan === undefined || (cursor.flags & HeaderFlag.snapshot) !== 0) return;
    this.#isAsked = false;
    const left = this.#narrow(plan, cursor, view, batch);
    if (left === undefined) return;
    if (this.#decided.size > 0) this.#decided.clear();
    for (let word = 0; word < left.length; word++)
      for (let bits = left[word] as number; bits !== 0; bits &= bits - 1) {
        const finding = this.#find(plan.rules[word * 32 + lowest(bits)] as KindRule, batch, memory);
        if (finding) emit(finding, cursor, batch);
      }
  }

  /**
   * The rules that may match, as bits; undefined for none. Where even that can not be told all are evaluated, so that those
   * that fail are named and the others find what there is.
   */
  #narrow(plan: Plan, cursor: EventCursor, view: NodeView, batch: Batch): Uint32Array | undefined {
    const context = this.#context;
    try {
      const among = plan.screen?.survivors(cursor, context);
      if (plan.screen !== undefined && among === undefined) return undefined;
      const known = this.#profiles.known(cursor, view);
      const mask = known && plan.masks.known(known, cursor);
      if (mask?.isEmpty) return undefined;
      context.begin(cursor, view, batch);
      if (known === undefined && !plan.asksNew) return plan.all;
      const profile = known ?? this.#profiles.find(context, view);
      context.verdicts = profile.bits;
      this.#isAsked = true;
      const made = mask ?? plan.masks.known(profile, cursor) ?? plan.masks.find(profile, context);
      return made.isEmpty ? undefined : plan.texts.narrow(context, made, among);
    } catch {
      this.#isAsked = false;
      context.begin(cursor, view, batch);
      return plan.all;
    }
  }

  /**
   * After the last record of a batch: what sequences find in the events up to its watermark. The cursor that `emit` gets
   * stands on the event of the finding, which may be of an earlier batch.
   */
  settle(view: NodeView, batch: Batch, emit: Emit, memory: NodeMemory): void {
    for (const { finding, happening } of memory.settle(this.programs, batch, view, this.#fail)) {
      const cursor = this.#cursor.open(happening.record);
      cursor.next();
      emit(finding, cursor, batchOf(happening, batch));
    }
  }

  #find(rule: KindRule, batch: Batch, memory: NodeMemory): Finding | undefined {
    const context = this.#context;
    const { firstMatchOf } = rule.rule;
    if (firstMatchOf !== undefined && this.#decided.has(firstMatchOf)) return undefined;
    try {
      if (!(this.#isAsked ? rule.matchesForActor(context) : rule.matches(context))) return undefined;
      const finding = found(rule, context, batch, memory);
      if (finding && firstMatchOf !== undefined) this.#decided.add(firstMatchOf);
      return finding;
    } catch (error) {
      this.#fail(rule.rule, error);
      return undefined;
    }
  }

  readonly #fail = (rule: Rule, error: unknown): void => {
    const before = this.failures.get(rule.name) ?? 0;
    this.failures.set(rule.name, before + 1);
    if (before === 0) this.#onRuleError?.(rule, error);
  };
}

const spanOf = (extensions: RuleExtensions | undefined): number =>
  extensions?.window?.overMs ?? extensions?.sequence?.withinMs ?? 0;

/** What comes of an event that meets the condition of a rule, or of a step of it. */
function found(rule: KindRule, c: EventContext, batch: Batch, memory: NodeMemory): Finding | undefined {
  const { role } = rule;
  if (role.type === 'finding') return rule.passes(c) ? rule.find(c) : undefined;
  if (role.type === 'window') {
    if (!rule.passes(c)) return undefined;
    const window = memory.window(role.program, role.key, role.reads, c);
    return window && windowFinding(window, rule.find, c);
  }
  memory.step(role.program, role.step, role.key, c, batch);
  return undefined;
}

/** The batch as it was for an event that was set aside: an agent that began anew counts its events anew. */
function batchOf({ agentEpoch, wallOffset }: Happening, batch: Batch): Batch {
  const { header } = batch;
  if (header.agentEpoch === agentEpoch && header.wallOffset === wallOffset) return batch;
  return { ...batch, header: { ...header, agentEpoch, wallOffset } };
}

function makeScreen(rules: readonly KindRule[], options: RuleEngineOptions): OpenScreen | undefined {
  const maxEntries = options.maxPaths ?? DEFAULT_PATHS;
  if (maxEntries === 0) return undefined;
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
  return new OpenScreen(rules, { maxEntries, maxBytes: maxEntries * BYTES_PER_PATH, seed });
}

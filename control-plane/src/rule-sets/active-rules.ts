import { type Log, messageOf, PicketError, type ProbePlan } from '@picket/sdk';
import type { RulesState } from '@picket/sdk/client';
import { type PlanNeeds, unionNeeds } from '../detection/plan/needs.ts';
import type { PlanSettings } from '../detection/plan/settings.ts';
import { loadRules } from '../detection/rules/load/load-rules.ts';
import type { LoadResult, RuleFile } from '../detection/rules/load/rule.ts';
import type { RuleEngine } from '../detection/rules/rule-engine.ts';
import type { Baseline } from '../detection/rules/stateful/baseline.ts';
import type { Store } from '../store/store.ts';
import { addCounts } from './add-counts.ts';
import { type RuleLayers, readLayers } from './rule-layers.ts';
import { makeProgram, type ProgramParts, type RuleProgram, withNeeds } from './rule-program.ts';

export interface ActiveRulesDeps {
  readonly store: Store;
  /** Reads the rule files of the server. @throws ControlPlaneError CONFIG_INVALID */
  readonly readFiles: () => readonly RuleFile[];
  readonly settings: PlanSettings;
  /** The learned profiles; left out where nothing learns them. */
  readonly baseline?: Baseline | undefined;
  /** Name of this replica. */
  readonly replica: string;
  readonly log: Log;
  /** ms since 1970. */
  readonly now: () => number;
}

/**
 * The rules that run in this process. Another program takes the place of the running one between two batches, and only
 * once it is made whole; what can not be made leaves everything as it is.
 */
export class ActiveRules {
  readonly #deps: ActiveRulesDeps;
  readonly #failures = new Map<string, number>();
  readonly #silenced = new Map<string, number>();
  #base: readonly RuleFile[];
  #alone: LoadResult | undefined;
  readonly #otherNeeds = new Map<string, PlanNeeds>();
  #program: RuleProgram;
  #since: number;
  #wanted: number;
  #error: { readonly code: string; readonly message: string } | undefined;
  #refreshing: Promise<void> = Promise.resolve();

  private constructor(deps: ActiveRulesDeps, base: readonly RuleFile[], layers: RuleLayers) {
    this.#deps = deps;
    this.#base = base;
    this.#since = deps.now();
    this.#wanted = layers.numbers.revision;
    this.#program = this.make(layers);
    this.#tell(undefined);
  }

  /** @throws ControlPlaneError CONFIG_INVALID or STORE_UNAVAILABLE */
  static async open(deps: ActiveRulesDeps): Promise<ActiveRules> {
    return new ActiveRules(deps, deps.readFiles(), await readLayers(deps.store, deps.now()));
  }

  /** For every batch anew. */
  engine(): RuleEngine {
    return this.#program.engine;
  }

  plan(): ProbePlan {
    return this.#program.plan;
  }

  get program(): RuleProgram {
    return this.#program;
  }

  /** The rule files of the server, as they were last read. */
  get base(): readonly RuleFile[] {
    return this.#base;
  }

  /** What the files of the server are without anything over them. */
  alone(): LoadResult {
    this.#alone ??= loadRules(this.#base);
    return this.#alone;
  }

  loaded(): LoadResult {
    return this.#program.loaded;
  }

  /** Events on which rules failed, by rule, since the start. */
  failures(): ReadonlyMap<string, number> {
    return addCounts(new Map(this.#failures), this.#program.engine.failures);
  }

  /** Hands out the matches that exceptions silenced since it was last asked, by id of the exception. */
  takeSilenced(): ReadonlyMap<string, number> {
    const counted = addCounts(new Map(this.#silenced), this.#program.takeSilenced());
    this.#silenced.clear();
    return counted;
  }

  /** Gives counts back that could not be kept. */
  returnSilenced(counts: ReadonlyMap<string, number>): void {
    addCounts(this.#silenced, counts);
  }

  /** When the first of the exceptions that hold ends, ms since 1970. */
  get nextEnd(): number {
    return Math.min(...this.#program.layers.exceptions.map(({ expires }) => expires ?? Number.POSITIVE_INFINITY));
  }

  /** Loads and compiles without any effect. */
  make(layers: RuleLayers, base = this.#base): RuleProgram {
    return makeProgram(base, layers, this.#parts());
  }

  /**
   * What others than the rules need to see from now on: the probe plan is made anew.
   * @param who one of the others, in place of whose needs these are
   */
  needBesides(needs: PlanNeeds, who = 'detectors'): void {
    this.#otherNeeds.set(who, needs);
    const before = this.#program;
    this.#program = withNeeds(before, this.#parts());
    if (this.#program.plan.revision !== before.plan.revision) this.#tellPlan();
  }

  #parts(): ProgramParts {
    const { settings, baseline, log } = this.#deps;
    return {
      settings,
      baseline,
      otherNeeds: this.#otherNeeds.size > 0 ? unionNeeds([...this.#otherNeeds.values()]) : undefined,
      onRuleError: (rule, error) =>
        log.error('a rule failed on an event; the others go on', { rule: rule.name, why: messageOf(error) }),
    };
  }

  /** Runs a program from the next batch on. */
  take(made: RuleProgram, base = this.#base): void {
    const before = this.#program;
    // others may need something else since it was made
    const program = withNeeds(made, this.#parts());
    addCounts(this.#failures, before.engine.failures);
    addCounts(this.#silenced, before.takeSilenced());
    if (base !== this.#base) this.#alone = undefined;
    this.#base = base;
    this.#program = program;
    this.#since = this.#deps.now();
    this.#wanted = Math.max(this.#wanted, program.layers.numbers.revision);
    this.#error = undefined;
    this.#tell(before);
  }

  /** Brings this process to what the store says. Never rejects: what fails is told by `state`, and tried again by the next call. */
  refresh(): Promise<void> {
    this.#refreshing = this.#refreshing.then(() => this.#refresh());
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const { store, now, readFiles } = this.#deps;
    try {
      const numbers = await store.ruleRevision.read();
      this.#wanted = numbers.revision;
      if (numbers.revision === this.#program.layers.numbers.revision) return;
      const layers = await readLayers(store, now());
      const isReload = layers.numbers.files !== this.#program.layers.numbers.files;
      const base = isReload ? readFiles() : this.#base;
      // another change may have been taken while the store was asked
      if (layers.numbers.revision > this.#program.layers.numbers.revision) this.take(this.make(layers, base), base);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Said once while it stays the same: it is tried again every few seconds. */
  #fail(error: unknown): void {
    const code = error instanceof PicketError ? error.code : 'INTERNAL';
    const message = messageOf(error);
    if (this.#error?.message !== message)
      this.#deps.log.error('a change of the rules can not be taken over: the rules before it go on', {
        code,
        why: message,
      });
    this.#error = { code, message };
  }

  state(): RulesState {
    const { layers, loaded, digest, plan } = this.#program;
    return {
      replica: this.#deps.replica,
      revision: layers.numbers.revision,
      wanted: this.#wanted,
      digest,
      set: layers.activation?.setId ?? null,
      since: new Date(this.#since).toISOString(),
      plan: plan.revision,
      rules: loaded.rules.length,
      enabled: loaded.rules.filter(({ enabled }) => enabled).length,
      errors: loaded.problems.filter(({ severity }) => severity === 'error').length,
      error: this.#error ?? null,
    };
  }

  #tell(before: RuleProgram | undefined): void {
    const { log } = this.#deps;
    const { loaded, layers, plan } = this.#program;
    const told = new Set(before?.loaded.problems.map(placeOf));
    for (const problem of loaded.problems) {
      const at = placeOf(problem);
      if (told.has(at)) continue;
      log[problem.severity === 'error' ? 'error' : 'warn'](problem.message, {
        code: problem.code,
        rule: problem.rule,
        at,
      });
    }
    const { revision } = layers.numbers;
    this.#tellWaiting(before);
    log.info('rules loaded', { rules: loaded.rules.length, problems: loaded.problems.length, revision });
    if (plan.revision !== before?.plan.revision) this.#tellPlan();
  }

  #tellWaiting(before: RuleProgram | undefined): void {
    if (this.#deps.baseline) return;
    const waiting = namesOfWaiting(this.#program);
    if (waiting.length === 0 || (before && String(namesOfWaiting(before)) === String(waiting))) return;
    this.#deps.log.warn('rules wait for a baseline: they find nothing, since nothing learns profiles here', {
      rules: waiting.join(', '),
    });
  }

  #tellPlan(): void {
    const { log } = this.#deps;
    const { plan, unprotected } = this.#program;
    const { kinds, opens, paths } = plan;
    log.info('probe plan made', { revision: plan.revision, kinds: kinds.length, ...opens, paths: paths.length });
    if (unprotected > 0)
      log.warn('the rules name more paths than the kernel has room for: floods of opens may hide some of them', {
        paths: unprotected,
      });
  }
}

const namesOfWaiting = ({ loaded }: RuleProgram): string[] =>
  loaded.rules.flatMap(({ name, enabled, extensions }) =>
    enabled && extensions?.baseline === 'required' ? [name] : [],
  );

const placeOf = ({ file, line, column }: LoadResult['problems'][number]): string => `${file}:${line}:${column}`;

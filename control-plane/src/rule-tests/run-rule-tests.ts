import { messageOf, PicketError } from '@picket/sdk';
import { alertsOf, type RuleRunCounts } from '../backtest/rule-run.ts';
import type { Position } from '../detection/rules/language/position.ts';
import { loadRules } from '../detection/rules/load/load-rules.ts';
import type { LoadResult, RuleFile } from '../detection/rules/load/rule.ts';
import { RuleEngine } from '../detection/rules/rule-engine.ts';
import type { Batch } from '../types.ts';
import { checkExpectations, type Difference } from './check-expectations.ts';
import { missHints } from './miss-hints.ts';
import { type RuleTest, readRuleTests } from './read-rule-tests.ts';
import { RuleTestError } from './rule-test-error.ts';
import { compileScript } from './script/event-script.ts';
import { ScriptError } from './script/script-error.ts';
import { changesRules, rulesForTest } from './with-fields.ts';
import { WrittenBaseline } from './written-baseline.ts';

/** How one test came out. */
export interface RuleTestResult {
  readonly name: string;
  readonly position: Position;
  readonly ok: boolean;
  /** Rules that it expects alerts of, and those that it says must not alert. */
  readonly expects: readonly string[];
  readonly excludes: readonly string[];
  /** Alerts of all rules in the run, and the events it looked at. */
  readonly alerts: number;
  readonly events: number;
  readonly differences: readonly Difference[];
  /** Why it could not be run, as when its capture can not be read. */
  readonly error: string | undefined;
}

/** What the tests need from outside. */
export interface RuleTestFiles {
  /**
   * The rule files of a test, in order.
   * @param rules as the test names them; undefined for those it has by itself
   */
  rules(testFile: string, rules: readonly string[] | undefined): readonly RuleFile[];
  /** The batches of a capture that a test names. */
  capture(testFile: string, capture: string): AsyncIterable<Batch>;
}

/** Few paths come up in a test; a large memory of them takes longer to make than the test. */
const PATHS = 256;

interface LoadedRules {
  readonly load: LoadResult;
  readonly engine: RuleEngine;
}

/** Runs rule tests. Rules are loaded once for all tests that name the same files. */
export class RuleTestRunner {
  readonly #files: RuleTestFiles;
  readonly #loaded = new Map<string, LoadedRules>();

  constructor(files: RuleTestFiles) {
    this.#files = files;
  }

  /**
   * Runs all tests of a file, one after the other.
   * @throws RuleTestError when the file is not one of rule tests
   */
  async *run(file: RuleFile): AsyncGenerator<RuleTestResult, void, undefined> {
    for (const test of readRuleTests(file)) yield await this.#runOne(test, file.name);
  }

  async #runOne(test: RuleTest, file: string): Promise<RuleTestResult> {
    const expects = [...new Set(test.expect.map(({ rule }) => rule))];
    const excludes = test.expectNone === true ? [] : test.expectNone;
    const about = { name: test.name, position: test.position, expects, excludes };
    try {
      return { ...about, ...(await this.#judge(test, file)), error: undefined };
    } catch (error) {
      if (!(error instanceof PicketError)) throw error;
      const why = error instanceof RuleTestError ? placed(error) : messageOf(error);
      return { ...about, ok: false, alerts: 0, events: 0, differences: [], error: why };
    }
  }

  async #judge(
    test: RuleTest,
    file: string,
  ): Promise<Pick<RuleTestResult, 'ok' | 'alerts' | 'events' | 'differences'>> {
    const { load, engine } = this.#rulesOf(test, file);
    const batches = this.#batchesOf(test, file);
    const { alerts, counts } = await alertsOf(load, batches(), { engine });
    const differences: Difference[] = failuresOf(counts);
    for (const difference of checkExpectations(test, alerts)) {
      const { rule } = difference;
      const missed = rule !== undefined && !alerts.some((alert) => alert.rule === rule);
      differences.push(missed ? { ...difference, hints: await missHints(rule, load, batches) } : difference);
    }
    const events = counts.kinds.reduce((sum, count) => sum + count, 0);
    return { ok: differences.length === 0, alerts: alerts.length, events, differences };
  }

  #rulesOf(test: RuleTest, file: string): LoadedRules {
    const files = this.#files.rules(file, test.rules);
    const key = files.map(({ name }) => name).join('\0');
    let loaded = this.#loaded.get(key);
    if (!loaded) {
      loaded = withEngine(loadRules(files));
      this.#loaded.set(key, loaded);
    }
    for (const [i, { rule }] of test.expect.entries()) this.#checkName(rule, loaded.load, test, ['expect', i]);
    if (test.expectNone !== true)
      for (const [i, rule] of test.expectNone.entries()) this.#checkName(rule, loaded.load, test, ['expect_none', i]);
    return changesRules(test) ? withEngine(rulesForTest(loaded.load, test), test.profile) : loaded;
  }

  /** A misspelt rule would never alert: a test that expects none of it would always be content. */
  #checkName(name: string, { rules, problems }: LoadResult, test: RuleTest, path: readonly PropertyKey[]): void {
    if (rules.some((rule) => rule.name === name)) return;
    const why = problems.find(({ rule, severity }) => rule === name && severity === 'error');
    const reason = why
      ? `the rule ${name} was refused: ${why.file}:${why.line}:${why.column} ${why.message}`
      : `there is no rule ${name}`;
    throw new RuleTestError(reason, test.at(path));
  }

  #batchesOf(test: RuleTest, file: string): () => AsyncIterable<Batch> | Iterable<Batch> {
    const { input } = test;
    if (input.type === 'capture') return () => this.#files.capture(file, input.file);
    try {
      const batches = compileScript({ events: input.events, containers: test.containers });
      return () => batches;
    } catch (error) {
      if (error instanceof ScriptError) throw new RuleTestError(error.message, test.at(error.path));
      throw error;
    }
  }
}

/** What went wrong in the run itself. */
function failuresOf({ failures, refused }: RuleRunCounts): Difference[] {
  const failed = [...failures].map(([rule, times]): Difference => {
    return { rule, expected: 'that it can be evaluated', got: [`it failed on ${times} events`], hints: [] };
  });
  const unreadable = [...refused].map(([code, times]): Difference => {
    const got = [`${times} batches can not be used (${code})`];
    return { rule: undefined, expected: 'that the whole capture can be read', got, hints: [] };
  });
  return [...failed, ...unreadable];
}

function withEngine(load: LoadResult, profile?: RuleTest['profile']): LoadedRules {
  const baseline = profile && new WrittenBaseline(profile);
  return { load, engine: new RuleEngine(load, { maxPaths: PATHS, baseline }) };
}

const placed = ({ message, position }: RuleTestError) =>
  `${position.file}:${position.line}:${position.column} ${message}`;

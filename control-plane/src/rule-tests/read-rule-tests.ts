import type { Position } from '../detection/rules/language/position.ts';
import type { RuleFile } from '../detection/rules/load/rule.ts';
import { LocatedYaml, type Path } from './located-yaml.ts';
import { type Expectation, RuleTestFile } from './rule-test-schema.ts';

/** What a test runs on. */
export type RuleTestInput =
  | { readonly type: 'capture'; readonly file: string }
  | { readonly type: 'events'; readonly events: readonly Readonly<Record<string, unknown>>[] };

/** One test of a file, what the file says for all of its tests worked in. */
export interface RuleTest {
  readonly name: string;
  readonly position: Position;
  /** Rule files as the test names them; undefined for those it has by itself. */
  readonly rules: readonly string[] | undefined;
  /** Rules that are switched on for the test. */
  readonly enable: readonly string[];
  /** Values that profiles hold, all else being new; undefined while they are still learned. */
  readonly profile: readonly (readonly string[])[] | undefined;
  readonly containers: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
  readonly input: RuleTestInput;
  readonly expect: readonly Expectation[];
  /** Rules that must not alert; true for all that are not expected. */
  readonly expectNone: true | readonly string[];
  /** Where a value of the test stands. */
  readonly at: (path: Path) => Position;
}

/**
 * Reads a file of rule tests.
 * @throws RuleTestError RULE_TEST_INVALID at the first value that does not fit
 */
export function readRuleTests(file: RuleFile): RuleTest[] {
  const yaml = new LocatedYaml(file);
  const { tests, rules, enable = [], containers = {} } = yaml.check(RuleTestFile);
  return tests.map((test, i): RuleTest => {
    const own = ['tests', i];
    const { capture, events = [], expect = [], expect_none: none = [] } = test;
    return {
      name: test.name,
      position: yaml.at(own),
      rules: test.rules ?? rules,
      enable: [...enable, ...(test.enable ?? [])],
      profile: test.profile?.map((values) => [values].flat().map(String)),
      containers: { ...containers, ...test.containers },
      input: capture === undefined ? { type: 'events', events } : { type: 'capture', file: capture },
      expect: expect.map((entry) => (typeof entry === 'string' ? { rule: entry } : entry)),
      expectNone: none,
      at: (path) => {
        const shared = path[0] === 'containers' && !Object.hasOwn(test.containers ?? {}, path[1] ?? '');
        return yaml.at(shared ? path : [...own, ...path]);
      },
    };
  });
}

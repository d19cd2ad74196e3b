import type { DetectorConfig } from '@picket/sdk/client';
import type { Position } from '../detection/rules/language/position.ts';
import type { RuleFile } from '../detection/rules/load/rule.ts';
import { LocatedYaml, type Path } from '../rule-tests/located-yaml.ts';
import { RuleTestError } from '../rule-tests/rule-test-error.ts';
import type { Script } from '../rule-tests/script/event-script.ts';
import { DetectorTestError } from './detector-test-error.ts';
import { DetectorTestFile, type Expectation } from './detector-test-schema.ts';

/** What a test runs on. */
export type DetectorTestInput =
  | { readonly type: 'capture'; readonly file: string }
  | { readonly type: 'events'; readonly events: Script['events'] };

/** One test of a file, what the file says for all of its tests worked in. */
export interface DetectorTest {
  readonly name: string;
  readonly position: Position;
  /** What differs from the defaults of the manifest. */
  readonly config: DetectorConfig;
  readonly containers: Script['containers'];
  readonly input: DetectorTestInput;
  readonly expect: readonly Expectation[];
  /** Titles that must not come; true for every finding that is not expected. */
  readonly expectNone: true | readonly string[];
  /** Where a value of the test stands. */
  readonly at: (path: Path) => Position;
}

/**
 * Reads a file of detector tests.
 * @param file its text, and its name for errors
 * @throws DetectorTestError at the first value that does not fit
 */
export function readDetectorTests(file: RuleFile): DetectorTest[] {
  const { yaml, value } = read(file);
  const { tests, config = {}, containers = {} } = value;
  return tests.map((test, i): DetectorTest => {
    const own = ['tests', i];
    const { capture, events = [], expect = [], expect_none: none = [] } = test;
    return {
      name: test.name,
      position: yaml.at(own),
      config: { ...config, ...test.config },
      containers: { ...containers, ...test.containers },
      input: capture === undefined ? { type: 'events', events } : { type: 'capture', file: capture },
      expect: expect.map((entry) => (typeof entry === 'string' ? { title: entry } : entry)),
      expectNone: none,
      at: (path) => {
        const [part, key] = path;
        const mine = part === 'containers' ? test.containers : part === 'config' ? test.config : undefined;
        const shared = (part === 'containers' || part === 'config') && !Object.hasOwn(mine ?? {}, key ?? '');
        return yaml.at(shared ? path : [...own, ...path]);
      },
    };
  });
}

function read(file: RuleFile) {
  try {
    const yaml = new LocatedYaml(file);
    return { yaml, value: yaml.check(DetectorTestFile) };
  } catch (error) {
    if (error instanceof RuleTestError) throw new DetectorTestError(error.message, error.position, { cause: error });
    throw error;
  }
}

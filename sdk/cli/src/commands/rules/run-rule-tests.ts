import { readFileSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  type Difference,
  type RuleFile,
  RuleTestError,
  type RuleTestFiles,
  type RuleTestResult,
  RuleTestRunner,
  SHIPPED_RULES,
} from '@picket/control-plane/rules';
import { messageOf } from '@picket/sdk';
import { openTestCapture } from '../../capture/capture-of-test.ts';
import type { Arguments, Io } from '../../command.ts';
import { CliError } from '../../errors.ts';
import { plural } from '../../plural.ts';
import { findTests, rulesBeside } from './find-tests.ts';
import { readFiles } from './read-rules.ts';
import { wrap } from './wrap.ts';

/** In the rules of a test this word stands for the rules that Picket ships. */
const SHIPPED = 'shipped';

/** Runs the tests that lie beside rule files. */
export async function testRules(args: Arguments, io: Io): Promise<number> {
  const paths = findTests(args.positionals.length > 0 ? args.positionals : ['.']);
  const runner = new RuleTestRunner(files);
  const json = args.flags.json === true;
  const outcomes: FileOutcome[] = [];
  for (const path of paths) {
    if (io.signal.aborted) break;
    outcomes.push(await runFile(runner, path, json ? undefined : io));
  }
  const passed = outcomes.reduce((sum, { tests }) => sum + tests.filter(({ ok }) => ok).length, 0);
  const failed = outcomes.reduce((sum, file) => sum + file.tests.length + (file.error ? 1 : 0), 0) - passed;
  if (json) io.out(JSON.stringify({ passed, failed, files: outcomes }, null, 2));
  else io.out(`${plural(passed + failed, 'test')}: ${passed} ok, ${failed} failed`);
  return failed > 0 || io.signal.aborted ? 1 : 0;
}

interface FileOutcome {
  readonly file: string;
  readonly tests: readonly RuleTestResult[];
  /** Why no test of the file could be run. */
  readonly error: string | undefined;
}

async function runFile(runner: RuleTestRunner, path: string, io: Io | undefined): Promise<FileOutcome> {
  const tests: RuleTestResult[] = [];
  const print = (lines: readonly string[]) => {
    for (const line of lines) io?.out(line);
  };
  print(wrap(path));
  try {
    for await (const result of runner.run(readTests(path))) {
      tests.push(result);
      print(resultLines(result));
    }
    return { file: path, tests, error: undefined };
  } catch (error) {
    if (!(error instanceof RuleTestError)) throw error;
    const { line, column } = error.position;
    print(wrap(`FAIL  ${line}:${column} ${error.message}`, '  '));
    return { file: path, tests, error: `${path}:${line}:${column} ${error.message}` };
  }
}

function readTests(path: string): RuleFile {
  try {
    return { name: path, text: readFileSync(path, 'utf8') };
  } catch (cause) {
    throw new CliError('FILE_UNREADABLE', `${path} can not be read: ${messageOf(cause)}`, { cause });
  }
}

const files: RuleTestFiles = {
  rules(testFile, rules) {
    const named = rules?.map((rule) => (rule === SHIPPED ? SHIPPED_RULES : resolve(dirname(testFile), rule)));
    const read = readFiles(named ?? defaultRules(testFile));
    // what is read twice would add to itself
    const seen = new Set<string>();
    return read.filter(({ name }) => {
      const real = realpathSync(name);
      if (seen.has(real)) return false;
      seen.add(real);
      return true;
    });
  },
  capture: openTestCapture,
};

/** The shipped rules, and behind them those of the file beside the tests. */
function defaultRules(testFile: string): string[] {
  const beside = rulesBeside(testFile);
  return beside === undefined ? [SHIPPED_RULES] : [SHIPPED_RULES, beside];
}

function resultLines({ name, ok, position, differences, error }: RuleTestResult): string[] {
  if (ok) return wrap(`ok    ${name}`, '  ');
  return [
    ...wrap(`FAIL  ${name} (line ${position.line})`, '  '),
    ...(error === undefined ? [] : wrap(error, '        ')),
    ...differences.flatMap(differenceLines),
  ];
}

function differenceLines({ rule, expected, got, hints }: Difference): string[] {
  return [
    ...wrap(rule ?? 'alerts', '        '),
    ...wrap(`expected ${expected}`, '          '),
    ...got.flatMap((line, i) => wrap(i === 0 ? `got ${line}` : line, i === 0 ? '          ' : '            ')),
    ...hints.flatMap((hint) => wrap(hint.trimStart(), hint.startsWith(' ') ? '            ' : '          ')),
  ];
}

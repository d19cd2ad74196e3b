import { existsSync, globSync, statSync } from 'node:fs';
import { RULE_TEST_FILE } from '@picket/control-plane/rules';
import { CliError } from '../../errors.ts';

const LEFT_OUT = /(^|\/)(node_modules|\.[^./][^/]*)(\/|$)/;

/**
 * The files of rule tests that paths stand for: test files themselves, rule files for the tests beside them, folders for
 * those anywhere below them.
 * @throws CliError TESTS_MISSING naming the path that has none
 */
export function findTests(paths: readonly string[]): string[] {
  return [...new Set(paths.flatMap(testsOf))];
}

function testsOf(path: string): string[] {
  if (!existsSync(path)) throw new CliError('FILE_UNREADABLE', `there is no ${path}`);
  if (statSync(path).isDirectory()) {
    const below = globSync('**/*.test.{yaml,yml}', { cwd: path, exclude: (name) => LEFT_OUT.test(name) }).sort();
    if (below.length === 0) throw new CliError('TESTS_MISSING', `there is no file *.test.yaml below ${path}`);
    return below.map((name) => (path === '.' ? name : `${path.replace(/\/$/, '')}/${name}`));
  }
  if (RULE_TEST_FILE.test(path)) return [path];
  const beside = path.replace(/\.ya?ml$/, '.test.yaml');
  if (beside !== path && existsSync(beside)) return [beside];
  throw new CliError('TESTS_MISSING', `there is no ${beside} with tests for ${path}`);
}

/** The rule file whose tests a file holds; undefined when there is none. */
export function rulesBeside(testFile: string): string | undefined {
  const stem = testFile.replace(RULE_TEST_FILE, '');
  return ['.yaml', '.yml'].map((ending) => stem + ending).find((file) => existsSync(file));
}

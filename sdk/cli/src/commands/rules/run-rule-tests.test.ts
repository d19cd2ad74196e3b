import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RULES, RulesFolder, TESTS } from './testing/rules-folder.ts';

const rules = new RulesFolder();
beforeAll(() => rules.fill());
afterAll(() => rules.remove());

describe('rules test', () => {
  it('runs the tests of a folder, of a rule file and of a test file', async () => {
    for (const path of ['', 'mine.yaml', 'mine.test.yaml']) {
      expect(await rules.picket('rules', 'test', `@${path}`), path).toBe(0);
      expect(rules.text).toMatch(
        /mine.test.yaml\n {2}ok {4}somebody\n {2}ok {4}the backup\n {2}ok {4}recorded\n3 tests: 3 ok, 0 failed$/,
      );
    }
  });

  it('shows what was expected and what came, and ends with 1', async () => {
    rules.write(
      'bad.test.yaml',
      TESTS.replace('count: 2', 'count: 3').replace('/usr/bin/psql', '/usr/bin/borg').replace('night', 'day'),
    );
    expect(await rules.picket('rules', 'test', '@bad.test.yaml')).toBe(1);
    rules.expectFitsTerminal();
    expect(rules.text).toMatch(/FAIL {2}somebody \(line 3\)\n.*there is no rule Dump\n? +written/);
    rules.write('mine2.yaml', RULES);
    rules.write('mine2.test.yaml', TESTS.replace('count: 2', 'count: 3').replace('/usr/bin/psql', '/usr/bin/borg'));
    expect(await rules.picket('rules', 'test', '@mine2.test.yaml')).toBe(1);
    rules.expectFitsTerminal();
    expect(rules.text).toContain(
      [
        '  FAIL  somebody (line 3)',
        '        Dump written',
        '          expected an alert for 1 event proc.name="psql"',
        '          got no such alert',
        '          nearest to its condition is node-1/3 openat borg(100) /srv/a.sql, but',
        '            proc.name in (restic, borg) holds: it is "borg"',
        '  ok    the backup',
        '  FAIL  recorded (line 13)',
        '        Dump written',
        '          expected an alert for 3 events',
        '          got 2 alerts for 2 events',
      ].join('\n'),
    );
    expect(rules.out.at(-1)).toBe('3 tests: 1 ok, 2 failed');
    expect(await rules.picket('rules', 'test', '@mine2.test.yaml', '--json')).toBe(1);
    expect(rules.json()).toMatchObject({
      passed: 1,
      failed: 2,
      files: [{ tests: [{ ok: false }, { ok: true }, { ok: false }] }],
    });
  });

  it('tells a file that is none of tests by its place, and a capture that can not be read', async () => {
    rules.write('x.test.yaml', 'tests: 3\n');
    rules.write('y.test.yaml', 'tests: [{name: a, capture: none.pkcap, expect_none: true}]\n');
    expect(await rules.picket('rules', 'test', '@x.test.yaml', '@y.test.yaml')).toBe(1);
    expect(rules.text).toMatch(/x.test.yaml\n {2}FAIL {2}1:8 tests: .*\n/);
    expect(rules.text).toMatch(/FAIL {2}a \(line 1\)\n.*none.pkcap can not be\n? *read/s);
    expect(rules.out.at(-1)).toBe('2 tests: 0 ok, 2 failed');
  });

  it('does not take nothing for success', async () => {
    expect(await rules.picket('rules', 'test', '@none')).toBe(1);
    expect(rules.notes.at(-1)).toMatch(/there is no file \*\.test\.yaml below/);
    expect(await rules.picket('rules', 'test', '@wrong.yaml')).toBe(1);
    expect(rules.notes.at(-1)).toMatch(/there is no .*wrong.test.yaml with tests/);
    expect(await rules.picket('rules', 'test', '@nowhere')).toBe(1);
  });
});

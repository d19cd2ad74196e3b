import { expect, test } from 'vitest';
import { loadRules } from '../detection/rules/load/load-rules.ts';
import { Scenario } from '../detection/testing/scenario.ts';
import type { RuleException } from '../store/rules/rule-exception-store.ts';
import { exceptionsFile, isGenerated, overridesFile } from './generated-layers.ts';

const RULE = {
  name: 'a.yaml',
  text: '- rule: r\n  condition: evt.type = openat\n  output: x\n  priority: Error\n- list: l\n  items: [/x]\n',
};
const change = { reason: null, time: 1, actor: 't' };

function exception(id: string, rule: string, field: string, value: string): RuleException {
  const none = { alert: null, owner: null, reason: null, expires: null, accepted: null, acceptedBy: null, ended: null };
  const spec = { fields: [field], comps: ['='], values: [value] };
  return { id, rule, spec, state: 'active', proposed: 1, proposedBy: 't', endedBy: null, silenced: 0, ...none };
}

// What must mean nothing but itself: quotes, escapes, YAML, names of lists, blanks, controls, text of other scripts.
test.each([
  '/tmp/a b',
  '/tmp/"quoted" \'both\'',
  '/tmp/back\\slash\\n',
  '/tmp/line\nfeed\r\ttab',
  '/tmp/: - {a: [b]} # &x *y !z',
  'l',
  '~',
  'true',
  '0x10',
  '/tmp/\u0000\u0007\u001b[31m\u007f\u0085\u2028\ufeff',
  '/tmp/grüße/文件/🙂',
  '%fd.name',
  ' /leading and trailing ',
  '"/tmp/x y"',
  "'/tmp/x'",
  '"/tmp/\\x41"',
  '"/tmp/a\\"',
  '"',
  '""',
])('an exception passes over the value %j and over no other', (value) => {
  const load = loadRules([RULE, exceptionsFile([exception('1', 'r', 'fd.name', value)])]);
  expect(load.problems).toEqual([]);
  const scenario = new Scenario(load);
  expect(scenario.open(7, value)).toEqual([]);
  expect(scenario.open(7, `${value}x`)).toHaveLength(1);
  expect(scenario.open(7, '/x')).toHaveLength(1);
});

test('overrides change what they name and nothing else', () => {
  const load = (enabled: boolean | null, priority: 'Debug' | null) =>
    loadRules([RULE, overridesFile([{ rule: 'r', enabled, priority, ...change }])]).rules[0];
  expect(load(false, null)).toMatchObject({ enabled: false, priority: 'Error', position: { file: 'a.yaml', line: 1 } });
  expect(load(null, 'Debug')).toMatchObject({ enabled: true, priority: 'Debug', conditionText: 'evt.type = openat' });
  expect(load(false, 'Debug')).toMatchObject({ enabled: false, priority: 'Debug' });
});

test('what is about rules that are gone is told at its place and stops nothing', () => {
  const overrides = overridesFile([{ rule: 'gone: "x"', enabled: true, priority: null, ...change }]);
  const { rules, problems } = loadRules([RULE, overrides, exceptionsFile([exception('1', 'gone', 'fd.name', 'x')])]);
  expect(rules).toHaveLength(1);
  expect(problems.map(({ file, line }) => [isGenerated(file), line])).toEqual([
    [true, 1],
    [true, 1],
  ]);
});

test('the order of what is stored does not matter', () => {
  const some = ['b', 'a'].map((id) => exception(id, 'r', 'fd.name', id));
  expect(exceptionsFile(some)).toEqual(exceptionsFile(some.toReversed()));
});

import { KINDS, Kind } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { loadRules } from './load-rules.ts';

const load = (...texts: string[]) => loadRules(texts.map((text, i) => ({ name: `${i}.yaml`, text })));
const withKeys = (keys: string, condition = 'condition: evt.type = connect\n  ') =>
  `- rule: R\n  desc: d\n  ${condition}output: o\n  priority: Notice\n  ${keys}\n`;
const ruleOf = (...texts: string[]) => {
  const { rules, problems } = load(...texts);
  expect(problems).toEqual([]);
  return rules[0];
};
const sequence = (text: string) => withKeys(`sequence: ${text}`, '');

describe('a window', () => {
  it.each([
    ['{count: true, over: 10s, at_least: 5}', { measure: 'count', by: ['container'], overMs: 10_000, atLeast: 5 }],
    ['{rate: 50/s, by: process, over: 500ms}', { measure: 'count', by: ['process'], overMs: 500, atLeast: 25 }],
    ['{rate: 1/m, over: 90s}', { measure: 'count', atLeast: 2 }],
    ['{count: true, over: 1h, at_least: 1_000_000}', { overMs: 3_600_000, atLeast: 1_000_000 }],
    [
      '{count_distinct: fd.sport, by: [container.id, fd.sip], over: 1m, at_least: 20}',
      { measure: 'distinct', field: { name: 'fd.sport' }, by: ['container', { name: 'fd.sip' }] },
    ],
    ['{sum: evt.rawres, over: 1m, at_least: 1000}', { measure: 'sum', field: { name: 'evt.rawres' } }],
    ['{sum: len(proc.cmdline), over: 1m, at_least: 1000}', { measure: 'sum', field: { name: 'proc.cmdline' } }],
  ])('%s', (window, expected) => {
    expect(ruleOf(withKeys(`window: ${window}`))?.extensions?.window).toMatchObject(expected);
  });

  it.each([
    ['5', 'window is a map', 11],
    ['{over: 10s, at_least: 5}', 'a window has one of count, rate', 11],
    ['{count: true, sum: fd.sport, over: 10s, at_least: 5}', 'a window has one of', 11],
    ['{count: false, over: 10s, at_least: 5}', 'write "count: true"', 11],
    ['{count: true, at_least: 5}', 'the window has no over', 11],
    ['{count: true, over: 10s}', 'the window has no at_least', 11],
    ['{count: true, over: 10, at_least: 5}', 'over is a time like 10s, from 100ms to 1h, not "10"', 31],
    ['{count: true, over: 61m, at_least: 5}', 'over is a time', 31],
    ['{count: true, over: 10ms, at_least: 5}', 'over is a time', 31],
    ['{count: true, over: 10s, at_least: 0}', 'at_least is a whole number from 1 to 1000000, not "0"', 46],
    ['{count: true, over: 10s, at_least: 1.5}', 'at_least is a whole number', 46],
    ['{count: true, over: 10s, at_least: 2000000}', 'at_least is a whole number', 46],
    ['{count_distinct: fd.sport, over: 1s, at_least: 1}', 'from 2 to 1024', 58],
    ['{rate: 5, over: 10s}', 'rate is a number of events like 50/s', 18],
    ['{rate: 5/s, over: 10s, at_least: 5}', 'leave at_least out', 44],
    ['{rate: 1000000/s, over: 10s}', 'rate is a number of events', 18],
    ['{sum: proc.name, over: 10s, at_least: 5}', 'proc.name is a string', 17],
    ['{sum: fd.port, over: 10s, at_least: 5}', 'fd.port can not be measured', 17],
    ['{count_distinct: fd.nothing, over: 10s, at_least: 5}', 'there is no field fd.nothing', 28],
    ['{count: true, over: 10s, at_least: 5, per: x}', '"per" means nothing in window', 49],
    ['{count: true, by: user, over: 10s, at_least: 5}', 'expected a field or one of process', 29],
    ['{count: true, by: [], over: 10s, at_least: 5}', 'by takes 1 to 8 fields', 29],
    ['{count_distinct: evt.arg.path, over: 1s, at_least: 5}', 'no event that meets the condition has the field', 28],
  ])('%s is refused: %s', (window, message, column) => {
    const { rules, problems } = load(withKeys(`window: ${window}`));
    expect(rules).toEqual([]);
    expect(problems).toEqual([
      expect.objectContaining({
        severity: 'error',
        rule: 'R',
        line: 6,
        column,
        message: expect.stringContaining(message),
      }),
    ]);
  });

  it('asks only for the kinds that have its fields', () => {
    const both = 'condition: evt.type in (connect, openat)\n  ';
    const keys = 'window: {count: true, by: fd.sip, over: 1s, at_least: 5}';
    expect(ruleOf(withKeys(keys, both))?.kinds).toEqual([Kind.NetConnect]);
  });
});

describe('a sequence', () => {
  const two = '{within: 10s, steps: [{condition: evt.type = execve}, {condition: evt.type = connect}]}';

  it('has conditions that may use macros, and asks for the events of all of them', () => {
    const macro = '- macro: started\n  condition: evt.type in (execve, execveat)\n';
    const text = sequence(
      '{by: [session, fd.name], within: 5m, steps: [{condition: evt.is_open_write = true}, {not: evt.type = connect}, {condition: started, by: [session, proc.exepath]}]}',
    );
    const rule = ruleOf(macro + text);
    expect(rule?.extensions?.sequence).toMatchObject({
      withinMs: 300_000,
      steps: [
        { negative: false, by: ['session', { name: 'fd.name' }] },
        { negative: true },
        { negative: false, by: ['session', { name: 'proc.exepath' }] },
      ],
    });
    const names = KINDS.filter(({ id }) => rule?.kinds.includes(id)).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['file.open', 'process.exec', 'net.connect']));
    expect(rule?.conditionText).toBe('evt.is_open_write = true\n-> not: evt.type = connect\n-> started');
  });

  it('may name fields of its steps in the output, and no others', () => {
    const output = (field: string) => sequence(two).replace('output: o', `output: "%${field} %fd.sip"`);
    expect(ruleOf(output('step1.proc.aname[2]'))?.output).toMatchObject([
      { name: 'step1.proc.aname', argument: '2' },
      ' ',
      { name: 'fd.sip' },
    ]);
    for (const field of ['step3.proc.name', 'step1.proc.nothing', 'window.count'])
      expect(load(output(field)).problems).toMatchObject([{ severity: 'error', code: 'RULE_FIELD_UNKNOWN', line: 3 }]);
  });

  it.each([
    ['{steps: [{condition: evt.type = execve}, {condition: evt.type = connect}]}', 'the sequence has no within'],
    ['{within: 2h, steps: [{condition: evt.type = execve}, {condition: evt.type = connect}]}', 'within is a time'],
    ['{within: 10s}', 'the sequence has no steps'],
    ['{within: 10s, steps: [{condition: evt.type = execve}]}', 'a sequence has 2 to 16 steps'],
    [`{within: 10s, steps: [${'{condition: evt.type = execve}, '.repeat(17)}]}`, 'a sequence has 2 to 16 steps'],
    [
      '{within: 10s, steps: [{not: evt.type = execve}, {condition: evt.type = connect}]}',
      'the first step is a condition',
    ],
    ['{within: 10s, steps: [{condition: evt.type = execve}, {by: process}]}', 'a step has either a condition or a not'],
    [
      '{within: 10s, steps: [{condition: evt.type = execve}, {condition: evt.type = connect, by: [process, fd.sip]}]}',
      'the by of this step has 2 values, that of the sequence 1',
    ],
    ['{within: 10s, steps: [{condition: evt.type = execve}, {condition: evt.type == }]}', 'expected a value'],
    ['{within: 10s, steps: [{condition: evt.type = execve}, {condition: nothing}]}', 'there is no macro nothing'],
    [
      '{within: 10s, by: fd.sip, steps: [{condition: evt.type = connect}, {condition: evt.type = execve}]}',
      'no event that meets the condition has the field fd.sip',
    ],
  ])('%s is refused: %s', (text, message) => {
    const { rules, problems } = load(sequence(text));
    expect(rules).toEqual([]);
    expect(problems).toEqual([
      expect.objectContaining({ severity: 'error', line: 5, message: expect.stringContaining(message) }),
    ]);
  });

  it('does not go with a condition, nor with a window', () => {
    for (const text of [
      withKeys(`sequence: ${two}`),
      `${sequence(two)}  window: {count: true, over: 1s, at_least: 2}\n`,
    ])
      expect(load(text).problems).toMatchObject([
        { severity: 'error', message: expect.stringContaining('in its steps') },
      ]);
  });
});

describe('other keys', () => {
  it('are read', () => {
    const keys = 'cooldown: 10m\n  group_by: [container.id, proc.exepath]\n  baseline: optional';
    expect(ruleOf(withKeys(keys))?.extensions).toMatchObject({
      cooldownMs: 600_000,
      groupBy: ['container', { name: 'proc.exepath' }],
      baseline: 'optional',
    });
    expect(ruleOf(withKeys(''))?.extensions).toBeUndefined();
  });

  it.each([
    ['cooldown: 25h', 'cooldown is a time like 10s, from 1s to 24h'],
    ['cooldown: soon', 'cooldown is a time'],
    ['baseline: maybe\n  group_by: proc.exepath', 'baseline is "required" or "optional"'],
    ['baseline: optional', 'says by group_by'],
    ['group_by: proc.nothing', 'there is no field proc.nothing'],
  ])('%s is refused: %s', (keys, message) => {
    expect(load(withKeys(keys)).problems).toEqual([
      expect.objectContaining({ severity: 'error', message: expect.stringContaining(message) }),
    ]);
  });

  it('are replaced by later entries, and change the version', () => {
    const base = withKeys('window: {count: true, over: 10s, at_least: 5}');
    const change = '- rule: R\n  override: {window: replace}\n  window: {count: true, over: 10s, at_least: 6}\n';
    const [before, after] = [ruleOf(base), ruleOf(base, change)];
    expect(after?.extensions?.window?.atLeast).toBe(6);
    expect(after?.version).not.toBe(before?.version);
    expect(ruleOf(withKeys(''))?.version).not.toBe(before?.version);
    const kept = load(base, change.replace('at_least: 6', 'at_least: none'));
    expect(kept.rules[0]?.extensions?.window?.atLeast).toBe(5);
  });
});

import { describe, expect, it } from 'vitest';
import { batchOf, Scenario } from '../../testing/scenario.ts';
import { loadRules } from '../load/load-rules.ts';
import type { Rule } from '../load/rule.ts';
import { explainOne, nearestMisses } from './explain-rule.ts';
import { countTests, type Explanation } from './explanation.ts';

function ruleOf(condition: string, more = ''): Rule {
  const text = `${more}\n- rule: r\n  condition: ${condition}\n  priority: Notice\n`;
  const { rules, problems } = loadRules([{ name: 'r.yaml', text }]);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return rules[0] as Rule;
}

/** One batch: cat reads two files, sh writes one; sequences 1 to 5. */
function events() {
  const node = new Scenario();
  const exec = (pid: number, path: string) => {
    const comm = path.slice(path.lastIndexOf('/') + 1);
    const body = { path, filename: path, args: [path], comm, vpid: pid - 50 };
    return node.encode(1, { tgid: pid, syscall: 59, sequence: 0 }, body);
  };
  const open = (pid: number, path: string, flags: number) =>
    node.encode(10, { tgid: pid, syscall: 257, result: 3 }, { path, open_flags: flags, file_mode: 0o100644 });
  const records = [
    exec(100, '/bin/cat'),
    open(100, '/etc/passwd', 0),
    open(100, '/etc/shadow', 0),
    exec(101, '/bin/sh'),
    open(101, '/etc/motd', 1),
  ];
  for (const [i, record] of records.entries()) new DataView(record.buffer).setBigUint64(16, BigInt(i + 1), true);
  return [batchOf(new Uint8Array(Buffer.concat(records)))];
}

const find = (part: Explanation, field: string): Explanation | undefined => {
  if (part.type === 'test') return part.field === field ? part : undefined;
  const inner = part.type === 'not' ? [part.operand] : part.operands;
  return inner.map((one) => find(one, field)).find((found) => found !== undefined);
};

describe('explainOne', () => {
  it('tells of every test what the event has and how it came out', async () => {
    const macro = '- macro: reader\n  condition: (proc.name in (cat, less) or proc.name startswith head)';
    const rule = ruleOf(
      'evt.is_open_read = true and fd.name = /etc/shadow and not reader and k8s.ns.name = shop',
      macro,
    );
    const found = await explainOne(rule, events(), { node: 'node-a', sequence: 3n });
    expect(found).toMatchObject({
      event: 'node-a/3',
      kind: 'file.open',
      call: 'openat',
      process: 'cat(100)',
      subject: '/etc/shadow',
    });
    const [part] = found?.parts ?? [];
    expect(part?.explanation.passes).toBe(false);
    const explanation = part?.explanation as Explanation;
    expect(countTests(explanation)).toBe(5);
    expect(find(explanation, 'fd.name')).toMatchObject({
      passes: true,
      operator: '=',
      wanted: ['/etc/shadow'],
      value: '/etc/shadow',
    });
    expect(find(explanation, 'k8s.ns.name')).toMatchObject({ passes: false, missing: 'event', value: undefined });
    expect(find(explanation, 'proc.name')).toMatchObject({ passes: true, wanted: ['cat', 'less'], value: 'cat' });
    expect(JSON.stringify(explanation)).toContain('"macro":"reader"');
    expect(part?.inTheWay.map(({ field }) => field)).toEqual(['proc.name', 'k8s.ns.name']);
  });

  it('tells fields that the kind can not have from those that the event lacks', async () => {
    const rule = ruleOf('fd.sip = 10.0.0.0/8 or fd.name = /x');
    const [part] = (await explainOne(rule, events(), { node: undefined, sequence: 2n }))?.parts ?? [];
    const explanation = part?.explanation as Explanation;
    expect(find(explanation, 'fd.sip')).toMatchObject({ missing: 'kind', byKind: true, wanted: ['10.0.0.0/8'] });
    // an address can not be what is missing: no open has one
    expect(part?.inTheWay.map(({ field }) => field)).toEqual(['fd.name']);
  });

  it('explains an event of a kind that the rule never looks at', async () => {
    const found = await explainOne(ruleOf('evt.type = connect'), events(), { node: undefined, sequence: 1n });
    expect(found?.looksAt).toBe(true);
    expect(found?.parts[0]?.inTheWay).toMatchObject([{ field: 'evt.type', value: 'execve', byKind: true }]);
  });

  it('does not find what is not there', async () => {
    const rule = ruleOf('evt.type = openat');
    expect(await explainOne(rule, events(), { node: undefined, sequence: 6n })).toBeUndefined();
    expect(await explainOne(rule, events(), { node: 'node-b', sequence: 1n })).toBeUndefined();
  });
});

describe('nearestMisses', () => {
  it('finds the events that lack least, each for another reason', async () => {
    const rule = ruleOf('evt.is_open_read = true and fd.name = /etc/shadow and proc.name = sh');
    const [part] = await nearestMisses(rule, events(), 3);
    expect(part).toMatchObject({ looked: 3, matched: 0, firstMatch: undefined });
    expect(part?.nearest.map(({ event }) => event)).toEqual(['node-a/3', 'node-a/2', 'node-a/5']);
    expect(part?.nearest.map((miss) => miss.part.inTheWay.map(({ field }) => field))).toEqual([
      ['proc.name'],
      ['fd.name', 'proc.name'],
      ['evt.is_open_read', 'fd.name'],
    ]);
  });

  it('keeps the nearest of many and counts matches', async () => {
    const rule = ruleOf('fd.name startswith /etc/ and proc.name = cat and fd.name endswith d');
    const [part] = await nearestMisses(rule, events(), 1);
    expect(part).toMatchObject({ looked: 3, matched: 1, firstMatch: 'node-a/2' });
    expect(part?.nearest.map(({ event }) => event)).toEqual(['node-a/3']);
  });

  it('agrees with the condition whatever it is made of', async () => {
    const conditions = [
      'not (proc.name = cat or fd.name = /etc/motd)',
      'not (proc.name = cat and not fd.name = /etc/passwd)',
      '(evt.type = openat and proc.name = sh) or (evt.type = execve and proc.name = cat)',
      'not not fd.name exists and not evt.type in (execve, connect)',
    ];
    const expected = [['4'], ['2', '4', '5'], ['1', '5'], ['2', '3', '5']];
    for (const [i, condition] of conditions.entries()) {
      const rule = ruleOf(condition);
      const matched: string[] = [];
      for (let n = 1; n <= 5; n++) {
        const found = await explainOne(rule, events(), { node: undefined, sequence: BigInt(n) });
        if (found?.parts[0]?.explanation.passes) matched.push(String(n));
      }
      expect(matched, condition).toEqual(expected[i]);
      const [part] = await nearestMisses(rule, events(), 1);
      expect(part?.matched, condition).toBe(matched.length);
    }
  });
});

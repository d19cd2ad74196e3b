import { describe, expect, it } from 'vitest';
import type { RuleFile } from '../detection/rules/load/rule.ts';
import { type RuleTestResult, RuleTestRunner } from './run-rule-tests.ts';
import { compileScript } from './script/event-script.ts';

const RULES = `
- rule: Shadow read
  condition: evt.type in (open, openat) and fd.name = /etc/shadow and container.id != host
  output: read by %proc.name
  priority: Warning
- rule: Shell
  condition: evt.type = execve and proc.name in (sh, bash)
  output: shell %proc.name
  priority: Notice
- rule: Quiet
  condition: evt.type = execve
  priority: Debug
  enabled: false
- rule: Broken
  condition: evt.nothing = 1
  priority: Debug
`;

const files: ConstructorParameters<typeof RuleTestRunner>[0] = {
  rules: (_, rules): RuleFile[] => (rules ?? ['r.yaml']).map((name) => ({ name, text: RULES })),
  async *capture(_, name) {
    const path = name === 'one.pkcap' ? '/etc/shadow' : '/etc/motd';
    const events = [{ 'file.open': { pid: 5, path, container: 'a', repeat: 3 } }];
    yield* compileScript({ events, containers: { a: null } });
  },
};

async function run(text: string): Promise<RuleTestResult[]> {
  const results: RuleTestResult[] = [];
  for await (const result of new RuleTestRunner(files).run({ name: 't.test.yaml', text })) results.push(result);
  return results;
}

const one = async (test: string) => {
  const [result] = await run(
    `containers: {web: {image: 'nginx:1'}}\ntests:\n  - name: t\n${test.replace(/^/gm, '    ')}\n`,
  );
  return result as RuleTestResult;
};

const READ = `events:
  - process.exec: {pid: 100, path: /bin/cat, container: web}
  - file.open: {pid: 100, path: /etc/shadow, repeat: 3}`;

describe('a test that holds', () => {
  it.each([
    'expect: [Shadow read]',
    'expect: [{rule: Shadow read, count: 3, alerts: 1, priority: Warning, output: by cat}]\nexpect_none: true',
    'expect: [{rule: Shadow read, fields: {proc.name: cat, container.image.tag: "1", "proc.aname[2]": null, fd.num: 3}}]',
    'expect_none: [Shell]',
    'enable: [Quiet]\nexpect: [Quiet]',
  ])('%s', async (expectation) => {
    const result = await one(`${READ}\n${expectation}`);
    expect(result).toMatchObject({ ok: true, differences: [], error: undefined });
  });

  it('runs on a capture, and on other rules than the usual ones', async () => {
    expect(await one('capture: one.pkcap\nrules: [x.yaml]\nexpect: [{rule: Shadow read, count: 3}]')).toMatchObject({
      ok: true,
      events: 4,
    });
    expect(await one('capture: two.pkcap\nexpect_none: true')).toMatchObject({ ok: true });
  });
});

describe('a test that fails', () => {
  it('says what came instead', async () => {
    const { ok, differences } = await one(`${READ}\nexpect: [{rule: Shadow read, count: 2, fields: {proc.name: cat}}]`);
    expect(ok).toBe(false);
    expect(differences).toEqual([
      {
        rule: 'Shadow read',
        expected: 'an alert for 2 events proc.name="cat"',
        got: ['1 alert for 3 events', 'Warning (3 events): proc.name="cat"'],
        hints: [],
      },
    ]);
    const wrong = await one(`${READ}\nexpect: [{rule: Shadow read, fields: {proc.name: dog}}]`);
    expect(wrong.differences[0]?.got).toEqual(['no such alert', 'Warning (3 events): proc.name="cat"']);
  });

  it('says which alerts should not have come', async () => {
    const result = await one(
      `${READ}\n  - process.exec: {pid: 101, path: /bin/sh}\nexpect: [Shadow read]\nexpect_none: true`,
    );
    expect(result.differences).toMatchObject([
      { rule: 'Shell', expected: 'no other alert', got: ['Notice (1 event): shell sh'] },
    ]);
    const none = await one(`${READ}\nexpect_none: [Shadow read]`);
    expect(none.differences).toMatchObject([{ rule: 'Shadow read', expected: 'no alert of this rule' }]);
  });

  it('says what stood between the events and the rule', async () => {
    const near = await one(
      'events: [{file.open: {pid: 100, path: /etc/passwd, container: web}}]\nexpect: [Shadow read]',
    );
    expect(near.differences[0]?.hints).toEqual([
      'nearest to its condition is node-1/2 openat ?(100) /etc/passwd, but',
      '  fd.name = /etc/shadow does not hold: it is "/etc/passwd"',
    ]);
    expect((await one(`${READ}\nexpect: [Quiet]`)).differences[0]?.hints).toEqual([
      'the rule is not enabled: name it under enable',
    ]);
    const other = await one('events: [{net.listen: {pid: 1, local_port: 80}}]\nexpect: [Shell]');
    expect(other.differences[0]?.hints).toEqual(['no event is of a kind that its condition looks at']);
  });

  it('is one that can not be run, and says where', async () => {
    const error = async (test: string) => (await one(test)).error;
    expect(await error(`${READ}\nexpect: [Shadw read]`)).toBe('t.test.yaml:7:14 there is no rule Shadw read');
    expect(await error(`${READ}\nexpect: [{rule: Broken}]`)).toMatch(
      /^t.test.yaml:7:14 the rule Broken was refused: r.yaml:15:14 there is no field/,
    );
    expect(await error(`${READ}\nexpect: [{rule: Shell, fields: {"proc.aname[x]": y}}]`)).toMatch(
      /^t.test.yaml:7:.* the argument of proc.aname/,
    );
    expect(await error('events: [{file.open: {pid: 1, path: /x, flags: O_NO}}]\nexpect_none: true')).toBe(
      't.test.yaml:4:52 flags does not know "O_NO"',
    );
    expect(
      await error('events: [{file.open: {pid: 1, path: /x}}]\ncontainers: {x: {imag: y}}\nexpect_none: true'),
    ).toMatch(/^t.test.yaml:5:28 a container has no imag/);
    expect(await error(`${READ}\nenable: [No]\nexpect_none: true`)).toMatch(/there is no rule No/);
  });

  it('does not keep the others from running', async () => {
    const results = await run(
      'tests:\n  - {name: a, events: [{x: {}}], expect_none: true}\n  - {name: b, events: [{wait: 1s}], expect_none: true}\n',
    );
    expect(results.map(({ ok }) => ok)).toEqual([false, true]);
  });
});

describe('a file that is none of rule tests', () => {
  it.each([
    ['- a', '1:1', 'expected object'],
    ['tests: []', '1:8', 'tests: Too small'],
    ['tests:\n  - name: x\n    evnts: []\n    expect_none: true', '2:5', 'tests.0: '],
    ['tests:\n  - {name: x, events: [{wait: 1s}]}', '2:5', 'a test says what it expects'],
    ['tests:\n  - {name: x, expect_none: true}', '2:5', 'a test has either events or a capture'],
    ['tests:\n  - {name: x, capture: a, events: [{wait: 1s}], expect_none: true}', '2:5', 'either events or a capture'],
    ['tests:\n  - {name: x, capture: a, expect: [{rule: x, count: 0}]}', '2:53', 'tests.0.expect.0.count'],
    ['tests:\n  - {name: x, capture: a, expect: [{rul: x}]}', '2:36', 'tests.0.expect.0'],
    ['tests: [', '1:9', 'Flow sequence'],
    ['', '1:1', 'expected object'],
  ])('%j', async (text, at, message) => {
    const error = await run(text).then(
      () => undefined,
      (error: unknown) => error as Error & { position: { line: number; column: number } },
    );
    expect(error?.message).toContain(message);
    expect(`${error?.position.line}:${error?.position.column}`).toBe(at);
  });
});

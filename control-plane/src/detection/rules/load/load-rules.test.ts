import { describe, expect, it } from 'vitest';
import { loadRules } from './load-rules.ts';

const load = (...texts: string[]) => loadRules(texts.map((text, i) => ({ name: `file${i}.yaml`, text })));
const rule = (condition: string, more = '') =>
  `- rule: R\n  desc: d\n  condition: ${condition}\n  output: o\n  priority: Notice\n${more}`;
const problems = (...texts: string[]) =>
  load(...texts).problems.map((p) => [p.severity, p.code, p.rule, `${p.file}:${p.line}:${p.column}`, p.message]);
const OPEN = 'evt.type = openat';

describe('a rule', () => {
  it('is loaded with all it says', () => {
    const [loaded] = load(`
- rule: Read it, all
  desc: >
    Two
    lines
  condition: ${OPEN} and fd.name = /x
  output: "*read %fd.name by %proc.aname[2]."
  priority: WARNING
  tags: [container, mitre_x, T1059, T1552.001]
`).rules;
    expect(loaded).toMatchObject({
      name: 'Read it, all',
      id: 'read-it-all',
      description: 'Two lines',
      priority: 'Warning',
      mitre: ['T1059', 'T1552.001'],
      enabled: true,
      metadata: { maturity: undefined, references: [], noise: undefined, tuning: undefined },
      firstMatchOf: undefined,
      kinds: [10],
      position: { file: 'file0.yaml', line: 2, column: 3 },
    });
    expect(loaded?.output).toEqual([
      'read ',
      expect.objectContaining({ name: 'fd.name' }),
      ' by ',
      expect.objectContaining({ name: 'proc.aname', argument: '2' }),
      '.',
    ]);
  });

  it('changes its version with its meaning, not with its place', () => {
    const version = (text: string) => load(text).rules[0]?.version;
    const base = version(rule(`${OPEN} and fd.name = /x`));
    expect(version(`# moved\n\n${rule(`${OPEN} and fd.name = /x`)}`)).toBe(base);
    expect(version(rule(`${OPEN} and fd.name = /y`))).not.toBe(base);
    expect(base).toMatch(/^[0-9a-f]{12}$/);
  });

  it('names the kinds of event it can match', () => {
    const kinds = (condition: string) => load(rule(condition)).rules[0]?.kinds;
    expect(kinds('evt.type in (execve, execveat) and evt.dir = <')).toEqual([1]);
    expect(kinds('evt.type = connect')).toEqual([20, 26]);
    expect(kinds('evt.is_open_write = true')).toEqual([10]);
    expect(kinds('fd.sport = 22')).toEqual([20, 21, 22, 23, 24, 25, 30]);
    expect(kinds('evt.type startswith open')).toEqual([10]);
    expect(kinds('not evt.type in (connect, accept) and fd.sip exists')).toEqual([21, 22, 23, 24, 25, 30]);
  });
});

describe('problems', () => {
  it('place a syntax error in any style of YAML', () => {
    const at = (text: string) => problems(text)[0]?.[3];
    expect(at(rule('evt.type = = openat'))).toBe('file0.yaml:3:25');
    expect(at(rule('"evt.type = openat and )"'))).toBe('file0.yaml:3:37');
    expect(at(rule('>\n    evt.type = openat\n\n    and (fd.name = /x\n         or oops oops)'))).toBe(
      'file0.yaml:7:18',
    );
    expect(at(rule('|-\n    evt.type = openat\n      and fd.nme = 3'))).toBe('file0.yaml:5:11');
    expect(at(rule('evt.type = openat\n    and fd.nme = 3'))).toBe('file0.yaml:4:9');
  });

  it.each([
    ['fd.nme = 3', 'RULE_FIELD_UNKNOWN', 14, 'there is no field fd.nme'],
    ['evt.buffer = x', 'RULE_FIELD_UNANSWERED', 14, 'evt.buffer can not be answered: Picket does not copy'],
    ['container.label exists', 'RULE_INVALID', 14, 'needs an argument'],
    ['proc.name[2] = x', 'RULE_INVALID', 14, 'takes no argument'],
    ['proc.aname[x] = y', 'RULE_INVALID', 14, 'a number of steps'],
    ['proc.pid contains 3', 'RULE_INVALID', 14, '"contains" does not fit'],
    ['proc.pid = abc', 'RULE_INVALID', 25, '"abc" is not a number'],
    ['proc.is_exe_writable = yes', 'RULE_INVALID', 37, 'neither true nor false'],
    ['fd.sip = 10.0.0', 'RULE_INVALID', 23, 'neither an address nor a network'],
    ['proc.args bcontains xyz', 'RULE_INVALID', 34, 'hexadecimal'],
    ['proc.pid = val(proc.name)', 'RULE_INVALID', 29, 'can not be compared'],
    ['proc.name in (val(proc.exe))', 'RULE_SYNTAX', 31, 'expected "," or ")"'],
    ['fd.name regex "(a"', 'RULE_INVALID', 28, 'no RE2 pattern'],
    ['fd.name regex "(?=a)"', 'RULE_INVALID', 28, 'no RE2 pattern'],
    ['fd.name regex ".{900}.{200}"', 'RULE_INVALID', 28, 'repeats too much'],
    ['proc.pid regex "3"', 'RULE_INVALID', 14, '"regex" does not fit'],
    ['fd.name regex val(proc.name)', 'RULE_INVALID', 28, 'a value of the event fits behind'],
    ['fd.name glob tolower(proc.name)', 'RULE_INVALID', 27, 'a value of the event fits behind'],
    ['tolower(proc.pid) = 3', 'RULE_INVALID', 14, 'tolower() takes a text or list, not a number'],
    ['basename(fd.sip) = x', 'RULE_INVALID', 14, 'basename() takes a text or list, not a ip'],
    ['toupper(len(proc.name)) = x', 'RULE_INVALID', 14, 'toupper() takes a text or list, not a number'],
    ['len(proc.name) contains x', 'RULE_INVALID', 18, 'len(proc.name) is a number: "contains" does not fit'],
    ['len(proc.name) = x', 'RULE_INVALID', 31, '"x" is not a number'],
    ['tolower(fd.nme) = x', 'RULE_FIELD_UNKNOWN', 22, 'there is no field fd.nme'],
    ['len(proc.name) = val(proc.pname)', 'RULE_INVALID', 35, 'can not be compared with a number'],
    ['evt.arg[10] = x', 'RULE_INVALID', 14, 'a position from 0 to 9'],
    ['evt.arg = x', 'RULE_INVALID', 14, 'needs an argument'],
    ['evt.arg[nonsense] = x', 'RULE_FIELD_UNKNOWN', 14, 'there is no field evt.arg.nonsense'],
    ['nothing_like_it', 'RULE_INVALID', 14, 'there is no macro nothing_like_it'],
  ])('refuse %s', (condition, code, column, message) => {
    const { rules, problems: found } = load(rule(condition), rule('proc.name = x').replace('R', 'Good'));
    expect(rules.map((r) => r.name)).toEqual(['Good']);
    expect(found).toEqual([
      {
        severity: 'error',
        code,
        rule: 'R',
        file: 'file0.yaml',
        line: 3,
        column,
        message: expect.stringContaining(message),
      },
    ]);
  });

  it.each([
    ['- rule: R\n  output: o\n  priority: Notice\n', '1:3', 'no condition'],
    ['- rule: R\n  condition: evt.num = 1\n  output: o\n', '1:3', 'no priority'],
    ['- rule: R\n  condition: evt.num = 1\n  priority: loud\n', '3:13', '"loud" is no priority'],
    ['- rule: R\n  condition: [a]\n  priority: Notice\n', '2:14', 'condition must be a text'],
    [
      '- rule: R\n  condition: evt.num = 1\n  priority: Notice\n  enabled: perhaps\n',
      '4:12',
      'enabled must be true or false',
    ],
    ['- rule: R\n  condition: evt.num = 1\n  priority: Notice\n  source: k8s_audit\n', '1:3', 'not collected'],
    ['- list: l\n  items: [a]\n  items: [b]\n', '3:3', 'keys are unique'],
    ['- list: l\n  items: [a]\n  append: true\n  override: {items: append}\n', '4:13', 'do not go together'],
    ['- list: l\n  items: [a]\n  override: {}\n', '3:13', 'says "append" or "replace"'],
    [
      '- rule: R\n  condition: evt.num = 1\n  priority: Notice\n  output: "%no.field"\n',
      '4:12',
      'there is no field no.field',
    ],
    ['- rule: R\n  append: true\n  condition: and x\n', '1:3', 'before this entry'],
    ['- rule: R\n', '1:3', 'no condition'],
    ['- rule: R\n  exceptions: []\n', '1:3', 'to change "exceptions" of a rule that is there'],
    ['- rule: R\n  enabled: false\n', '1:3', 'before this entry'],
    ['- required_engine_version: 0.31\n', '1:28', 'no engine version'],
    ['- required_engine_version: new\n', '1:28', 'no engine version'],
    ['- required_plugin_versions:\n  - name: json\n', '2:5', 'has a name and a version'],
    ['- matching: some\n', '1:13', 'matching is "first" or "all"'],
    ['- rule: R\n  condition: evt.num = 1\n  priority: Debug\n  output: "%lower(proc.name)"\n', '4:12', 'no lower()'],
    ['- rule: R\n  condition: evt.num = 1\n  priority: Debug\n  output: "%len(proc.pid)"\n', '4:12', 'takes a text'],
    [
      '- rule: R\n  condition: evt.num = 1\n  priority: Debug\n  output: "%tolower(proc.name"\n',
      '4:12',
      'expected ")"',
    ],
    ['- nothing: R\n', '1:3', 'an entry begins with'],
    ['- just text\n', '1:3', 'an entry begins with'],
    ['rule: R\n', '1:1', 'a rule file is a list'],
    ['- rule: [\n', '2:1', ''],
    ['- rule: R\n  rule: R\n', '2:3', 'unique'],
    ['- &a\n  macro: m\n  condition: evt.num = 1\n- rule: *a\n', '4:9', 'aliases'],
  ])('tell where %j is wrong', (text, at, message) => {
    const [first] = problems(text);
    expect(first?.[3]).toBe(`file0.yaml:${at}`);
    expect(first?.[4]).toContain(message);
    expect(load(text).rules).toEqual([]);
  });

  it('leave other entries alone when one is no entry', () => {
    const { rules, problems: found } = load(`- 17\n- rul: typo\n${rule(OPEN)}- just text\n`);
    expect(rules.map((r) => r.name)).toEqual(['R']);
    expect(found.map(({ line }) => line)).toEqual([1, 2, expect.any(Number)]);
  });

  it('leave other files alone when one is not YAML', () => {
    const { rules, problems: found } = load('- rule: "\n', rule(OPEN));
    expect(rules.map((r) => r.name)).toEqual(['R']);
    expect(found).toMatchObject([{ severity: 'error', code: 'RULE_SYNTAX', file: 'file0.yaml' }]);
  });

  it('warn without refusing', () => {
    expect(problems(rule(`${OPEN}`, '  colour: red\n'))).toMatchObject([
      ['warning', 'RULE_SYNTAX', 'R', 'file0.yaml:6:3', '"colour" means nothing in a rule'],
    ]);
    expect(problems(rule('evt.type in (openat, sendfile)'))).toMatchObject([
      ['warning', 'RULE_INVALID', 'R', 'file0.yaml:3:35', expect.stringContaining('sendfile')],
    ]);
    expect(problems(rule('evt.dir != <'))).toMatchObject([
      ['warning', 'RULE_INVALID', 'R', 'file0.yaml:3:14', expect.stringContaining('can not match')],
    ]);
    expect(problems(rule('evt.type = ptrace and evt.dir = >'))).toMatchObject([
      ['warning', 'RULE_INVALID', 'R', 'file0.yaml:3:46', expect.stringContaining('is read as "<"')],
    ]);
    expect(load(rule('evt.type = ptrace and evt.dir=>')).rules[0]?.kinds).toEqual([30]);
    const named = load(rule(OPEN).replace('output: o', 'output: by %evt.buffer'));
    expect(named.rules).toHaveLength(1);
    expect(named.problems).toMatchObject([
      { severity: 'warning', line: 4, column: 14, message: expect.stringContaining('always reads <NA>') },
    ]);
  });

  it('take an empty file, and one with nothing but comments', () => {
    expect(load('', '# nothing\n')).toEqual({ rules: [], problems: [], outcomes: [] });
  });
});

describe('macros and lists', () => {
  const macro = (name: string, condition: string) => `- macro: ${name}\n  condition: ${condition}\n`;
  const list = (name: string, ...items: string[]) => `- list: ${name}\n  items: [${items.join(', ')}]\n`;

  it('are resolved wherever they are defined, the last definition counting', () => {
    const text =
      rule('m and proc.name in (shells)') +
      macro('m', 'evt.num = 1') +
      list('shells', 'sh') +
      macro('m', OPEN) +
      list('shells', 'bash');
    expect(load(text).problems).toEqual([]);
    expect(load(text).rules[0]?.kinds).toEqual([10]);
    expect(JSON.stringify(load(text).rules[0]?.condition)).toContain('"values":["bash"]');
  });

  it('lists may hold lists, and quoted names are texts', () => {
    const text = list('a', 'x', "'b'", `'"b"'`) + list('b', 'y', '22') + rule('proc.name in (a, z, "a")');
    expect(JSON.stringify(load(text).rules[0]?.condition)).toContain('"values":["x","y","22","b","z","a"]');
  });

  it('quotes within the quotes of YAML belong to the language', () => {
    const items = [`'"(systemd)"'`, `'"sh -c \\"x\\" 2>&1"'`, `'a "b" c'`, `'"'`, '"\'d e\'"', "'/a b'"];
    const values = load(list('l', ...items) + rule('proc.name in (l)')).rules[0]?.condition;
    expect(values).toMatchObject({
      values: { values: ['(systemd)', 'sh -c "x" 2>&1', 'a "b" c', '"', 'd e', '/a b'] },
    });
  });

  it('tell an error in a macro by its own place and by every rule that uses it', () => {
    const text = macro('broken', 'fd.nme = 1') + rule('broken') + rule('not broken').replace('R', 'S');
    expect(problems(text).map(([, code, name, at, message]) => [code, name, at, message])).toEqual([
      [
        'RULE_FIELD_UNKNOWN',
        'R',
        'file0.yaml:2:14',
        expect.stringContaining('in macro broken: there is no field fd.nme'),
      ],
      ['RULE_FIELD_UNKNOWN', 'S', 'file0.yaml:2:14', expect.stringContaining('in macro broken')],
    ]);
  });

  it('refuse circles', () => {
    expect(problems(macro('a', 'b') + macro('b', 'not a') + rule('a'))[0]?.[4]).toContain('a -> b -> a');
    expect(problems(list('a', 'b') + list('b', 'a') + rule('proc.name in (a)'))[0]?.[4]).toContain('contains itself');
  });

  it('refuse conditions that grow without measure', () => {
    const doubling = Array.from({ length: 30 }, (_, i) => macro(`m${i + 1}`, `m${i} or m${i}`)).join('');
    expect(problems(macro('m0', 'evt.num = 1') + doubling + rule('m30'))[0]?.[4]).toContain('more than 10000 tests');
    const lists = Array.from({ length: 30 }, (_, i) => list(`l${i + 1}`, `l${i}`, `l${i}`)).join('');
    expect(problems(list('l0', 'x') + lists + rule('proc.name in (l30)'))[0]?.[4]).toContain('more than 100000 items');
    expect(problems(list('l0', 'x') + lists + rule('proc.name = oneof (l7)'))[0]?.[4]).toContain('100 values at most');
    expect(problems(list('l0', 'x') + lists + rule('proc.name = anyof (l14)'))[0]?.[4]).toContain('than 10000 tests');
    const chain = Array.from({ length: 200 }, (_, i) => macro(`c${i + 1}`, `c${i}`)).join('');
    expect(problems(macro('c0', 'evt.num = 1') + chain + rule('c200'))[0]?.[4]).toContain('nested 100 deep');
  });

  it('are appended to and overridden', () => {
    const base = list('names', 'sh') + macro('m', 'proc.name in (names)') + rule(`${OPEN} and m`, '  tags: [a]\n');
    const text = (more: string) => JSON.stringify(load(base, more).rules[0]?.condition);
    expect(text('- list: names\n  append: true\n  items: [bash]\n')).toContain('["sh","bash"]');
    expect(text('- list: names\n  override: {items: append}\n  items: [bash]\n')).toContain('["sh","bash"]');
    expect(text('- macro: m\n  append: true\n  condition: or proc.name = zsh\n')).toContain('zsh');
    expect(text('- rule: R\n  append: true\n  condition: and proc.pid = 7\n')).toContain('[7]');
    const changed = load(
      base,
      '- rule: R\n  override: {priority: replace, tags: append}\n  priority: Error\n  tags: [b]\n',
    ).rules[0];
    expect(changed).toMatchObject({ priority: 'Error', tags: ['a', 'b'], kinds: [10] });
    expect(load(base, '- rule: R\n  enabled: false\n').rules).toMatchObject([{ enabled: false, kinds: [10] }]);
  });

  it('place an error in an appended part where it stands', () => {
    expect(problems(rule(OPEN), '- rule: R\n  append: true\n  condition: and fd.nme = 7\n')[0]?.[3]).toBe(
      'file1.yaml:3:18',
    );
  });

  it('keep what an earlier file defined when a change to it is wrong', () => {
    const { rules, problems: found } = load(
      rule(OPEN),
      '- rule: R\n  override: {priority: replace}\n  condition: evt.num = 1\n',
    );
    expect(found).toMatchObject([{ severity: 'error', rule: 'R', file: 'file1.yaml' }]);
    expect(rules[0]?.kinds).toEqual([10]);
  });
});

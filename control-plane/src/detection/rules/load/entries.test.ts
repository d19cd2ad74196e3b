import { describe, expect, it } from 'vitest';
import { loadRules } from './load-rules.ts';

const load = (...texts: string[]) => loadRules(texts.map((text, i) => ({ name: `file${i}.yaml`, text })));
const rule = (name: string, more = '') =>
  `- rule: ${name}\n  desc: d\n  condition: evt.type = openat\n  output: o\n  priority: Notice\n${more}`;
const told = (...texts: string[]) =>
  load(...texts).problems.map((p) => [p.severity, `${p.line}:${p.column}`, p.message]);
const condition = (...texts: string[]) => JSON.stringify(load(...texts).rules[0]?.condition);

describe('what becomes of a rule', () => {
  it('is told for each, with the reasons', () => {
    const { outcomes, rules } = load(
      rule('Good') +
        rule('Off', '  enabled: false\n') +
        rule('Audit', '  source: k8s_audit\n') +
        rule('Other', '  source: syscall\n') +
        rule('Bad').replace('evt.type', 'evt.tpe') +
        rule('New', '  skip-if-unknown-filter: true\n').replace('evt.type', 'evt.tpe') +
        rule('Wrong', '  skip-if-unknown-filter: true\n').replace('= openat', '='),
      '- rule: Torn\n  condition: [a]\n',
      '- rule: Good\n  override: {priority: append}\n  priority: Debug\n',
    );
    expect(rules.map(({ name, enabled }) => [name, enabled])).toEqual([
      ['Good', true],
      ['Off', false],
      ['Other', true],
    ]);
    expect(outcomes.map(({ rule: name, outcome, file, line }) => [name, outcome, file, line])).toEqual([
      ['Good', 'loaded', 'file0.yaml', 1],
      ['Off', 'disabled', 'file0.yaml', 6],
      ['Audit', 'skipped', 'file0.yaml', 12],
      ['Other', 'loaded', 'file0.yaml', 18],
      ['Bad', 'refused', 'file0.yaml', 24],
      ['New', 'skipped', 'file0.yaml', 29],
      ['Wrong', 'refused', 'file0.yaml', 35],
      ['Torn', 'refused', 'file1.yaml', 2],
    ]);
    expect(outcomes.map(({ reasons }) => reasons.join())).toEqual([
      expect.stringContaining('nothing can be added to "priority"'),
      '',
      expect.stringContaining('"k8s_audit" are not collected'),
      '',
      expect.stringContaining('there is no field evt.tpe'),
      expect.stringContaining('there is no field evt.tpe'),
      expect.stringContaining('expected a value'),
      expect.stringContaining('condition must be a text'),
    ]);
  });

  it('a rule that is skipped is warned of, one that is refused an error', () => {
    const skip = '  skip-if-unknown-filter: true\n';
    expect(told(rule('A', skip).replace('evt.type', 'no.such'))).toMatchObject([
      ['warning', '3:14', expect.anything()],
    ]);
    expect(told(rule('A').replace('evt.type', 'no.such'))).toMatchObject([['error', '3:14', expect.anything()]]);
    const switched = '- rule: A\n  skip-if-unknown-filter: true\n  override: {skip-if-unknown-filter: replace}\n';
    expect(load(rule('A').replace('evt.type', 'no.such'), switched).outcomes).toMatchObject([{ outcome: 'skipped' }]);
  });
});

describe('overrides', () => {
  const full = rule('R', '  tags: [a]\n  references: [x]\n');
  const over = (keys: string, override: string) => load(full, `- rule: R\n${keys}  override: {${override}}\n`).rules[0];

  it.each([
    ['  output: more\n', 'output: append', { outputText: 'o more' }],
    ['  output: other\n', 'output: replace', { outputText: 'other' }],
    ['  desc: more\n', 'desc: append', { description: 'd more' }],
    ['  desc: e\n', 'desc: replace', { description: 'e' }],
    ['  tags: [a, b]\n', 'tags: append', { tags: ['a', 'b'] }],
    ['  tags: [b]\n', 'tags: replace', { tags: ['b'] }],
    ['  priority: ERROR\n', 'priority: replace', { priority: 'Error' }],
    ['  enabled: false\n', 'enabled: replace', { enabled: false }],
    ['  condition: evt.type = connect\n', 'condition: replace', { kinds: [20, 26] }],
    ['  condition: or evt.type = connect\n', 'condition: append', { kinds: [10, 20, 26] }],
    ['  references: [y]\n', 'references: append', { metadata: { references: ['x', 'y'] } }],
    ['  maturity: stable\n', 'maturity: replace', { metadata: { maturity: 'stable' } }],
    ['  desc: e\n  tags: [b]\n', 'desc: append, tags: replace', { description: 'd e', tags: ['b'] }],
  ])('%j with %s', (keys, override, wanted) => {
    expect(over(keys, override)).toMatchObject(wanted);
  });

  it.each([
    ['  priority: Debug\n', 'priority: append', 'nothing can be added to "priority"'],
    ['  priority: Debug\n', 'priority: both', 'override must say "priority: append" or "priority: replace"'],
    ['  priority: Debug\n', 'desc: replace', 'override speaks of "desc", which the entry does not have'],
    ['  priority: Debug\n  desc: e\n', 'desc: replace', 'override must say "priority: append"'],
    ['  colour: red\n', 'colour: replace', '"colour" of a rule can not be overridden'],
    ['  priority: Debug\n  append: true\n', 'priority: replace', 'do not go together'],
  ])('%j with %s is refused and changes nothing', (keys, override, message) => {
    const { rules, problems } = load(full, `- rule: R\n${keys}  override: {${override}}\n`);
    expect(problems.filter(({ severity }) => severity === 'error')).toMatchObject([
      { rule: 'R', file: 'file1.yaml', message: expect.stringContaining(message) },
    ]);
    expect(rules).toMatchObject([{ priority: 'Notice', description: 'd' }]);
  });

  it('a rule can be made one of another source', () => {
    const text = '- rule: R\n  source: k8s_audit\n  override: {source: replace}\n';
    expect(load(full, text).outcomes).toMatchObject([{ outcome: 'skipped' }]);
  });

  it('append: true adds to what can be added to and replaces the rest', () => {
    const text = '- rule: R\n  append: true\n  condition: and evt.num = 1\n  priority: Debug\n  tags: [b]\n';
    expect(load(full, text).rules).toMatchObject([{ priority: 'Debug', tags: ['a', 'b'] }]);
    expect(condition(full, text)).toContain('evt.num');
  });

  it('exceptions are replaced by those of a new name', () => {
    const base = rule('R', '  exceptions:\n  - {name: e, fields: proc.name, values: [sh]}\n');
    const text = '  exceptions:\n  - {name: f, fields: proc.name, values: [zsh]}\n';
    const changed = (mode: string) => condition(base, `- rule: R\n${text}  override: {exceptions: ${mode}}\n`);
    expect(changed('replace')).toContain('"zsh"');
    expect(changed('replace')).not.toContain('"sh"');
    expect(changed('append')).toMatch(/"sh".*"zsh"/);
  });

  it.each([
    ['{name: f, values: [[x]]}', 'exception f has no fields'],
    ['{name: e, values: [[x, y]]}', 'has 1 fields but 2 values here'],
    ['{name: e, fields: fd.name, values: [x]}', 'other fields or comps'],
    ['{name: e, fields: proc.name, comps: startswith, values: [x]}', 'other fields or comps'],
  ])('the exception %s is refused, and the rule stays', (exception, message) => {
    const base = rule('R', '  exceptions:\n  - {name: e, fields: proc.name, values: [sh]}\n');
    const { rules, problems } = load(base, `- rule: R\n  append: true\n  exceptions:\n  - ${exception}\n`);
    expect(problems).toMatchObject([{ severity: 'error', file: 'file1.yaml', line: 4 }]);
    expect(problems[0]?.message).toContain(message);
    expect(rules).toHaveLength(1);
  });

  it.each([
    ['{name: e, fields: [fd.name, proc.name], comps: [startswith, =], values: [["", sh]]}', 1],
    ['{name: e, fields: fd.name, comps: pmatch, values: [/tmp, ""]}', 1],
    ['{name: e, fields: fd.name, comps: startswith anyof, values: [/a, ""]}', 1],
    ['{name: e, fields: fd.name, comps: startswith, values: [/a]}', 0],
    ['{name: e, fields: [proc.name], values: [[""]]}', 0],
  ])('the exception %s is loaded with a warning when an empty text makes it hold for everything', (text, warned) => {
    const { rules, problems } = load(rule('R', `  exceptions:\n  - ${text}\n`));
    expect(rules).toHaveLength(1);
    expect(problems.filter(({ message }) => message.includes('holds for every fd.name'))).toHaveLength(warned);
    expect(problems.every(({ severity }) => severity === 'warning')).toBe(true);
  });

  it('exceptions take transformers, lists in one text, and quotes within quotes', () => {
    const values = (exception: string) => condition(rule('R', `  exceptions:\n  - ${exception}\n`));
    expect(values('{name: e, fields: [tolower(proc.name)], values: [[sh]]}')).toContain('"name":"tolower"');
    expect(values('{name: e, fields: [fd.name], comps: [in], values: [["(/a, /b)"]]}')).toContain('["/a","/b"]');
    expect(values(`{name: e, fields: [fd.name], comps: [in], values: [[['"(a)"', /b]]]}`)).toContain('["(a)","/b"]');
    expect(values('{name: e, fields: fd.name, comps: in, values: [/a, [/b, /c]]}')).toContain('["/a","/b","/c"]');
    expect(values('{name: e, fields: fd.name, comps: startswith anyof, values: [/a, /b]}')).toContain('startswith');
    expect(values('{name: e, fields: fd.name, comps: [contains allof], values: [a, b]}')).toMatch(/"and".*"a".*"b"/);
    expect(values('{name: e, fields: fd.name, comps: [regex], values: ["/a.*"]}')).toContain('"source":"/a.*"');
  });
});

describe('what a file says of itself', () => {
  it.each([
    ['7', 0],
    ['0.31.0', 0],
    ['"0.62.0"', 0],
    ['0.63.0', 1],
    ['1.0.0', 1],
    ['99', 1],
  ])('engine version %s', (version, warnings) => {
    const { rules, problems } = load(`- required_engine_version: ${version}\n${rule('R')}`);
    expect(problems).toHaveLength(warnings);
    for (const problem of problems) expect(problem).toMatchObject({ severity: 'warning', line: 1, column: 28 });
    expect(rules).toHaveLength(1);
  });

  it.each([
    ['\n  - {name: container, version: 0.2.2}', []],
    [' {name: k8saudit, version: 0.7.0}', ['k8saudit:']],
    ['\n  - name: json\n    version: 0.7.0\n    alternatives: [{name: jq, version: 1.0.0}]', ['json or jq:']],
    ['\n  - {name: a, version: 1.0.0}\n  - {name: b, version: 1.0.0}', ['plugin a:', 'plugin b:']],
    ['', []],
  ])('plugins%s', (plugins, warnings) => {
    const found = told(`- required_plugin_versions:${plugins}\n${rule('R')}`);
    expect(found.map(([severity]) => severity)).toEqual(warnings.map(() => 'warning'));
    for (const [i, text] of warnings.entries()) expect(found[i]?.[2]).toContain(text);
  });

  it('matching: first holds for the rules of its file', () => {
    const { rules } = load(`- matching: first\n${rule('A')}${rule('B')}`, `- matching: all\n${rule('C')}`, rule('D'));
    expect(rules.map(({ firstMatchOf }) => firstMatchOf)).toEqual(['file0.yaml', 'file0.yaml', undefined, undefined]);
    expect(told(`${rule('A')}- matching: first\n`)[0]?.[2]).toContain('before the first rule');
    const window = rule('W', '  window: {count: true, over: 10s, at_least: 3}\n');
    expect(load(`- matching: first\n${rule('A')}${window}`).rules[1]?.firstMatchOf).toBe(undefined);
  });
});

describe('what a rule says of itself', () => {
  it('is read', () => {
    const more =
      '  maturity: incubating\n  references: [https://a.example/x]\n  expected_noise: >\n    much\n  how_to_tune: by image\n';
    expect(load(rule('R', more)).rules[0]?.metadata).toEqual({
      maturity: 'incubating',
      references: ['https://a.example/x'],
      noise: 'much',
      tuning: 'by image',
    });
    expect(load(rule('R', '  tags: [host, maturity_stable]\n')).rules[0]?.metadata.maturity).toBe('stable');
    expect(told(rule('R', '  references: {a: b}\n'))[0]).toEqual(['error', '6:15', expect.stringContaining('a list')]);
  });

  it('does not change its version, but its matching does', () => {
    const version = (text: string) => load(text).rules[0]?.version;
    expect(version(rule('R', '  maturity: stable\n'))).toBe(version(rule('R')));
    expect(version(`- matching: first\n${rule('R')}`)).not.toBe(version(rule('R')));
  });
});

describe('leniency', () => {
  it('warn_evttypes: false silences what is said of event types', () => {
    const text = (more: string) => rule('R', more).replace('openat', 'sendfile');
    expect(told(text(''))).toHaveLength(2);
    expect(told(text('  warn_evttypes: false\n'))).toEqual([]);
  });

  it('keys of Falco that mean nothing here are taken', () => {
    expect(told(rule('R', '  capture: true\n  capture_duration: 5\n  tags:\n  exceptions:\n'))).toEqual([]);
  });

  it('a file may hold several documents and empty entries', () => {
    expect(load(`${rule('A')}---\n${rule('B')}- \n`).rules.map(({ name }) => name)).toEqual(['A', 'B']);
  });

  it('a key that stands twice spoils its entry only', () => {
    const { rules, problems } = load(rule('A') + rule('B', '  priority: Debug\n') + rule('C'));
    expect(rules.map(({ name }) => name)).toEqual(['A', 'C']);
    expect(problems).toMatchObject([{ rule: 'B', line: 11, column: 3, message: expect.stringContaining('unique') }]);
  });

  it('%container.info and transformers stand in outputs', () => {
    const output = load(
      rule('R').replace('output: o', 'output: "a %container.info, %toupper(basename(proc.exepath))) %evt.arg[flags]."'),
    );
    expect(output.problems).toEqual([]);
    expect(output.rules[0]?.output).toMatchObject([
      'a ',
      'container_id=',
      { name: 'container.id' },
      ' container_name=',
      { name: 'container.name' },
      ', ',
      { name: 'proc.exepath', transformers: [{ name: 'basename' }, { name: 'toupper' }] },
      ') ',
      { name: 'evt.arg.flags', argument: undefined },
      '.',
    ]);
  });
});

describe('exceptions that do not fit', () => {
  const excepted = (exceptions: string) => rule('R', `  exceptions:\n${exceptions}`);
  it.each([
    ['   - {name: e, fields: [proc.name, fd.name], comps: [=], values: []}\n', 'has 2 fields but 1 comps'],
    ['   - {name: e, fields: [proc.name, fd.name], values: [[a]]}\n', 'has 2 fields but 1 values here'],
    ['   - {name: e, fields: [proc.nme]}\n', 'there is no field proc.nme'],
    ['   - {name: e, fields: [proc.name, fd.name], values: [a, b]}\n', 'each value of exception e is a list'],
    ['   - {name: e, fields: [proc.name], comps: [like], values: [[a]]}\n', '"like" is not a comparison'],
    ['   - {fields: [proc.name]}\n', 'has no name'],
    ['   - {name: e, fields: [proc.name], values: [[[a, b]]]}\n', 'takes one value'],
  ])('refuse %j', (text, message) => {
    expect(told(excepted(text))[0]?.[2]).toContain(message);
    expect(load(excepted(text)).rules).toEqual([]);
  });
});

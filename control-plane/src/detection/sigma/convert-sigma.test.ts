import { describe, expect, it } from 'vitest';
import { loadRules } from '../rules/load/load-rules.ts';
import { convertSigma } from './convert-sigma.ts';

const sigma = (detection: string, category = 'process_creation', more = '') =>
  `title: Odd work\nlogsource: {product: linux, category: ${category}}\n${more}detection:\n${detection}\n`;
const convert = (...texts: string[]) => convertSigma(texts.map((text, i) => ({ name: `${i}.yml`, text })));

/** The condition of the one rule, without what the log source adds. */
function conditionOf(detection: string, category?: string): string {
  const { text, outcomes } = convert(sigma(detection, category));
  expect(outcomes.map(({ reason }) => reason)).toEqual([undefined]);
  const { rules, problems } = loadRules([{ name: 'out.yaml', text }]);
  expect(problems).toEqual([]);
  const [, rest = ''] =
    /^(?:evt\.[^)]*\) and fd\.sockfamily = ip|evt\.type in \([^)]*\)|.* fd\.typechar = f) and (.*)$/s.exec(
      rules[0]?.conditionText ?? '',
    ) ?? [];
  return rest;
}
const one = (test: string, category?: string) => conditionOf(`  s:\n    ${test}\n  condition: s`, category);
const reasonOf = (detection: string, category?: string) => {
  const { text, outcomes } = convert(sigma(detection, category));
  expect(text).toBe('');
  return `${outcomes[0]?.line}:${outcomes[0]?.column} ${outcomes[0]?.reason}`;
};

describe('values', () => {
  it.each([
    ['Image: /opt/Tool', 'tolower(proc.exepath) = "/opt/tool"'],
    ['Image: [/a, /b]', 'tolower(proc.exepath) in ("/a", "/b")'],
    ['Image|cased: /opt/Tool', 'proc.exepath = "/opt/Tool"'],
    ['Image|endswith: [/sh, /bash]', 'tolower(proc.exepath) endswith anyof ("/sh", "/bash")'],
    ['CommandLine|contains: Curl', 'proc.cmdline icontains "curl"'],
    ['CommandLine|contains|all: [a, b]', 'proc.cmdline icontains allof ("a", "b")'],
    ['CommandLine|contains|cased: Curl', 'proc.cmdline contains "Curl"'],
    ["CommandLine: 'nc *'", 'tolower(proc.cmdline) startswith "nc "'],
    ["CommandLine: '*evil*'", 'proc.cmdline icontains "evil"'],
    ["CommandLine: '*'", 'proc.cmdline exists'],
    ["CommandLine: 'a?c*d'", 'proc.cmdline iglob "a?c*d"'],
    ["CommandLine: 'a[1]?'", String.raw`proc.cmdline iglob "a\\[1\\]?"`],
    [String.raw`CommandLine: 'a\*b'`, 'tolower(proc.cmdline) = "a*b"'],
    [String.raw`CommandLine: 'a\\*'`, String.raw`tolower(proc.cmdline) startswith "a\\"`],
    [String.raw`CommandLine: 'c:\windows'`, String.raw`tolower(proc.cmdline) = "c:\\windows"`],
    ["CommandLine: ''", 'tolower(proc.cmdline) = ""'],
    ['CommandLine: null', 'not proc.cmdline exists'],
    ["CommandLine: [null, '']", '(not proc.cmdline exists or tolower(proc.cmdline) = "")'],
    ['CommandLine: say "hi"', String.raw`tolower(proc.cmdline) = "say \"hi\""`],
    ['CommandLine: "a\\tb"', String.raw`tolower(proc.cmdline) = "a\x09b"`],
    ['CommandLine|exists: true', 'proc.cmdline exists'],
    ['CommandLine|exists: no', 'not proc.cmdline exists', 'exists takes true'],
    [String.raw`CommandLine|re: '\s-[FT]\s'`, String.raw`proc.cmdline regex "(?s:.*)(?:\\s-[FT]\\s)(?s:.*)"`],
    ["CommandLine|re|i: 'a+'", 'proc.cmdline regex "(?s:.*)(?i:a+)(?s:.*)"'],
    ["CommandLine|contains|windash: ' -r '", 'proc.cmdline icontains anyof (" -r ", " /r ", " –r ", " —r ", " ―r ")'],
    ['Image|fieldref: ParentImage', 'tolower(proc.exepath) = tolower(proc.pexepath)'],
    ['CurrentDirectory: /tmp', 'tolower(proc.cwd) = "/tmp/"'],
    ['CurrentDirectory|startswith: /tmp', 'tolower(proc.cwd) startswith "/tmp"'],
    ["LogonId: '0'", 'user.loginuid = 0'],
    ['LogonId|gte: 1000', 'user.loginuid >= 1000'],
    ['user: root', 'tolower(user.name) = "root"'],
  ])('%s', (test, expected, refused?: string) => {
    if (refused) expect(reasonOf(`  s:\n    ${test}\n  condition: s`)).toContain(refused);
    else expect(one(test)).toBe(expected);
  });

  it('of connections', () => {
    const of = (test: string) => one(test, 'network_connection');
    expect(of('DestinationPort: [4444, 888]')).toBe('fd.sport in (4444, 888)');
    expect(of('DestinationIp|cidr: 10.0.0.0/8')).toBe('fd.sip = "10.0.0.0/8"');
    expect(of("DestinationIp|startswith: ['10.', '192.168.']")).toBe('fd.sip in ("10.0.0.0/8", "192.168.0.0/16")');
    expect(of("DestinationIp: '172.16.*'")).toBe('fd.sip = "172.16.0.0/16"');
    expect(of('DestinationHostname|endswith: .Evil.test')).toBe('tolower(fd.sip.name) endswith ".evil.test"');
    expect(of("Initiated: 'false'")).toBe('evt.type in (accept, accept4)');
  });
});

describe('conditions', () => {
  const parts = '  a:\n    User: x\n  b1:\n    User: y\n  b2:\n    User: z\n  _no:\n    User: n\n';
  const [a, b1, b2] = ['x', 'y', 'z'].map((user) => `tolower(user.name) = "${user}"`);
  it.each([
    ['a and not b1', `${a} and not ${b1}`],
    ['a or b1 and b2', `(${a} or ${b1} and ${b2})`],
    ['(a or b1) and b2', `(${a} or ${b1}) and ${b2}`],
    ['not (a or b1)', `not (${a} or ${b1})`],
    ['a AND NOT 1 of b*', `${a} and not (${b1} or ${b2})`],
    ['all of b*', `${b1} and ${b2}`],
    ['any of them', `(${a} or ${b1} or ${b2})`],
    ['[a, b1]', `(${a} or ${b1})`],
  ])('%s', (condition, expected) => {
    expect(conditionOf(`${parts}  condition: ${condition}`)).toBe(expected);
  });

  it('reads lists of maps, and looks for keywords in the whole event', () => {
    const maps = '  s:\n    - Image: /a\n      User: x\n    - User: y\n  condition: s';
    expect(conditionOf(maps)).toBe(`(tolower(proc.exepath) = "/a" and ${a} or ${b1})`);
    const words = conditionOf('  s:\n    - Evil\n  condition: s', 'file_event');
    expect(words).toBe('(fd.name icontains "evil" or proc.exepath icontains "evil")');
    expect(conditionOf("  s:\n    '|all': [a, b]\n  condition: s", 'file_event')).toBe(
      '(fd.name icontains "a" or proc.exepath icontains "a") and (fd.name icontains "b" or proc.exepath icontains "b")',
    );
  });
});

describe('what can not be said', () => {
  it.each([
    ['  s:\n    Hashes: x\n  condition: s', '5:5 there is nothing that answers the field Hashes'],
    ['  s:\n    Image|base64offset|contains: x\n  condition: s', '5:5 the modifier "base64offset"'],
    ['  s:\n    Image|re|contains: x\n  condition: s', '5:5 re and contains can not stand together'],
    ["  s:\n    Image|re: '(?=x)'\n  condition: s", '4:3 this is no RE2 pattern'],
    ['  s:\n    LogonId|contains: 1\n  condition: s', '5:23 contains does not fit the number'],
    ['  s:\n    LogonId: root\n  condition: s', '5:14 "root" is no number'],
    ['  s:\n    Image: x\n    Image: y\n  condition: s', '6:5 Map keys must be unique'],
    ['  s: &x\n    Image: x\n  t: *x\n  condition: t', '6:6 YAML aliases'],
    ['  s:\n    Image: []\n  condition: s', '5:5 Image has no values'],
    ['  s:\n    Image: {a: b}\n  condition: s', '5:12 a value must be a text'],
    ['  s: {}\n  condition: s', '4:6 a search identifier is empty'],
    ['  s:\n    Image: x\n  condition: t', '6:14 there is no search identifier "t"'],
    ['  s:\n    Image: x\n  condition: 1 of t*', '6:14 no search identifier is called "t*"'],
    ['  s:\n    Image: x\n  condition: 2 of s*', '6:14 "2 of" can not be said'],
    ['  s:\n    Image: x\n  condition: s | count() > 5', '6:14 what stands behind "|"'],
    ['  s:\n    Image: x\n  condition: s s', '6:14 expected "and", "or" or the end, found "s"'],
    ['  s:\n    Image: x\n  condition: (s', '6:14 expected ")", found "the end"'],
    ['  s:\n    Image: x\n  timeframe: 5m\n  condition: s', '6:14 a timeframe counts'],
    ['  s:\n    Image: x', '4:3 the detection has no condition'],
  ])('%s', (detection, expected) => {
    expect(reasonOf(detection)).toContain(expected);
  });

  it('is not led astray by brackets', () => {
    const deep = `  s:\n    Image: x\n  condition: ${'('.repeat(10_000)}s`;
    expect(reasonOf(deep)).toBe('6:14 conditions may be nested 50 deep at most');
  });

  it('refuses other log sources and documents that are no rules, and converts the rest', () => {
    const good = sigma('  s:\n    Image: x\n  condition: s');
    const { text, outcomes } = convert(
      `${good}---\ncorrelation: {type: event_count}\n---\naction: global\n`,
      'title: [\n',
      'just text',
      '',
      'title: W\nlogsource: {product: windows, category: process_creation}\n',
      'title: A\nlogsource: {product: linux, service: auditd}\n',
      good,
    );
    expect(outcomes.map(({ rule, reason }) => rule ?? reason)).toEqual([
      'Odd work',
      expect.stringContaining('correlations'),
      expect.stringContaining('collections'),
      expect.any(String),
      'a Sigma rule is a map',
      'the file is empty',
      expect.stringContaining('windows/process_creation is not collected'),
      expect.stringContaining('linux/auditd is not collected'),
      'Odd work (2)',
    ]);
    for (const { line, column } of outcomes) expect(line > 0 && column > 0).toBe(true);
    expect(loadRules([{ name: 'x', text }]).rules.map(({ name }) => name)).toEqual(['Odd work', 'Odd work (2)']);
  });
});

it('keeps what the rule says of itself', () => {
  const more = `id: 11111111-2222-3333-4444-555555555555
author: "A. Body\\n- rule: Smuggled"
status: experimental
description: |
  Two
  lines.
level: high
references: ["https://example.test/%proc.name"]
falsepositives: [Unknown, Backups]
tags: [attack.t1059.004, attack.defense-evasion, cve.2026-1]
`;
  const { text } = convert(
    sigma('  s:\n    Image: x\n  condition: s', 'file_event', more).replace('Odd work', `'100%proc.name off: "#1"'`),
  );
  expect(text).toMatch(/^# Sigma rule 1{8}-.* by A\. Body - rule: Smuggled\n- rule: /);
  const { rules, problems } = loadRules([{ name: 'x', text }]);
  expect(problems).toEqual([]);
  expect(rules).toHaveLength(1);
  expect(rules[0]).toMatchObject({
    name: '100%proc.name off: "#1"',
    description: 'Two lines.',
    priority: 'Error',
    tags: ['sigma', 'T1059.004', 'mitre_defense_evasion', 'cve.2026-1'],
    mitre: ['T1059.004'],
    metadata: { maturity: 'sandbox', references: ['https://example.test/%proc.name'], noise: 'Backups' },
  });
  expect(rules[0]?.outputText).toMatch(/^100% proc\.name off: "#1" \(file=%fd\.name command=/);
});

import { readRuleFiles, SHIPPED_RULES } from '@picket/control-plane/rules';

/** Lists and macros that the generated conditions name; some of them are wrong on purpose. */
export const DEFINITIONS = {
  name: 'definitions.yaml',
  text: `
- list: shells
  items: [sh, bash, "'zsh'"]
- list: paths
  items: [/etc, /usr/lib, /home/*/.ssh]
- list: ports
  items: [22, 80, 443]
- list: nets
  items: ["10.0.0.0/8", "fd00::/8"]
- list: empty
  items: []
- list: outer
  items: [shells, dash, empty]
- macro: spawned
  condition: (evt.type in (execve, execveat))
- macro: opened
  condition: >
    (evt.type in (open, openat, openat2)
    and fd.typechar = f)
- macro: outside
  condition: (evt.type = connect and not fd.sip in (nets))
- macro: nested
  condition: spawned or (opened and not outside)
- macro: wrong
  condition: proc.name = = x
- macro: circle
  condition: not other_circle
- macro: other_circle
  condition: opened and circle
`,
};

/** Entries that use what the shipped rules use seldom. */
const SNIPPETS = [
  `- rule: Window\n  condition: evt.type = connect\n  window: {count_distinct: fd.sport, by: [container, fd.sip], over: 10s, at_least: 20}\n  output: "%window.count %window.keys"\n  priority: Warning\n`,
  `- rule: Sum\n  condition: evt.type = close\n  window: {sum: evt.rawres, over: 1h, at_least: 1_000_000}\n  cooldown: 10m\n  priority: Info\n`,
  `- rule: Steps\n  sequence:\n    by: process\n    within: 10s\n    steps:\n      - condition: evt.type = openat and evt.is_open_write = true\n      - condition: evt.type = execve\n  priority: Error\n  group_by: [container, proc.name]\n`,
  `- rule: Excepted\n  condition: evt.type = execve\n  exceptions:\n    - name: a\n      fields: [proc.exepath, proc.pname]\n      comps: [startswith, in]\n      values:\n        - [/usr/bin, [cron, "(systemd)"]]\n        - [/bin, "(a, b)"]\n    - {name: b, fields: tolower(proc.name), values: [x, y]}\n  output: "%toupper(proc.name) %proc.aname[2] %evt.arg.flags %container.info 100%"\n  priority: Notice\n  tags: [T1059, maturity_stable]\n`,
  `- rule: Window\n  append: true\n  condition: and proc.name = x\n- rule: Excepted\n  override: {condition: append, tags: replace}\n  condition: and fd.name exists\n  tags: []\n`,
  `- required_engine_version: 0.31.0\n- required_plugin_versions:\n    - name: container\n      version: 0.2.2\n- matching: first\n`,
  `- list: a\n  items: &x [1, 2]\n- list: b\n  items: *x\n- list: a\n  append: true\n  items: [b, "'b'"]\n`,
  `- macro: m\n  condition: "evt.type = \\x65xecve and \\"x\\" = proc.name"\n- macro: m\n  append: true\n  condition: |+\n    or fd.name = "a\n    b"\n`,
  `---\n# a comment\n- rule: "Quoted \\u00e4 \\0"\n  condition: 'evt.type = execve and proc.name = ''x'''\n  priority: debug\n  baseline: required\n...\n---\n- rule: Quoted\n  enabled: false\n`,
  `- {rule: Flow, condition: "evt.type in (connect, [accept])", priority: !!str Warning, ? complex : key}\n`,
];

export interface Corpus {
  /** Single entries of rule files. */
  readonly entries: readonly string[];
  /** Conditions of the shipped rules. */
  readonly conditions: readonly string[];
  /** Whole shipped files. */
  readonly files: readonly string[];
}

export function readCorpus(): Corpus {
  const files = readRuleFiles([SHIPPED_RULES]).map(({ text }) => text);
  const shipped = files.flatMap((text) => text.split(/\n(?=- )/).filter((entry) => entry.startsWith('- ')));
  const conditions = shipped.flatMap(
    (entry) => /\n {2}condition: >?\s*([\s\S]*?)(?=\n {2}\S|$)/.exec(entry)?.[1] ?? [],
  );
  return { files, entries: [...SNIPPETS, ...SNIPPETS, ...shipped], conditions };
}

import { stringify, type YAMLMap } from 'yaml';
import type { SigmaDocument } from './sigma-document.ts';
import type { LogSource } from './sigma-fields.ts';

/** What a converted rule needs besides what it looks for. */
export interface RuleHead {
  readonly document: SigmaDocument;
  readonly root: YAMLMap;
  readonly source: LogSource;
  /** Name of the rule; no other one has it. */
  readonly name: string;
  /** Lines that make up the condition. */
  readonly condition: readonly string[];
}

const PRIORITIES: Readonly<Record<string, string>> = {
  informational: 'Informational',
  low: 'Notice',
  medium: 'Warning',
  high: 'Error',
  critical: 'Critical',
};

const MATURITIES: Readonly<Record<string, string>> = {
  stable: 'stable',
  test: 'incubating',
  experimental: 'sandbox',
  deprecated: 'deprecated',
  unsupported: 'deprecated',
};

const SHOWN =
  'command=%proc.cmdline exe=%proc.exepath parent=%proc.pcmdline user=%user.name uid=%user.uid ' +
  'container=%container.id name=%container.name image=%container.image';

const WIDTH = 120;

/** The entry of a rule file, with a comment that says where it comes from. */
export function writeEntry(head: RuleHead): string {
  const { document, root, source, name, condition } = head;
  const text = (key: string) => oneLine(document.text(root, key) ?? '');
  const level = text('level').toLowerCase();
  const status = text('status').toLowerCase();
  const noise = document.texts(root, 'falsepositives').map(oneLine).filter(isTold);
  const references = document.texts(root, 'references').map(oneLine);
  // a percent sign and a name with a dot would be a field
  const title = name.replace(/%(?=[A-Za-z])/g, '% ');
  const before = { rule: name, desc: text('description') || name };
  const after = {
    output: `${title} (${source.shown}${SHOWN})`,
    priority: PRIORITIES[level] ?? 'Warning',
    tags: [...new Set(['sigma', ...document.texts(root, 'tags').flatMap(tagsOf)])],
    ...(MATURITIES[status] ? { maturity: MATURITIES[status] } : {}),
    ...(references.length > 0 ? { references } : {}),
    ...(noise.length > 0 ? { expected_noise: noise.join('; ') } : {}),
  };
  const folded = `condition: >-\n${condition.map((line) => `  ${line}\n`).join('')}`;
  return `${comment(text)}${item(yaml(before) + folded + yaml(after))}`;
}

const yaml = (value: object): string => stringify(value, { lineWidth: WIDTH });

/** A map in YAML as an item of a list. */
const item = (map: string): string => map.replace(/^(?=.)/gm, '  ').replace(/^ {2}/, '- ');

/** The name and author of a rule stay with it. */
function comment(text: (key: string) => string): string {
  const told = [
    text('id') && `Sigma rule ${text('id')}`,
    text('author') && `by ${text('author')}`,
    text('date') && `of ${text('date')}`,
    text('license') && `under ${text('license')}`,
  ];
  const line = told.filter((part) => part !== '').join(' ');
  return line === '' ? '' : `# ${line}\n`;
}

/** `attack.t1059.004` is T1059.004, `attack.initial-access` mitre_initial_access; other tags stay. */
function tagsOf(tag: string): string[] {
  const text = oneLine(tag);
  const [, of] = /^attack\.(.+)$/i.exec(text) ?? [];
  if (of === undefined) return text === '' ? [] : [text];
  return [/^t\d{4}(\.\d{3})?$/i.test(of) ? of.toUpperCase() : `mitre_${of.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`];
}

const isTold = (text: string): boolean => !/^(unknown|none|unlikely|n\/a)?\.?$/i.test(text);

/** Text on one line, free of characters that a comment or an output could not bear. */
export const oneLine = (text: string): string => text.replace(/[\s\p{Cc}\u2028\u2029]+/gu, ' ').trim();

import type { Rule } from '@picket/control-plane/rules';
import { KINDS } from '@picket/sdk';
import type { Arguments, Io } from '../../command.ts';
import { plural } from '../../plural.ts';
import { readRules } from './read-rules.ts';
import { cut, WIDTH } from './wrap.ts';

/** The rules of files, or the shipped ones, a line each. */
export function listRules(args: Arguments, io: Io): number {
  const { load } = readRules(args.positionals, args.flags.shipped === true || args.positionals.length === 0);
  if (args.flags.json) io.out(JSON.stringify(load.rules.map(described), null, 2));
  else for (const rule of load.rules) for (const line of ruleLines(rule)) io.out(line);
  const refused = load.problems.filter(({ severity }) => severity === 'error').length;
  if (refused > 0) io.note(`${plural(refused, 'error')} of loading: picket rules validate tells them`);
  if (load.rules.length === 0) io.note('no rules');
  return 0;
}

const kindNames = (rule: Rule): string[] =>
  rule.kinds.map((id) => KINDS.find((kind) => kind.id === id)?.name ?? String(id));

const PRIORITY_WIDTH = 13;

/** Name and priority, and below it what the rule looks at and what it is about. */
function ruleLines(rule: Rule): [string, string] {
  const state = rule.enabled ? '' : ' (off)';
  const kinds = kindNames(rule);
  const looksAt = kinds.length > 4 ? `${kinds.slice(0, 3).join(' ')} and ${kinds.length - 3} more` : kinds.join(' ');
  const { maturity } = rule.metadata;
  const about = [looksAt, rule.mitre.join(' '), maturity ?? ''].filter((part) => part !== '').join(' · ');
  const indent = ' '.repeat(PRIORITY_WIDTH + 1);
  return [
    `${rule.priority.padEnd(PRIORITY_WIDTH)} ${cut(rule.name, WIDTH - indent.length - state.length)}${state}`,
    indent + cut(about, WIDTH - indent.length),
  ];
}

/** What programs want to know of a rule. */
function described(rule: Rule) {
  const { name, id, version, description, priority, enabled, tags, mitre, metadata, position } = rule;
  return { name, id, version, description, priority, enabled, kinds: kindNames(rule), tags, mitre, metadata, position };
}

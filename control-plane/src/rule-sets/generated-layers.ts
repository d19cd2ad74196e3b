import type { RuleFile } from '../detection/rules/load/rule.ts';
import type { RuleException } from '../store/rules/rule-exception-store.ts';
import type { RuleOverride } from '../store/rules/rule-override-store.ts';

/** Names that no file of a user can have. */
export const OVERRIDES_FILE = '<overrides>';
export const EXCEPTIONS_FILE = '<exceptions>';

/** Whether a place lies in what is made from the store: line n is its nth entry. */
export const isGenerated = (file: string): boolean => file === OVERRIDES_FILE || file === EXCEPTIONS_FILE;

/** Overrides in the rule language itself, one a line: read behind all files, they change what those define. */
export function overridesFile(overrides: readonly RuleOverride[]): RuleFile {
  return { name: OVERRIDES_FILE, text: entries(inOrder(overrides, ({ rule }) => rule).map(overrideEntry)) };
}

function overrideEntry({ rule, enabled, priority }: RuleOverride): object {
  const changed = { ...(enabled === null ? {} : { enabled }), ...(priority === null ? {} : { priority }) };
  return { rule, ...changed, override: Object.fromEntries(Object.keys(changed).map((key) => [key, 'replace'])) };
}

/** The exceptions that hold, in the rule language. */
export function exceptionsFile(exceptions: readonly RuleException[]): RuleFile {
  return { name: EXCEPTIONS_FILE, text: entries(inOrder(exceptions, ({ id }) => id).map(exceptionEntry)) };
}

function exceptionEntry({ id, rule, spec }: Pick<RuleException, 'id' | 'rule' | 'spec'>): object {
  const { fields, comps, values } = spec;
  const exception = { name: `picket ${id}`, fields, comps, values: [values.map(verbatim)] };
  return { rule, exceptions: [exception], override: { exceptions: 'append' } };
}

/** A value in quotes would be read as what is between them, with its escapes: it is quoted once more. */
const verbatim = (value: string): string =>
  /^(["'])[\s\S]*\1$/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : value;

/**
 * JSON is YAML, and its texts are quoted: nothing in them means anything to YAML, and no value is taken for the name of a
 * list. Well-formed, because YAML has no halves of surrogate pairs.
 */
const entries = (all: readonly object[]): string =>
  all.map((entry) => `- ${JSON.stringify(entry).toWellFormed()}\n`).join('');

/** The same on every replica and in every database. */
const inOrder = <T>(all: readonly T[], keyOf: (one: T) => string): T[] =>
  all.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

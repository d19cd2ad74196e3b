import { type KindInfo, kindInfo, type RuleField } from '@picket/sdk';
import { matchingKinds } from '../compile/matching-kinds.ts';
import { resolveUse, ruleField } from '../fields/resolve-field.ts';
import type { Position } from '../language/position.ts';
import { RuleError } from '../language/rule-error.ts';
import type { SourceText } from '../language/source-text.ts';
import type { FieldUse } from '../language/syntax-tree.ts';
import { windowReads } from '../stateful/program.ts';
import type { Checked } from './checked-condition.ts';
import {
  type ExtensionDefinition,
  type Join,
  type RuleExtensions,
  type SequenceDefinition,
  type SequenceSpec,
  stepField,
  type WindowSpec,
} from './extensions.ts';

/** What a rule looks for, checked. */
export interface RuleBody {
  /** True for every event that the rule takes part of: of a sequence the events of all its steps. */
  readonly condition: Checked;
  readonly conditionText: string;
  readonly extensions: RuleExtensions | undefined;
  /** Numbers of the event kinds that can take part. */
  readonly kinds: readonly number[];
}

interface Written {
  readonly position: Position;
  readonly condition: SourceText | undefined;
  readonly extensions: ExtensionDefinition;
}

export interface BodyChecks {
  /** Parses and checks a condition; `whole` with the exceptions of the rule. */
  readonly check: (source: SourceText, whole: boolean) => Checked;
  readonly warn: (message: string, use: { readonly at: Position }) => void;
}

/** @throws RuleError at what does not fit together */
export function checkBody(rule: Written, checks: BodyChecks): RuleBody {
  const { sequence, window } = rule.extensions;
  if (!sequence) return checkSingle(rule, checks);
  if (rule.condition || window)
    throw new RuleError(
      'RULE_INVALID',
      `a sequence has its conditions in its steps: the rule can not have a ${window ? 'window' : 'condition'} too`,
      rule.condition?.locate(0) ?? rule.position,
    );
  return checkSequence(rule, sequence, checks);
}

function checkSingle({ position, condition: text, extensions }: Written, { check, warn }: BodyChecks): RuleBody {
  if (!text || text.text.trim() === '')
    throw new RuleError('RULE_SYNTAX', 'the rule has no condition, nor a sequence', position);
  const condition = check(text, true);
  const matching = matchingKinds(condition);
  if (matching.length === 0) warn('the condition can not match any event that is collected', { at: text.locate(0) });
  const { window } = extensions;
  const needed = window ? [...window.by, ...(window.field ? [window.field] : [])] : [];
  const having = kindsHaving(matching, needed);
  const kinds = window ? measurable(window, having) : having;
  checkBaseline(extensions, position);
  const used = Object.values(extensions).some((value) => value !== undefined);
  return {
    condition,
    conditionText: text.text.trim(),
    extensions: used ? { ...extensions, sequence: undefined } : undefined,
    kinds,
  };
}

/** What is looked up must be said: the groups of alerts are too fine for a profile. */
function checkBaseline({ baseline, groupBy }: ExtensionDefinition, position: Position): void {
  if (baseline && !groupBy)
    throw new RuleError('RULE_INVALID', 'a rule with a baseline says by group_by what is looked up in it', position);
}

function checkSequence(
  { position, extensions }: Written,
  sequence: SequenceDefinition,
  { check, warn }: BodyChecks,
): RuleBody {
  checkBaseline(extensions, position);
  const kinds = new Set<number>();
  const steps = sequence.steps.map((step, i) => {
    const condition = check(step.condition, !step.negative);
    const matching = matchingKinds(condition);
    if (matching.length === 0)
      warn(`step ${i + 1} can not match any event that is collected`, { at: step.condition.locate(0) });
    for (const kind of kindsHaving(matching, step.by)) kinds.add(kind);
    return { ...step, condition };
  });
  const operands = steps.map(({ condition }) => condition);
  return {
    condition: { type: 'or', operands, size: operands.reduce((sum, { size }) => sum + size, 0) },
    conditionText: textOf(sequence),
    extensions: { ...extensions, sequence: { ...sequence, steps } },
    kinds: [...kinds].toSorted((a, b) => a - b),
  };
}

const textOf = ({ steps }: SequenceDefinition): string =>
  steps.map(({ negative, condition }) => `${negative ? 'not: ' : ''}${condition.text.trim()}`).join('\n-> ');

/** Those of the kinds whose events have all of the fields. */
function kindsHaving(kinds: readonly number[], join: Join): readonly number[] {
  const fields = join.filter((part): part is FieldUse => typeof part !== 'string');
  const having = kinds.filter((id) => fields.every((field) => hasField(id, field)));
  const [field] = fields.filter((use) => !kinds.some((id) => hasField(id, use)));
  if (field && kinds.length > 0)
    throw new RuleError('RULE_INVALID', `no event that meets the condition has the field ${field.name}`, field.at);
  return having;
}

/** Those of the kinds in whose events the window finds what it measures: of a field with several numbers there is no sum. */
function measurable(window: WindowSpec, kinds: readonly number[]): readonly number[] {
  const found = kinds.filter((id) => windowReads(window, kindInfo(id) as KindInfo) !== undefined);
  if (window.field && kinds.length > 0 && found.length === 0)
    throw new RuleError(
      'RULE_INVALID',
      `${window.field.name} can not be measured: it has several values`,
      window.field.at,
    );
  return found;
}

function hasField(id: number, field: FieldUse): boolean {
  const kind = kindInfo(id);
  return kind !== undefined && resolveUse(field, kind) !== undefined;
}

const WINDOW_FIELDS: readonly RuleField[] = [
  { name: 'window.count', type: 'number', from: 'event', doc: 'What the window measured.' },
  { name: 'window.first', type: 'string', from: 'event', doc: 'Time of the first event of the window.' },
  { name: 'window.keys', type: 'list', from: 'event', doc: 'Some of the different values of the window.' },
];

/** What the output of a rule may name: all fields, those of its window, and those of the steps of its sequence. */
export function outputFields(extensions: RuleExtensions | undefined): (name: string) => RuleField | undefined {
  if (extensions?.window) return (name) => WINDOW_FIELDS.find((field) => field.name === name) ?? ruleField(name);
  const { sequence } = extensions ?? {};
  if (!sequence) return ruleField;
  return (name) => {
    const step = stepField(name);
    return step ? isPositive(sequence, step.index) && ruleField(step.field) : ruleField(name);
  };
}

const isPositive = ({ steps }: SequenceSpec, index: number): undefined | true =>
  steps[index]?.negative === false || undefined;

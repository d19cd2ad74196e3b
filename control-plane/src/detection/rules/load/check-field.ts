import type { RuleField } from '@picket/sdk';
import { ruleField } from '../fields/resolve-field.ts';
import { RuleError } from '../language/rule-error.ts';
import type { FieldUse } from '../language/syntax-tree.ts';

export type FindField = (name: string) => RuleField | undefined;

/**
 * What the rule language says about a field, of the type that it has after all that is done to it.
 * @throws RuleError when there is no such field, it can not be answered, or its argument or a transformer does not fit
 */
export function checkField(use: FieldUse, find: FindField = ruleField): RuleField {
  const info = knownField(use, find);
  if (info.from === 'none')
    throw new RuleError('RULE_FIELD_UNANSWERED', `${use.name} can not be answered: ${info.why}`, use.at);
  checkArgument(use, info);
  return transformed(use, info);
}

/** The same for a field that is only shown: one that can not be answered is there, but has no value. */
export function checkShownField(use: FieldUse, find: FindField): RuleField {
  const info = knownField(use, find);
  return info.from === 'none' ? info : checkField(use, find);
}

function knownField(use: FieldUse, find: FindField): RuleField {
  const info = find(use.name);
  if (info) return info;
  throw new RuleError('RULE_FIELD_UNKNOWN', `there is no field ${use.name}; see docs/reference/rule-fields.md`, use.at);
}

function checkArgument({ name, argument, at }: FieldUse, info: RuleField): void {
  if (argument === undefined) {
    if (info.argument === 'key' || info.argument === 'index')
      throw new RuleError('RULE_INVALID', `${name} needs an argument, as in ${name}[...]`, at);
    return;
  }
  if (info.argument === undefined) throw new RuleError('RULE_INVALID', `${name} takes no argument`, at);
  if (name === 'evt.arg' && !/^\d$/.test(argument))
    throw new RuleError('RULE_INVALID', `evt.arg takes a name or a position from 0 to 9, not "${argument}"`, at);
  if (info.argument.endsWith('index') && !/^\d{1,2}$/.test(argument))
    throw new RuleError(
      'RULE_INVALID',
      `the argument of ${name} is a number of steps from 0 to 99, not "${argument}"`,
      at,
    );
}

function transformed({ transformers = [] }: FieldUse, info: RuleField): RuleField {
  let { type } = info;
  for (const { name, at } of transformers) {
    if (type !== 'string' && type !== 'list')
      throw new RuleError('RULE_INVALID', `${name}() takes a text or list, not a ${type}`, at);
    if (name === 'len') type = 'number';
  }
  return type === info.type ? info : { ...info, type };
}

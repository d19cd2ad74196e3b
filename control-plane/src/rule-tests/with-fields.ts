import { ruleField } from '../detection/rules/fields/resolve-field.ts';
import { RuleError } from '../detection/rules/language/rule-error.ts';
import type { FieldUse } from '../detection/rules/language/syntax-tree.ts';
import { checkField } from '../detection/rules/load/check-field.ts';
import type { LoadResult, Rule } from '../detection/rules/load/rule.ts';
import type { RuleTest } from './read-rule-tests.ts';
import { RuleTestError } from './rule-test-error.ts';

/**
 * The rules as a test needs them: those it switches on are on, and outputs show every field that it asks for, so that any
 * field can be expected.
 * @throws RuleTestError for a rule or a field that there is not
 */
export function rulesForTest(loaded: LoadResult, test: RuleTest): LoadResult {
  const fields = fieldsAskedFor(test);
  test.enable.forEach((name, i) => {
    if (!loaded.rules.some((rule) => rule.name === name))
      throw new RuleTestError(`there is no rule ${name} that could be enabled`, test.at(['enable', i]));
  });
  const change = (rule: Rule): Rule => {
    const enabled = rule.enabled || test.enable.includes(rule.name);
    const uses = fields.get(rule.name) ?? [];
    if (enabled === rule.enabled && uses.length === 0) return rule;
    return { ...rule, enabled, output: [...rule.output, ...uses] };
  };
  return { ...loaded, rules: loaded.rules.map(change) };
}

/** Whether the rules of a test are not just those that were loaded. */
export const changesRules = (test: RuleTest): boolean =>
  test.enable.length > 0 || test.profile !== undefined || test.expect.some(({ fields }) => fields !== undefined);

function fieldsAskedFor(test: RuleTest): Map<string, FieldUse[]> {
  const out = new Map<string, FieldUse[]>();
  test.expect.forEach(({ rule, fields = {} }, i) => {
    for (const name of Object.keys(fields)) {
      const use = fieldUse(name, test, ['expect', i, 'fields', name]);
      if (use) out.set(rule, [...(out.get(rule) ?? []), use]);
    }
  });
  return out;
}

/** Undefined for names outside of the rule language, as those that counting rules add to their outputs. */
function fieldUse(text: string, test: RuleTest, path: readonly PropertyKey[]): FieldUse | undefined {
  const [, name = text, argument] = /^([^[\]]+)(?:\[([^\]]*)\])?$/.exec(text) ?? [];
  if (!ruleField(name)) return undefined;
  const use = { name, argument, at: test.at(path) };
  try {
    checkField(use);
    return use;
  } catch (error) {
    if (error instanceof RuleError) throw new RuleTestError(error.message, error.position);
    throw error;
  }
}

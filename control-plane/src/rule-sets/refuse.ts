import type { RuleFinding } from '@picket/sdk/client';
import type { RuleProblem } from '../detection/rules/load/rule.ts';
import { ControlPlaneError } from '../errors.ts';
import { finding } from './check-rules.ts';

/** The refusal of rules with everything that is wrong with them, each with its place. */
export function refusal(what: string, problems: readonly (RuleFinding | RuleProblem)[]): ControlPlaneError {
  const details = problems.map(({ file, line, column, rule, code, message }) => ({
    path: `${file}:${line}:${column}`,
    message: `${rule ? `rule "${rule}": ` : ''}${message} (${code})`,
  }));
  const first = details[0];
  const more = details.length > 1 ? `, and ${details.length - 1} more` : '';
  return new ControlPlaneError(
    'RULES_REFUSED',
    `${what}: ${first ? `${first.path} ${first.message}${more}` : 'it can not be loaded'}; what ran before goes on`,
    { details },
  );
}

/** @throws ControlPlaneError RULES_REFUSED when there are errors */
export function refuseErrors(what: string, problems: readonly RuleProblem[]): void {
  const errors = problems.filter(({ severity }) => severity === 'error').map(finding);
  if (errors.length > 0) throw refusal(what, errors);
}

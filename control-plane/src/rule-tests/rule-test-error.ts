import type { Position } from '../detection/rules/language/position.ts';
import { ControlPlaneError } from '../errors.ts';

/** What is wrong at one place of a file of rule tests. */
export class RuleTestError extends ControlPlaneError {
  declare readonly code: 'RULE_TEST_INVALID';
  readonly position: Position;

  constructor(message: string, position: Position, options?: ErrorOptions) {
    super('RULE_TEST_INVALID', message, options);
    this.name = 'RuleTestError';
    this.position = position;
  }
}

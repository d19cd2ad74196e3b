import { ControlPlaneError } from '../../../errors.ts';
import type { Position } from './position.ts';

export type RuleErrorCode = 'RULE_SYNTAX' | 'RULE_FIELD_UNKNOWN' | 'RULE_FIELD_UNANSWERED' | 'RULE_INVALID';

/** What is wrong at one place of a rule file. */
export class RuleError extends ControlPlaneError {
  declare readonly code: RuleErrorCode;
  readonly position: Position;

  constructor(code: RuleErrorCode, message: string, position: Position) {
    super(code, message);
    this.name = 'RuleError';
    this.position = position;
  }
}

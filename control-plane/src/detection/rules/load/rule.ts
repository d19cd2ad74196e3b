import type { Priority } from '@picket/sdk';
import type { Position } from '../language/position.ts';
import type { RuleErrorCode } from '../language/rule-error.ts';
import type { Checked } from './checked-condition.ts';
import type { OutputTemplate } from './output-template.ts';

/** A rule that can be evaluated. */
export interface Rule {
  readonly name: string;
  /** Stable name for machines, from the name of the rule. */
  readonly id: string;
  /** Changes with everything that changes what the rule finds or says. */
  readonly version: string;
  readonly description: string;
  readonly priority: Priority;
  readonly tags: readonly string[];
  /** ATT&CK numbers among the tags. */
  readonly mitre: readonly string[];
  readonly enabled: boolean;
  readonly conditionText: string;
  readonly outputText: string;
  readonly condition: Checked;
  readonly output: OutputTemplate;
  /** Numbers of the event kinds that can match. */
  readonly kinds: readonly number[];
  readonly position: Position;
}

/** What is wrong with a rule file. An error keeps the rule it names, or the file, from being loaded. */
export interface RuleProblem {
  readonly severity: 'error' | 'warning';
  readonly code: RuleErrorCode;
  /** Name of the rule, when the problem is one of a rule. */
  readonly rule: string | undefined;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface LoadResult {
  readonly rules: readonly Rule[];
  readonly problems: readonly RuleProblem[];
}

export interface RuleFile {
  readonly name: string;
  readonly text: string;
}

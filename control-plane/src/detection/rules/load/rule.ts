import type { Priority } from '@picket/sdk';
import type { Position } from '../language/position.ts';
import type { RuleErrorCode } from '../language/rule-error.ts';
import type { Checked } from './checked-condition.ts';
import type { RuleExtensions } from './extensions.ts';
import type { OutputTemplate } from './output-template.ts';
import type { RuleMetadata } from './rule-metadata.ts';

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
  readonly metadata: RuleMetadata;
  readonly enabled: boolean;
  readonly conditionText: string;
  readonly outputText: string;
  readonly condition: Checked;
  readonly output: OutputTemplate;
  /** Numbers of the event kinds that can match. */
  readonly kinds: readonly number[];
  /** What the rule asks for beyond its condition; undefined when that is nothing. */
  readonly extensions: RuleExtensions | undefined;
  /** Of the rules with the same name here only the first that matches an event fires; undefined when all do. */
  readonly firstMatchOf: string | undefined;
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

/** What became of a rule. `reasons` say why it is not there, or which later change of it was refused. */
export interface RuleOutcome {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `skipped` rules ask for what is not collected, in a way that allows for it; `refused` ones are wrong. */
  readonly outcome: 'loaded' | 'refused' | 'skipped' | 'disabled';
  readonly reasons: readonly string[];
}

export interface LoadResult {
  /** Those that can be evaluated, disabled ones too. */
  readonly rules: readonly Rule[];
  readonly problems: readonly RuleProblem[];
  /** One for each rule that the files name. */
  readonly outcomes: readonly RuleOutcome[];
}

export interface RuleFile {
  readonly name: string;
  readonly text: string;
}

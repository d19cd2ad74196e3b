import type { RuleField } from '@picket/sdk';
import type { IpRange } from '../compile/ip-range.ts';
import type { Pattern } from '../compile/regex.ts';
import type { FieldUse, Operator } from '../language/syntax-tree.ts';

/** The right side of a test, read as the type of its field asks. */
export type TestValues =
  | { readonly type: 'none' }
  | { readonly type: 'texts'; readonly values: readonly string[] }
  | { readonly type: 'numbers'; readonly values: readonly number[] }
  | { readonly type: 'bools'; readonly values: readonly boolean[] }
  | { readonly type: 'ips'; readonly values: readonly IpRange[] }
  | { readonly type: 'pattern'; readonly pattern: Pattern }
  /** Put together from the event: literal texts and fields. */
  | { readonly type: 'computed'; readonly parts: readonly (string | FieldUse)[] };

export interface Test {
  readonly type: 'test';
  readonly field: FieldUse;
  readonly info: RuleField;
  readonly operator: Operator;
  readonly values: TestValues;
  readonly size: 1;
}

/** `macro` names the macro that the part comes from: it says nothing but helps people who read the condition. */
interface Part {
  readonly size: number;
  readonly macro?: string;
}

/** A condition whose macros and lists are resolved and whose fields, operators and values fit. `size` counts its tests. */
export type Checked =
  | (Part & { readonly type: 'and' | 'or'; readonly operands: readonly Checked[] })
  | (Part & { readonly type: 'not'; readonly operand: Checked })
  | Test;

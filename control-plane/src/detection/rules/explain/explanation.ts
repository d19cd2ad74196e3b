import type { Position } from '../language/position.ts';

/** How one test of a condition came out for one event. */
export interface ExplainedTest {
  readonly type: 'test';
  readonly passes: boolean;
  /** Field with its argument, as the rule names it. */
  readonly field: string;
  readonly operator: string;
  /** What the test asks for, one text a value. */
  readonly wanted: readonly string[];
  /** Value of the event; undefined when there is none. */
  readonly value: string | undefined;
  /** Why there is no value: events of this kind never have the field, or this one has none. */
  readonly missing: 'kind' | 'event' | undefined;
  /** Whether the kind of the event decides it: for any event of the kind it comes out so. */
  readonly byKind: boolean;
  /** Place of the test in its rule file. */
  readonly at: Position;
}

/** How a condition came out for one event, part by part. */
export type Explanation =
  | ExplainedTest
  | {
      readonly type: 'and' | 'or';
      readonly passes: boolean;
      /** Name of the macro that this part comes from. */
      readonly macro: string | undefined;
      readonly operands: readonly Explanation[];
    }
  | {
      readonly type: 'not';
      readonly passes: boolean;
      readonly macro: string | undefined;
      readonly operand: Explanation;
    };

/** Number of tests below a part, itself included. */
export function countTests(part: Explanation): number {
  if (part.type === 'test') return 1;
  if (part.type === 'not') return countTests(part.operand);
  return part.operands.reduce((sum, operand) => sum + countTests(operand), 0);
}

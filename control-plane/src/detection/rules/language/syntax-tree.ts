import type { Position } from './position.ts';

export const LIST_OPERATORS = ['in', 'intersects', 'pmatch'] as const;
export const WORD_OPERATORS = [
  ...LIST_OPERATORS,
  'contains',
  'icontains',
  'bcontains',
  'startswith',
  'bstartswith',
  'endswith',
  'glob',
  'iglob',
  'exists',
] as const;
export const SIGN_OPERATORS = ['==', '!=', '<=', '>=', '=', '<', '>'] as const;

export type Operator = (typeof WORD_OPERATORS)[number] | Exclude<(typeof SIGN_OPERATORS)[number], '=='>;

/** A field as a rule names it. */
export interface FieldUse {
  readonly name: string;
  readonly argument: string | undefined;
  readonly at: Position;
}

/** A literal value. A bare word may name a list. */
export interface Literal {
  readonly type: 'literal';
  readonly text: string;
  readonly quoted: boolean;
  readonly at: Position;
}

/** A value put together from the event: val(field) or concat(part, ...). */
export interface Computed {
  readonly type: 'computed';
  readonly parts: readonly (FieldUse | Literal)[];
  readonly at: Position;
}

export interface Comparison {
  readonly type: 'compare';
  readonly field: FieldUse;
  readonly operator: Operator;
  /** One for operators that take one, none for `exists`. */
  readonly values: readonly (Literal | Computed)[];
  readonly at: Position;
}

export type Condition =
  | { readonly type: 'and' | 'or'; readonly operands: readonly Condition[] }
  | { readonly type: 'not'; readonly operand: Condition }
  | { readonly type: 'macro'; readonly name: string; readonly at: Position }
  | Comparison;

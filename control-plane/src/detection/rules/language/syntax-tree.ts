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
  'regex',
  'exists',
] as const;
/** How many of the values of a list have to pass, each tested by itself: exactly one, one or more, or all. */
export const MODIFIERS = ['oneof', 'anyof', 'allof'] as const;
export type Modifier = (typeof MODIFIERS)[number];

export const SIGN_OPERATORS = ['==', '!=', '<=', '>=', '=', '<', '>'] as const;

export type Operator = (typeof WORD_OPERATORS)[number] | Exclude<(typeof SIGN_OPERATORS)[number], '=='>;

/** What can be done to the value of a field before it is compared or shown, as in `tolower(basename(proc.exepath))`. */
export const TRANSFORMERS = ['tolower', 'toupper', 'b64', 'basename', 'len'] as const;
export type Transformer = (typeof TRANSFORMERS)[number];

export interface TransformerUse {
  readonly name: Transformer;
  readonly at: Position;
}

/** A field as a rule names it. */
export interface FieldUse {
  readonly name: string;
  readonly argument: string | undefined;
  /** In the order in which they are done, the innermost first; left out when there are none. */
  readonly transformers?: readonly TransformerUse[] | undefined;
  readonly at: Position;
}

/** A literal value. A bare word may name a list. */
export interface Literal {
  readonly type: 'literal';
  readonly text: string;
  readonly quoted: boolean;
  readonly at: Position;
}

/** A value put together from the event: val(field), concat(part, ...) or a transformed field. */
export interface Computed {
  readonly type: 'computed';
  readonly parts: readonly (FieldUse | Literal)[];
  readonly at: Position;
}

export interface Comparison {
  readonly type: 'compare';
  readonly field: FieldUse;
  readonly operator: Operator;
  /** Left out where the operator itself says what it does with its values. */
  readonly modifier?: Modifier | undefined;
  /** One for operators that take one, none for `exists`. */
  readonly values: readonly (Literal | Computed)[];
  readonly at: Position;
}

export type Condition =
  | { readonly type: 'and' | 'or'; readonly operands: readonly Condition[] }
  | { readonly type: 'not'; readonly operand: Condition }
  | { readonly type: 'macro'; readonly name: string; readonly at: Position }
  | Comparison;

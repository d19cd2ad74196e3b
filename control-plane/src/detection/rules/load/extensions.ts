import type { SourceText } from '../language/source-text.ts';
import type { FieldUse } from '../language/syntax-tree.ts';
import type { Checked } from './checked-condition.ts';

/** What events can have in common besides fields. */
export const JOIN_WORDS = ['process', 'session', 'container', 'pod', 'node'] as const;
export type JoinWord = (typeof JOIN_WORDS)[number];
/** Events fall together when they are equal in all of these. */
export type Join = readonly (JoinWord | FieldUse)[];

export interface WindowSpec {
  readonly measure: 'count' | 'distinct' | 'sum';
  /** What is summed, or whose values are told apart; undefined where events are counted. */
  readonly field: FieldUse | undefined;
  readonly by: Join;
  readonly overMs: number;
  readonly atLeast: number;
}

interface Step<C> {
  /** Whether its event must not come. */
  readonly negative: boolean;
  readonly condition: C;
  readonly by: Join;
}

interface Sequence<C> {
  readonly withinMs: number;
  /** In their order; the first is positive. */
  readonly steps: readonly Step<C>[];
}

export type StepSpec = Step<Checked>;
export type SequenceSpec = Sequence<Checked>;
export type StepDefinition = Step<SourceText>;
export type SequenceDefinition = Sequence<SourceText>;

/** `required`: only what is new for a workload whose profile is known. `optional`: everything but what is known. */
export type BaselineUse = 'required' | 'optional';

interface Extensions<S> {
  readonly window: WindowSpec | undefined;
  readonly sequence: S | undefined;
  readonly baseline: BaselineUse | undefined;
  readonly cooldownMs: number | undefined;
  readonly groupBy: Join | undefined;
}

/** What a rule asks for beyond its condition; see docs/rule-extensions.md. */
export type RuleExtensions = Extensions<SequenceSpec>;
/** The same as written: the conditions of the steps are not looked at before all macros are known. */
export type ExtensionDefinition = Extensions<SequenceDefinition>;

export const EXTENSION_KEYS = ['window', 'sequence', 'baseline', 'cooldown', 'group_by'] as const;

export const NO_EXTENSIONS: ExtensionDefinition = {
  window: undefined,
  sequence: undefined,
  baseline: undefined,
  cooldownMs: undefined,
  groupBy: undefined,
};

/** Takes a name like step2.proc.name apart; the index counts from 0. */
export function stepField(name: string): { readonly index: number; readonly field: string } | undefined {
  const [, number, field] = /^step([1-9]\d?)\.(.+)$/.exec(name) ?? [];
  return number === undefined || field === undefined ? undefined : { index: Number(number) - 1, field };
}

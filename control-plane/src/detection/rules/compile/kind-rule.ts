import type { KindInfo } from '@picket/sdk';
import type { EventContext } from '../fields/event-context.ts';
import type { Checked } from '../load/checked-condition.ts';
import type { WindowSpec } from '../load/extensions.ts';
import type { Rule } from '../load/rule.ts';
import type { Baseline } from '../stateful/baseline.ts';
import { compileBaseline } from '../stateful/compile-baseline.ts';
import { compileKey, type KeyOf } from '../stateful/join-key.ts';
import type { Find, Programs, SequenceProgram, WindowProgram, WindowReads } from '../stateful/program.ts';
import { windowReads } from '../stateful/program.ts';
import { compileForActor } from './actor-verdict.ts';
import type { Predicate } from './comparison.ts';
import { compileDecision, type Decision, type DecisionMaker } from './decision.ts';
import { compileFinding, compileStepFields } from './finding.ts';

/** What becomes of an event that meets the condition. */
export type Role =
  | { readonly type: 'finding' }
  | { readonly type: 'window'; readonly program: WindowProgram; readonly key: KeyOf; readonly reads: WindowReads }
  | { readonly type: 'step'; readonly program: SequenceProgram; readonly key: KeyOf; readonly step: number };

/** A rule, or a step of its sequence, made for one kind of event. */
export interface KindRule {
  readonly rule: Rule;
  readonly decision: Decision;
  readonly matches: Predicate;
  /** The same for events whose actor has been asked: `ProfileTable`. */
  readonly matchesForActor: Predicate;
  readonly role: Role;
  readonly find: Find;
  /** Whether the baseline lets a finding pass. */
  readonly passes: (c: EventContext) => boolean;
}

/** What rules are compiled with. */
export interface CompileContext {
  readonly maker: DecisionMaker;
  readonly programs: Programs;
  readonly baseline: Baseline | undefined;
}

/** Makes a rule for one kind of event; nothing when no event of the kind can match. */
export function compileKindRules(rule: Rule, kind: KindInfo, context: CompileContext): KindRule[] {
  const { window, sequence } = rule.extensions ?? {};
  const passes = compileBaseline(rule, kind, context.baseline);
  if (sequence) return compileSteps(rule, kind, context, passes);
  const tests = compileTests(rule.condition, context);
  if (!tests) return [];
  if (window) return compileWindow(rule, window, kind, context).map((role) => ({ ...tests, ...role, rule, passes }));
  return [{ ...tests, rule, passes, role: { type: 'finding' }, find: compileFinding(rule, kind) }];
}

function compileWindow(
  rule: Rule,
  window: WindowSpec,
  kind: KindInfo,
  { programs }: CompileContext,
): Pick<KindRule, 'role' | 'find'>[] {
  const key = compileKey(window.by, kind);
  const reads = windowReads(window, kind);
  if (!key || !reads) return [];
  const role = { type: 'window', program: programs.window(rule, window), key, reads } as const;
  return [{ role, find: compileFinding(rule, kind, window.by) }];
}

function compileSteps(
  rule: Rule,
  kind: KindInfo,
  context: CompileContext,
  passes: (c: EventContext) => boolean,
): KindRule[] {
  const sequence = rule.extensions?.sequence;
  if (!sequence) return [];
  const program = context.programs.sequence(rule, sequence);
  return sequence.steps.flatMap(({ condition, by }, step) => {
    const tests = compileTests(condition, context);
    const key = tests && compileKey(by, kind);
    if (!key) return [];
    const find = compileFinding(rule, kind, by);
    program.steps[step]?.reads.set(kind.id, { find, fields: compileStepFields(rule, kind, step), passes });
    return [{ ...tests, rule, passes, find, role: { type: 'step', program, key, step } as const }];
  });
}

type Tests = Pick<KindRule, 'decision' | 'matches' | 'matchesForActor'>;

function compileTests(condition: Checked, { maker }: CompileContext): Tests | undefined {
  const decision: Decision = maker.decide(condition);
  if (decision === false) return undefined;
  return { decision, matches: compileDecision(decision), matchesForActor: compileForActor(decision) };
}

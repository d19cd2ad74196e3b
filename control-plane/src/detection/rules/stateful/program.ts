import type { KindInfo } from '@picket/sdk';
import type { FieldValues, Finding } from '../../../types.ts';
import type { EventContext } from '../fields/event-context.ts';
import { resolveUse } from '../fields/resolve-field.ts';
import type { SequenceSpec, WindowSpec } from '../load/extensions.ts';
import type { Rule } from '../load/rule.ts';
import { fieldText, type KeyOf } from './join-key.ts';

const NS_PER_MS = 1_000_000;

/** Makes the finding of an event; `more` are the values of fields that the event itself does not have. */
export type Find = (c: EventContext, more?: FieldValues) => Finding;

/** A rule with a window, ready to run. */
export interface WindowProgram {
  readonly type: 'window';
  /** Names this version of the rule: its state belongs to it. */
  readonly id: string;
  readonly rule: Rule;
  readonly measure: WindowSpec['measure'];
  readonly spanNs: number;
  /** For how long it stays silent once it has matched. */
  readonly silenceNs: number;
  readonly atLeast: number;
}

export interface ProgramStep {
  readonly negative: boolean;
  /** The condition before it in the list; -1 for the first. */
  readonly previous: number;
  /** What is read from its events, by the number of the kind. */
  readonly reads: Map<number, StepReads>;
}

export interface StepReads {
  readonly find: Find;
  /** Values that the output names by this step; undefined when there are none. */
  readonly fields: ((c: EventContext) => FieldValues) | undefined;
  /** Whether the baseline lets an event pass. */
  readonly passes: (c: EventContext) => boolean;
}

/** A rule with a sequence, ready to run. */
export interface SequenceProgram {
  readonly type: 'sequence';
  readonly id: string;
  readonly rule: Rule;
  readonly withinNs: number;
  readonly steps: readonly ProgramStep[];
  /** The last condition in the list; a `not` behind it has to be waited for. */
  readonly last: number;
  readonly trailing: boolean;
}

export type Program = WindowProgram | SequenceProgram;

/** The programs of one engine by their ids. Rules without window and sequence need none. */
export class Programs {
  readonly #byId = new Map<string, Program>();

  get(id: string): Program | undefined {
    return this.#byId.get(id);
  }

  /** In the order of the rules. */
  all(): Iterable<Program> {
    return this.#byId.values();
  }

  window(rule: Rule, spec: WindowSpec): WindowProgram {
    const known = this.#byId.get(idOf(rule));
    if (known?.type === 'window') return known;
    const silenceMs = rule.extensions?.cooldownMs ?? spec.overMs;
    const { measure, atLeast } = spec;
    const [spanNs, silenceNs] = [spec.overMs * NS_PER_MS, silenceMs * NS_PER_MS];
    const made: WindowProgram = { type: 'window', id: idOf(rule), rule, measure, atLeast, spanNs, silenceNs };
    this.#byId.set(made.id, made);
    return made;
  }

  sequence(rule: Rule, spec: SequenceSpec): SequenceProgram {
    const known = this.#byId.get(idOf(rule));
    if (known?.type === 'sequence') return known;
    const last = spec.steps.findLastIndex(({ negative }) => !negative);
    const made: SequenceProgram = {
      type: 'sequence',
      id: idOf(rule),
      rule,
      withinNs: spec.withinMs * NS_PER_MS,
      steps: spec.steps.map(({ negative }, i) => ({ negative, previous: previousOf(spec, i), reads: new Map() })),
      last,
      trailing: last < spec.steps.length - 1,
    };
    this.#byId.set(made.id, made);
    return made;
  }
}

const idOf = ({ id, name, version }: Rule): string => `${id} ${name}@${version}`;

const previousOf = ({ steps }: SequenceSpec, index: number): number =>
  steps.slice(0, index).findLastIndex(({ negative }) => !negative);

/** What a window takes from an event. */
export interface WindowReads {
  /** Equal events that the record stands for. */
  readonly weight: (c: EventContext) => number;
  /** The value that is told apart; undefined where none is. */
  readonly value: KeyOf | undefined;
  /** What is summed; undefined where nothing is. */
  readonly amount: ((c: EventContext) => number) | undefined;
}

/** Undefined when no event of the kind has the field that is measured. */
export function windowReads({ measure, field }: WindowSpec, kind: KindInfo): WindowReads | undefined {
  const counted = kind.fields.find(({ name, type }) => name === 'count' && type === 'u32');
  const at = counted?.offset;
  const weight = at === undefined ? () => 1 : (c: EventContext) => Math.max(1, c.cursor.u32(at));
  if (measure === 'count' || !field) return { weight, value: undefined, amount: undefined };
  if (measure === 'distinct') {
    const value = fieldText(field, kind);
    return value && { weight, value, amount: undefined };
  }
  const source = resolveUse(field, kind);
  return source?.type === 'number' ? { weight, value: undefined, amount: source.get } : undefined;
}

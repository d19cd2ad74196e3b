import { type EventCursor, Header, type KindInfo } from '@picket/sdk';
import type { Batch } from '../../../types.ts';
import type { EventContext } from '../fields/event-context.ts';
import { resolveField } from '../fields/resolve-field.ts';
import { showSource } from '../fields/show-value.ts';
import { explainCondition } from './explain-condition.ts';
import type { ExplainedTest, Explanation } from './explanation.ts';
import { inTheWay } from './in-the-way.ts';
import type { RulePart } from './rule-parts.ts';

/** An event as people find it again. */
export interface NamedEvent {
  /** Node and sequence, as `picket rules explain --event` takes them. */
  readonly event: string;
  /** ISO time with ms. */
  readonly time: string;
  /** Name of the kind, and the call behind it. */
  readonly kind: string;
  readonly call: string | undefined;
  readonly process: string | undefined;
  readonly container: string | undefined;
  /** File or peer of the event. */
  readonly subject: string | undefined;
}

/** What a condition makes of an event. */
export interface ExplainedPart {
  /** Which condition of the rule it is; undefined for the only one. */
  readonly label: string | undefined;
  readonly explanation: Explanation;
  /** Tests that would have to come out otherwise for it to hold; empty when it does. */
  readonly inTheWay: readonly ExplainedTest[];
}

export function explainPart(part: RulePart, kind: KindInfo, c: EventContext): ExplainedPart {
  const explanation = explainCondition(part.condition, kind, c);
  return { label: part.label, explanation, inTheWay: inTheWay(explanation, true).tests };
}

/** Describes the event on which the context stands. */
export function nameEvent(kind: KindInfo, c: EventContext, batch: Batch): NamedEvent {
  const { cursor } = c;
  const show = (name: string) => {
    const source = resolveField(name, { kind, argument: undefined });
    return source && showSource(source, c);
  };
  const pid = cursor.tgid;
  return {
    event: eventName(cursor, batch),
    time: new Date(Number((cursor.big(Header.time) + batch.header.wallOffset) / 1_000_000n)).toISOString(),
    kind: kind.name,
    call: show('evt.type'),
    process: pid === 0 ? undefined : `${c.process?.name || '?'}(${pid})`,
    container: c.container?.name || c.container?.id.slice(0, 12) || undefined,
    subject: show('fd.name') ?? show('fs.path.name') ?? show('dns.name'),
  };
}

export const eventName = (cursor: EventCursor, { header }: Batch): string =>
  `${header.node}/${cursor.big(Header.sequence)}`;

import { Header, HeaderFlag, KINDS } from '@picket/sdk';
import type { Batch } from '../../../types.ts';
import { RULE_KINDS } from '../compile/matching-kinds.ts';
import { EventContext } from '../fields/event-context.ts';
import type { Rule } from '../load/rule.ts';
import { type ExplainedPart, explainPart, type NamedEvent, nameEvent } from './explained-event.ts';
import { type NearestOfPart, NearestSearch } from './nearest-search.ts';
import { partsOf } from './rule-parts.ts';
import { walkEvents } from './walk-events.ts';

type Batches = AsyncIterable<Batch> | Iterable<Batch>;

/** An event as people name it. Without a node the first event of that number is meant. */
export interface EventChoice {
  readonly node: string | undefined;
  readonly sequence: bigint;
}

/** What a rule makes of one event. */
export interface ExplainedEvent extends NamedEvent {
  /** False when rules never look at such a record. */
  readonly looksAt: boolean;
  /** The condition of the rule, or those of the steps of its sequence. */
  readonly parts: readonly ExplainedPart[];
}

/** @returns undefined when the batches do not have the event */
export async function explainOne(
  rule: Rule,
  batches: Batches,
  wanted: EventChoice,
): Promise<ExplainedEvent | undefined> {
  const context = new EventContext();
  let found: ExplainedEvent | undefined;
  await walkEvents(batches, (cursor, state, batch) => {
    if (cursor.big(Header.sequence) !== wanted.sequence) return false;
    if (wanted.node !== undefined && wanted.node !== batch.header.node) return false;
    const kind = KINDS.find(({ id }) => id === cursor.kind);
    if (!kind) return false;
    context.begin(cursor, state, batch);
    const looksAt = RULE_KINDS.includes(kind) && (cursor.flags & HeaderFlag.snapshot) === 0;
    const parts = partsOf(rule).map((part) => explainPart(part, kind, context));
    found = { ...nameEvent(kind, context, batch), looksAt, parts };
    return true;
  });
  return found;
}

/**
 * Finds the events that come nearest to a match without one, for each condition of a rule: those for which the fewest tests
 * came out wrong.
 * @param most how many to find
 */
export async function nearestMisses(rule: Rule, batches: Batches, most = 3): Promise<NearestOfPart[]> {
  const searches = partsOf(rule).map((part) => new NearestSearch(part, most));
  const context = new EventContext();
  await walkEvents(batches, (cursor, state, batch) => {
    if ((cursor.flags & HeaderFlag.snapshot) !== 0) return false;
    context.begin(cursor, state, batch);
    for (const search of searches) search.look(context, batch);
    return false;
  });
  return searches.map((search) => search.result());
}

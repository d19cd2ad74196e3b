import type { KindInfo } from '@picket/sdk';
import type { Batch } from '../../../types.ts';
import { RULE_KINDS } from '../compile/matching-kinds.ts';
import type { EventContext } from '../fields/event-context.ts';
import { type ExplainedPart, eventName, explainPart, type NamedEvent, nameEvent } from './explained-event.ts';
import { compileDistance, type Distance } from './miss-distance.ts';
import type { RulePart } from './rule-parts.ts';

/** An event for which a condition does not hold. */
export interface NearMiss extends NamedEvent {
  readonly part: ExplainedPart;
}

/** How near the events of a capture come to one condition of a rule. */
export interface NearestOfPart {
  /** Which condition of the rule it is; undefined for the only one. */
  readonly label: string | undefined;
  /** Events of the kinds of the condition. */
  readonly looked: number;
  /** Events for which it holds, and the first of them. */
  readonly matched: number;
  readonly firstMatch: string | undefined;
  /** The events that lack least, the nearest first; each lacks other tests than those before it. */
  readonly nearest: readonly NearMiss[];
}

interface Kept {
  readonly distance: number;
  readonly event: NearMiss;
}

/** Looks at events one by one and keeps those that come nearest to a condition. */
export class NearestSearch {
  readonly #part: RulePart;
  readonly #most: number;
  readonly #kinds = new Map<number, { readonly kind: KindInfo; readonly distance: Distance }>();
  /** By the tests that are in the way. */
  readonly #misses = new Map<string, Kept>();
  #looked = 0;
  #matched = 0;
  #firstMatch: string | undefined;

  constructor(part: RulePart, most: number) {
    this.#part = part;
    this.#most = most;
    for (const kind of RULE_KINDS)
      if (part.kinds.includes(kind.id))
        this.#kinds.set(kind.id, { kind, distance: compileDistance(part.condition, kind) });
  }

  /** The context stands on an event. */
  look(context: EventContext, batch: Batch): void {
    const known = this.#kinds.get(context.cursor.kind);
    if (!known) return;
    this.#looked++;
    const distance = known.distance(context);
    if (distance === 0) {
      this.#matched++;
      this.#firstMatch ??= eventName(context.cursor, batch);
    } else if (distance < this.#worst()) this.#keep(distance, known.kind, context, batch);
  }

  /** What an event must be nearer than to be kept. */
  #worst(): number {
    if (this.#misses.size < this.#most) return Number.POSITIVE_INFINITY;
    return Math.max(...[...this.#misses.values()].map(({ distance }) => distance));
  }

  #keep(distance: number, kind: KindInfo, context: EventContext, batch: Batch): void {
    const part = explainPart(this.#part, kind, context);
    const signature = part.inTheWay.map(({ at }) => `${at.file}:${at.line}:${at.column}`).join(' ');
    if (this.#misses.has(signature)) return;
    if (this.#misses.size >= this.#most) {
      const worst = this.#worst();
      const farthest = [...this.#misses].findLast(([, kept]) => kept.distance === worst);
      if (farthest) this.#misses.delete(farthest[0]);
    }
    this.#misses.set(signature, { distance, event: { ...nameEvent(kind, context, batch), part } });
  }

  result(): NearestOfPart {
    const misses = [...this.#misses.values()].sort((a, b) => a.distance - b.distance);
    return {
      label: this.#part.label,
      looked: this.#looked,
      matched: this.#matched,
      firstMatch: this.#firstMatch,
      nearest: misses.map(({ event }) => event),
    };
  }
}

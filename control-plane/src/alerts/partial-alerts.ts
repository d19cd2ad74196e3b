import type { Alert, BatchHeader } from '@picket/sdk';
import type { Container, OutputPart, RetellOutput } from '../types.ts';
import { keysOfContainer } from './container-key.ts';
import { isPartial } from './container-ref.ts';
import { retellAlert } from './retell-alert.ts';

/** An alert that was told before all was known of its container. */
export interface PartialAlert {
  readonly node: string;
  /** Names its container: see `containerKey`. */
  readonly container: string;
  /** Key of its group; empty when it has none. */
  readonly group: string;
  /** That of the group while it is open: it goes on to change. */
  readonly alert: Alert;
  readonly template: readonly OutputPart[] | undefined;
  /** Watermark of the node when it was made, ms since 1970. */
  readonly since: number;
}

/** How long after the last event of an alert its container may become known, ms of event time. */
const NAMING_MS = 60_000;
/** An event may be a little ahead of the watermark of its batch. */
const SLACK_MS = 10_000;
const MAX_PER_CONTAINER = 256;
const MAX_PER_NODE = 1024;

interface NodeAlerts {
  /** The oldest first. */
  readonly all: Set<PartialAlert>;
  readonly byContainer: Map<string, Set<PartialAlert>>;
}

/**
 * Alerts that are waiting for the metadata of their containers. They are told again when records of these come; which
 * and when follows from the batches alone.
 */
export class PartialAlerts {
  readonly #retell: RetellOutput | undefined;
  readonly #keep: number;
  readonly #nodes = new Map<string, NodeAlerts>();
  /** Alerts that were given up: nothing came in time, or too many waited. */
  unnamed = 0;

  /** @param cooldown how long a group takes in events after its first, ms */
  constructor(retell: RetellOutput | undefined, cooldown: number) {
    this.#retell = retell;
    this.#keep = cooldown + NAMING_MS + SLACK_MS;
  }

  add(partial: PartialAlert): void {
    const { all, byContainer } = this.#of(partial.node);
    const same = byContainer.get(partial.container) ?? new Set();
    if (same.size >= MAX_PER_CONTAINER) this.#giveUp(same);
    if (all.size >= MAX_PER_NODE) this.#giveUp(all);
    all.add(partial);
    byContainer.set(partial.container, same.add(partial));
  }

  /**
   * Puts what a batch told of containers into the alerts that wait for it.
   * @param watermark of the batch, ms since 1970
   * @returns those that have a new revision
   */
  tell(header: BatchHeader, told: ReadonlySet<Container>, watermark: number): PartialAlert[] {
    const out: PartialAlert[] = [];
    const waiting = told.size === 0 ? undefined : this.#nodes.get(header.node)?.byContainer;
    if (!waiting) return out;
    for (const container of told)
      for (const key of keysOfContainer(container, header))
        for (const partial of [...(waiting.get(key) ?? [])])
          if (isOf(partial, container) && isTimely(partial, watermark) && this.#fill(partial, container))
            out.push(partial);
    return out;
  }

  /** Gives up what has waited too long. */
  expire(node: string, watermark: number): void {
    for (const partial of this.#nodes.get(node)?.all ?? []) {
      if (watermark - partial.since <= this.#keep) break;
      this.unnamed++;
      this.#remove(partial);
    }
  }

  #fill(partial: PartialAlert, container: Container): boolean {
    if (!isPartial(container)) this.#remove(partial);
    return retellAlert(partial.alert, container, partial.template, this.#retell);
  }

  #giveUp([oldest]: Iterable<PartialAlert>): void {
    if (!oldest) return;
    this.unnamed++;
    this.#remove(oldest);
  }

  #remove(partial: PartialAlert): void {
    const { all, byContainer } = this.#of(partial.node);
    all.delete(partial);
    const same = byContainer.get(partial.container);
    if (same?.delete(partial) && same.size === 0) byContainer.delete(partial.container);
    if (all.size === 0) this.#nodes.delete(partial.node);
  }

  #of(node: string): NodeAlerts {
    const known = this.#nodes.get(node);
    if (known) return known;
    const fresh = { all: new Set<PartialAlert>(), byContainer: new Map<string, Set<PartialAlert>>() };
    this.#nodes.set(node, fresh);
    return fresh;
  }

  /** Everything that waits, in an order that `restore` keeps. */
  snapshot(): PartialAlert[] {
    return [...this.#nodes.values()].flatMap(({ all }) => [...all]);
  }

  /** Takes over a snapshot in place of its own. */
  restore(partials: readonly PartialAlert[]): void {
    this.#nodes.clear();
    for (const partial of partials) this.add(partial);
  }
}

/** A cgroup that was left behind may be used by a second container: it has a slot and an id of its own. */
function isOf({ alert: { container: known } }: PartialAlert, container: Container): boolean {
  return known === null || known.slot === container.slot || known.full_id === container.id;
}

const isTimely = ({ alert }: PartialAlert, watermark: number): boolean =>
  watermark - Date.parse(alert.last_seen) <= NAMING_MS;

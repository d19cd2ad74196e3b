import { isDeepStrictEqual } from 'node:util';
import type { Alert } from '@picket/sdk';
import { toMs } from './event-time.ts';
import type { LossOwner } from './loss-records.ts';
import { type LossTotals, type LossWindow, lossBetween } from './loss-window.ts';

/** One more occurrence of something that may be grouped. */
export interface Occurrence {
  readonly node: string;
  /** Findings with the same key of the same node are the same alert within the cooldown. */
  readonly key: string;
  /** Time of the event, ns since 1970 and as the alert writes it. */
  readonly time: bigint;
  readonly iso: string;
  /** Undefined when no single event is the cause. */
  readonly event: string | undefined;
  /** Whose losses concern the event; undefined for those of all. */
  readonly owner: LossOwner | undefined;
  readonly losses: LossWindow;
  /** Since when losses concern it, CLOCK_BOOTTIME in ms, where that is longer ago than usual. */
  readonly lossesFrom?: number | undefined;
  /** How long after this event, when it is the first, equal findings join it, ms of event time. */
  readonly cooldown: number;
  /** How often it happened: more than once where a finding stands for several events. */
  readonly count: number;
  /** Makes the alert when this is the first occurrence. */
  readonly build: () => Alert;
  /** Changes the alert, whose count has grown, when this is a further one. */
  readonly amend?: ((alert: Alert) => void) | undefined;
}

export interface GroupState {
  node: string;
  key: string;
  alert: Alert;
  /** ms since 1970 of the event that opened the group. */
  opened: number;
  /** How long it takes in findings after that, ms. */
  cooldown: number;
  /** Event time in ms of the last publication, and the revision that went out. */
  published: number;
  publishedRevision: number;
  /** Whose losses concern the alert; undefined for those of all. */
  owner?: LossOwner | undefined;
  /** Losses of the node when the window of the alert began. */
  baseline: LossTotals;
  /** Version of the loss window that the alert tells already. */
  told: number;
}

export interface GroupOptions {
  /** Least time between two published revisions of an alert, ms of event time. */
  readonly republish?: number;
  /** Groups kept at once. */
  readonly max?: number;
}

/** Names of causing events an alert keeps; `count` tells how many there were. */
const MAX_EVENTS = 16;

/**
 * Makes equal findings within a cooldown one alert that counts. Every occurrence is a new revision; the first goes
 * out at once, later ones at most once a second, and the last one always.
 *
 * Which findings fall together, and every count and revision, depend on the order and the times of the events alone,
 * so a replay from a restored state repeats them. Only which of the revisions are published may differ.
 */
export class AlertGroups {
  readonly #republish: number;
  readonly #max: number;
  /** By node, then by key, the oldest group first. Nodes are apart because their clocks are. */
  readonly #nodes = new Map<string, Map<string, GroupState>>();
  /** By node, no group has to be closed before (ms since 1970): most batches need not look. */
  readonly #nextClose = new Map<string, number>();
  /** Groups with a revision that has not gone out. */
  readonly #unpublished = new Map<string, Set<GroupState>>();
  #size = 0;
  /** Groups closed early because there were too many. */
  evicted = 0;

  constructor(options: GroupOptions = {}) {
    this.#republish = options.republish ?? 1000;
    this.#max = options.max ?? 2048;
  }

  get size(): number {
    return this.#size;
  }

  /** The alert that an occurrence would join; undefined when it would begin one. */
  joined(node: string, key: string, at: number): Alert | undefined {
    const group = this.#nodes.get(node)?.get(key);
    return group && isOpen(group, at) ? group.alert : undefined;
  }

  /** Counts an occurrence; what has to be published because of it goes into `out`. */
  add(occurrence: Occurrence, out: Alert[]): void {
    const group = this.#nodes.get(occurrence.node)?.get(occurrence.key);
    const at = toMs(occurrence.time);
    if (group && isOpen(group, at)) {
      this.#repeat(group, occurrence, at, out);
      return;
    }
    if (group) this.#close(group, occurrence.losses, out);
    if (this.#size >= this.#max) this.#evict(out);
    const alert = occurrence.build();
    this.#insert({
      node: occurrence.node,
      key: occurrence.key,
      alert,
      opened: at,
      cooldown: occurrence.cooldown,
      published: at,
      publishedRevision: alert.revision,
      owner: occurrence.owner,
      baseline: occurrence.losses.baseline(occurrence.lossesFrom),
      told: occurrence.losses.version,
    });
    out.push(copyOf(alert));
  }

  /**
   * Event time of a node has come this far (ms since 1970): publishes what is due and closes groups whose cooldown is
   * over. A closing alert tells losses that became known after its last event.
   */
  tick(node: string, watermark: number, losses: LossWindow, out: Alert[]): void {
    const groups = this.#nodes.get(node);
    if (!groups) return;
    if (watermark > (this.#nextClose.get(node) ?? 0)) this.#closeDue(node, groups, watermark, losses, out);
    for (const group of [...(this.#unpublished.get(node) ?? [])])
      if (watermark - group.published >= this.#republish) this.#publish(group, watermark, out);
  }

  /** Publishes an alert that has a new revision for another reason than an occurrence; its group may be closed. */
  republish(node: string, key: string, alert: Alert, out: Alert[]): void {
    const group = this.#nodes.get(node)?.get(key);
    if (group?.alert === alert) this.#publish(group, group.published, out);
    else out.push(copyOf(alert));
  }

  /** Publishes every revision that has not gone out, without closing or changing anything. */
  flush(out: Alert[]): void {
    for (const waiting of [...this.#unpublished.values()])
      for (const group of [...waiting])
        this.#publish(group, Math.max(group.published, Date.parse(group.alert.last_seen)), out);
  }

  #closeDue(
    node: string,
    groups: ReadonlyMap<string, GroupState>,
    watermark: number,
    losses: LossWindow,
    out: Alert[],
  ): void {
    let next = Number.POSITIVE_INFINITY;
    for (const group of groups.values()) {
      const end = group.opened + group.cooldown;
      if (end < watermark) this.#close(group, losses, out);
      else next = Math.min(next, end);
    }
    this.#nextClose.set(node, next);
  }

  #repeat(group: GroupState, occurrence: Occurrence, at: number, out: Alert[]): void {
    const { alert } = group;
    alert.count += occurrence.count;
    alert.revision++;
    if (occurrence.iso > alert.last_seen) alert.last_seen = occurrence.iso;
    if (occurrence.iso < alert.first_seen) alert.first_seen = occurrence.iso;
    if (occurrence.event && alert.evidence.events.length < MAX_EVENTS) alert.evidence.events.push(occurrence.event);
    if (occurrence.owner !== group.owner) this.#concernAll(group);
    this.#tellLosses(group, occurrence.losses);
    occurrence.amend?.(alert);
    if (at - group.published >= this.#republish) this.#publish(group, at, out);
    else this.#markUnpublished(group);
  }

  #tellLosses(group: GroupState, losses: LossWindow): boolean {
    if (losses.version === group.told) return false;
    group.told = losses.version;
    const lost = lossBetween(group.baseline, losses.totals, group.owner);
    const isNews = !isDeepStrictEqual(lost, group.alert.evidence.lost);
    group.alert.evidence.lost = lost;
    return isNews;
  }

  /** The alert has become one of several containers. */
  #concernAll(group: GroupState): void {
    if (group.owner === undefined) return;
    group.owner = undefined;
    group.told = -1;
  }

  #close(group: GroupState, losses: LossWindow, out: Alert[]): void {
    if (this.#tellLosses(group, losses)) group.alert.revision++;
    this.#remove(group, out);
  }

  /** Takes the oldest group of the node that has the most: a noisy node can not push out the groups of others. */
  #evict(out: Alert[]): void {
    let largest: Map<string, GroupState> | undefined;
    for (const groups of this.#nodes.values()) if (groups.size > (largest?.size ?? 0)) largest = groups;
    const oldest = largest?.values().next().value;
    if (!oldest) return;
    this.evicted++;
    this.#remove(oldest, out);
  }

  #remove(group: GroupState, out: Alert[]): void {
    if (group.alert.revision > group.publishedRevision) this.#publish(group, group.published, out);
    const groups = this.#nodes.get(group.node);
    if (!groups?.delete(group.key)) return;
    this.#size--;
    if (groups.size > 0) return;
    this.#nodes.delete(group.node);
    this.#nextClose.delete(group.node);
  }

  #publish(group: GroupState, at: number, out: Alert[]): void {
    group.published = at;
    group.publishedRevision = group.alert.revision;
    const waiting = this.#unpublished.get(group.node);
    if (waiting?.delete(group) && waiting.size === 0) this.#unpublished.delete(group.node);
    out.push(copyOf(group.alert));
  }

  #markUnpublished(group: GroupState): void {
    const waiting = this.#unpublished.get(group.node);
    if (waiting) waiting.add(group);
    else this.#unpublished.set(group.node, new Set([group]));
  }

  #insert(group: GroupState): void {
    const groups = this.#nodes.get(group.node);
    if (groups) groups.set(group.key, group);
    else this.#nodes.set(group.node, new Map([[group.key, group]]));
    const next = this.#nextClose.get(group.node) ?? Number.POSITIVE_INFINITY;
    this.#nextClose.set(group.node, Math.min(next, group.opened + group.cooldown));
    this.#size++;
  }

  /** Every open group, in an order that `restore` keeps. */
  snapshot(): GroupState[] {
    return [...this.#nodes.values()].flatMap((groups) => [...groups.values()]);
  }

  /** Takes over the groups of a snapshot in place of its own. */
  restore(groups: readonly GroupState[]): void {
    this.#nodes.clear();
    this.#nextClose.clear();
    this.#unpublished.clear();
    this.#size = 0;
    for (const group of groups) {
      this.#insert(group);
      if (group.alert.revision > group.publishedRevision) this.#markUnpublished(group);
    }
  }
}

const isOpen = ({ opened, cooldown }: GroupState, at: number): boolean => Math.abs(at - opened) <= cooldown;

/** A publication must not change while it waits to be sent; only these parts of an alert ever do. */
export function copyOf(alert: Alert): Alert {
  return { ...alert, evidence: { ...alert.evidence, events: [...alert.evidence.events] } };
}

import { INCIDENT_GAP_MINUTES } from '@picket/sdk';
import type { JoinKeys } from './join-keys.ts';

/** An incident that further alerts may join. */
export interface IncidentState {
  readonly node: string;
  readonly id: string;
  /** The incident that this one goes on from. */
  readonly follows?: string | undefined;
  /** Event time of its first alert and of its newest occurrence, ms since 1970. */
  readonly first: number;
  last: number;
  /** Event time of the newest occurrence of an alert of Warning or worse; left out while there was none. */
  severe?: number | undefined;
  /** Containers, pods, sessions and processes that are its own. */
  readonly keys: string[];
}

export interface IncidentOptions {
  /** How long after its last occurrence an incident takes in alerts, ms of event time. */
  readonly gap?: number;
  /** How long after its first alert an incident ends even though it goes on, ms of event time. */
  readonly longest?: number;
  /** Open incidents kept for one node. */
  readonly max?: number;
}

interface NodeIncidents {
  /** By id, the one that was quiet for longest first. */
  readonly all: Map<string, IncidentState>;
  readonly byKey: Map<string, IncidentState>;
}

const MINUTE = 60_000;
/** What an incident of one long session may gather; its session still leads to it when they are used up. */
const MAX_KEYS = 64;

/**
 * Joins the alerts of a node into incidents: by container, pod, session and line of descent, as long as no more than
 * the gap lies between two of them. Depends on the alerts and the times of their events alone.
 */
export class OpenIncidents {
  readonly #gap: number;
  readonly #longest: number;
  readonly #max: number;
  readonly #nodes = new Map<string, NodeIncidents>();
  /** Incidents that were closed early because there were too many. */
  evicted = 0;

  constructor(options: IncidentOptions = {}) {
    this.#gap = options.gap ?? INCIDENT_GAP_MINUTES * MINUTE;
    this.#longest = options.longest ?? 24 * 60 * MINUTE;
    this.#max = options.max ?? 1024;
  }

  get size(): number {
    let sum = 0;
    for (const { all } of this.#nodes.values()) sum += all.size;
    return sum;
  }

  /**
   * The incident of a new alert: one that is open, or a new one.
   * @param at time of the event, ms since 1970
   * @param newId makes the id of an incident that begins with this alert
   */
  assign(node: string, { own, links }: JoinKeys, at: number, newId: () => string): IncidentState {
    const incidents = this.#of(node);
    const found = this.#find(incidents, own, at) ?? this.#find(incidents, links, at);
    if (found && at - found.first <= this.#longest) {
      this.#touch(incidents, found, at);
      this.#claim(incidents, found, own, at);
      return found;
    }
    const fresh: IncidentState = { node, id: newId(), follows: found?.id, first: at, last: at, keys: [] };
    // What belonged to the one before belongs to its successor.
    if (found) this.#remove(incidents, found);
    else if (incidents.all.size >= this.#max) this.#evict(incidents);
    incidents.all.set(fresh.id, fresh);
    this.#claim(incidents, fresh, [...own, ...(found?.keys ?? [])], at);
    return fresh;
  }

  /** The incident of an alert that begins none: one that is open, or undefined. */
  join(node: string, { own, links }: JoinKeys, at: number): IncidentState | undefined {
    const incidents = this.#nodes.get(node);
    const found = incidents && (this.#find(incidents, own, at) ?? this.#find(incidents, links, at));
    if (!incidents || !found || at - found.first > this.#longest) return undefined;
    this.#touch(incidents, found, at);
    this.#claim(incidents, found, own, at);
    return found;
  }

  /**
   * What an alert of the incident tells has happened again.
   * @param isSevere whether it is one of Warning or worse
   */
  touch(node: string, id: string, at: number, isSevere = false): void {
    const incidents = this.#nodes.get(node);
    const incident = incidents?.all.get(id);
    if (!incidents || !incident || !this.#isOpen(incident, at)) return;
    this.#touch(incidents, incident, at);
    if (isSevere) incident.severe = Math.max(incident.severe ?? at, at);
  }

  /** Whether one of these belongs to an incident with an alert of Warning or worse that is not over at the time. */
  hasSevere(node: string, keys: readonly string[], at: number): boolean {
    const byKey = this.#nodes.get(node)?.byKey;
    if (!byKey) return false;
    return keys.some((key) => {
      const incident = byKey.get(key);
      return incident?.severe !== undefined && at >= incident.first - this.#gap && at <= incident.severe + this.#gap;
    });
  }

  /** Event time of a node has come this far (ms since 1970): forgets incidents that are over. */
  tick(node: string, watermark: number): void {
    const incidents = this.#nodes.get(node);
    if (!incidents) return;
    for (const incident of incidents.all.values()) {
      // One that claims to be of the future does not keep the others.
      if (incident.last > watermark) continue;
      if (watermark - incident.last <= this.#gap) break;
      this.#remove(incidents, incident);
    }
    if (incidents.all.size === 0) this.#nodes.delete(node);
  }

  #find({ byKey }: NodeIncidents, keys: readonly string[], at: number): IncidentState | undefined {
    for (const key of keys) {
      const incident = byKey.get(key);
      if (incident && this.#isOpen(incident, at)) return incident;
    }
    return undefined;
  }

  /** Events may come late, so the gap counts on both sides. */
  #isOpen({ first, last }: IncidentState, at: number): boolean {
    return at >= first - this.#gap && at <= last + this.#gap;
  }

  #touch({ all }: NodeIncidents, incident: IncidentState, at: number): void {
    incident.last = Math.max(incident.last, at);
    all.delete(incident.id);
    all.set(incident.id, incident);
  }

  /** Makes keys lead to the incident, but for those of another one that is open. */
  #claim({ byKey }: NodeIncidents, incident: IncidentState, keys: readonly string[], at: number): void {
    for (const key of keys) {
      const holder = byKey.get(key);
      if (holder === incident || (holder && this.#isOpen(holder, at))) continue;
      if (incident.keys.length >= MAX_KEYS) return;
      holder?.keys.splice(holder.keys.indexOf(key), 1);
      byKey.set(key, incident);
      incident.keys.push(key);
    }
  }

  #evict(incidents: NodeIncidents): void {
    const quietest = incidents.all.values().next().value;
    if (!quietest) return;
    this.evicted++;
    this.#remove(incidents, quietest);
  }

  #remove({ all, byKey }: NodeIncidents, incident: IncidentState): void {
    all.delete(incident.id);
    for (const key of incident.keys) byKey.delete(key);
  }

  #of(node: string): NodeIncidents {
    const known = this.#nodes.get(node);
    if (known) return known;
    const fresh: NodeIncidents = { all: new Map(), byKey: new Map() };
    this.#nodes.set(node, fresh);
    return fresh;
  }

  /** Every open incident, in an order that `restore` keeps. */
  snapshot(): IncidentState[] {
    return [...this.#nodes.values()].flatMap(({ all }) => [...all.values()]);
  }

  /** Takes over the incidents of a snapshot in place of its own. */
  restore(incidents: readonly IncidentState[]): void {
    this.#nodes.clear();
    for (const incident of incidents) {
      const { all, byKey } = this.#of(incident.node);
      all.set(incident.id, incident);
      for (const key of incident.keys) byKey.set(key, incident);
    }
  }
}

import { type Alert, type BatchHeader, type EventCursor, PRIORITIES } from '@picket/sdk';
import type { Batch, Container, Finding, NodeView, RetellOutput } from '../types.ts';
import { AlertBuilder } from './alert-builder.ts';
import { AlertGroups, copyOf, type GroupOptions } from './alert-groups.ts';
import { decodeState, encodeState } from './alert-state.ts';
import type { AlertStats } from './alert-stats.ts';
import { containerKey, keysOfContainer } from './container-key.ts';
import { eventName } from './event-name.ts';
import { eventTime, isoTime, toMs, watermark } from './event-time.ts';
import { incidentId } from './incidents/incident-id.ts';
import { type JoinKeys, joinKeys } from './incidents/join-keys.ts';
import { type IncidentOptions, OpenIncidents } from './incidents/open-incidents.ts';
import { ownerOf } from './loss-records.ts';
import { LossWindow, lossBetween } from './loss-window.ts';
import { PartialAlerts } from './partial-alerts.ts';
import { stormKey } from './storms/storm-key.ts';
import { StormLimit } from './storms/storm-limit.ts';
import { firstOfSummary, stormRule, tellSummary } from './storms/storm-summary.ts';
import { tellStranger } from './tell-stranger.ts';

export interface AlertStageOptions extends GroupOptions {
  /** Tells outputs that speak of containers again; without it they stay as they were. */
  readonly retell?: RetellOutput;
  /** How long equal findings are one alert where their rule says nothing else, ms of event time. */
  readonly cooldown?: number;
  /** New alerts of one rule in one container within a minute; further findings are told in a summary. */
  readonly alertsPerMinute?: number | undefined;
  readonly incidents?: IncidentOptions;
  /**
   * A stage whose `begin` and `end` are called for every batch: this one shares what it knows of losses, and its incidents.
   * For findings that come later than their batches.
   */
  readonly beside?: AlertStage;
  /** `none`: alerts of this stage belong to no incident. */
  readonly join?: 'incidents' | 'none';
  /** How far findings may be behind the watermark, ms of event time. What they join stays open for so much longer. */
  readonly lateMs?: number;
}

export const DEFAULT_COOLDOWN = 60_000;
export const DEFAULT_ALERTS_PER_MINUTE = 30;
/** Losses so far before an event concern it. */
const LOSS_SPAN_MS = 60_000;
const WARNING = PRIORITIES.indexOf('Warning');
const NONE: ReadonlySet<Container> = new Set();

/** A finding, and where and when it was. */
interface Place {
  readonly finding: Finding;
  readonly cursor: EventCursor;
  readonly view: NodeView;
  readonly batch: Batch;
  readonly time: bigint;
  /** `time` in ms. */
  readonly at: number;
}

/**
 * Turns the findings of one partition into alerts. For each batch: `begin`, `add` per finding, `end`, then publish
 * what `take` hands out. Time is event time throughout.
 */
export class AlertStage {
  readonly #builder = new AlertBuilder();
  readonly #groups: AlertGroups;
  readonly #partial: PartialAlerts;
  readonly #incidents: OpenIncidents;
  readonly #storms: StormLimit;
  readonly #cooldown: number;
  readonly #losses: Map<string, LossWindow>;
  readonly #isBeside: boolean;
  readonly #joins: boolean;
  readonly #late: number;
  readonly #summarised = new Map<string, number>();
  #out: Alert[] = [];
  #findings = 0;
  #alerts = 0;

  constructor(options: AlertStageOptions = {}) {
    this.#cooldown = options.cooldown ?? DEFAULT_COOLDOWN;
    this.#groups = new AlertGroups(options);
    this.#partial = new PartialAlerts(options.retell, this.#cooldown);
    this.#isBeside = options.beside !== undefined;
    this.#incidents = options.beside ? options.beside.#incidents : new OpenIncidents(options.incidents);
    this.#losses = options.beside ? options.beside.#losses : new Map();
    this.#joins = options.join !== 'none';
    this.#late = options.lateMs ?? 0;
    this.#storms = new StormLimit(options.alertsPerMinute ?? DEFAULT_ALERTS_PER_MINUTE);
  }

  /**
   * Before the events of a batch: learns what its node lost.
   * @param lookBack how far back findings may reach, ms; a minute at least
   */
  begin(batch: Batch, lookBack?: number): void {
    this.#lossesOf(batch.header.node).observe(batch, lookBack);
  }

  /** A finding in the event on which the cursor stands. */
  add(finding: Finding, cursor: EventCursor, view: NodeView, batch: Batch): void {
    this.#findings++;
    const { node } = batch.header;
    const time = eventTime(cursor, batch.header);
    const place = { finding, cursor, view, batch, time, at: toMs(time) };
    const key = groupKey(finding);
    const joined = key === '' ? undefined : this.#groups.joined(node, key, place.at);
    if (joined) {
      this.#count(place, key, finding.score === undefined ? undefined : (alert) => tellStranger(alert, finding));
      this.#happenedAgain(node, joined, place.at);
      return;
    }
    const storm = stormKey(finding, cursor, view, batch.header);
    const full = this.#storms.admit(node, storm, place.at);
    if (full !== undefined) this.#summarise(place, `summary\0${storm}\0${full}`);
    else if (key === '') this.#out.push(copyOf(this.#build(place, key)));
    else this.#count(place, key);
  }

  /** Puts a finding into the one alert that tells what is too much of its rule in its container. */
  #summarise(place: Place, key: string): void {
    const { finding, batch, at } = place;
    const { node } = batch.header;
    const limit = this.#storms.perMinute;
    const rule = stormRule(finding);
    this.#summarised.set(rule, (this.#summarised.get(rule) ?? 0) + 1);
    const joined = this.#groups.joined(node, key, at);
    const summary = { ...place, finding: firstOfSummary(finding) };
    this.#count(summary, key, (alert) => tellSummary(alert, finding.output, limit));
    if (joined) this.#happenedAgain(node, joined, at);
  }

  /** @param tell changes the alert, new or with a grown count, before it goes out */
  #count(place: Place, key: string, tell?: (alert: Alert) => void): void {
    const { finding, cursor, batch, time } = place;
    this.#groups.add(
      {
        node: batch.header.node,
        key,
        time,
        iso: isoTime(time),
        event: finding.isCauseless ? undefined : eventName(cursor, batch.header),
        owner: ownerOf(cursor),
        losses: this.#lossesOf(batch.header.node),
        lossesFrom: this.#beginOf(place),
        cooldown: finding.cooldownMs ?? this.#cooldown,
        count: finding.count ?? 1,
        build: () => {
          const alert = this.#build(place, key);
          tell?.(alert);
          return alert;
        },
        amend: tell,
      },
      this.#out,
    );
  }

  /** @param key of the group that the alert opens; empty when it opens none */
  #build(place: Place, key: string): Alert {
    this.#alerts++;
    const { finding, cursor, view, batch } = place;
    const losses = this.#lossesOf(batch.header.node);
    const lost = lossBetween(losses.baseline(this.#beginOf(place)), losses.totals, ownerOf(cursor));
    const alert = this.#builder.build(finding, cursor, view, batch, lost);
    if (this.#joins) this.#join(alert, joinKeys(cursor, view, batch), place);
    if (alert.evidence.metadata === 'partial') this.#await(alert, place, key);
    return alert;
  }

  #join(alert: Alert, keys: JoinKeys, { finding, batch: { header }, at }: Place): void {
    const { node } = header;
    const incident = finding.beginsNoIncident
      ? this.#incidents.join(node, keys, at)
      : this.#incidents.assign(node, keys, at, () => incidentId(alert.uuid));
    if (!incident) return;
    alert.incident = incident.id;
    if (incident.follows !== undefined) alert.incident_follows = incident.follows;
    this.#happenedAgain(node, alert, at);
  }

  /**
   * Whether something of Warning or worse was told of the container so short a time before that its incident is not over.
   * @param at ms since 1970
   */
  hasSevereIncident(container: Container, header: BatchHeader, at: number): boolean {
    return this.#incidents.hasSevere(header.node, keysOfContainer(container, header), at);
  }

  /** Since when losses concern a finding, CLOCK_BOOTTIME in ms; undefined for the usual time before now. */
  #beginOf({ finding: { since }, batch: { header } }: Place): number | undefined {
    if (since !== undefined) return toMs(since - header.wallOffset);
    return this.#late > 0 ? toMs(header.watermark) - LOSS_SPAN_MS : undefined;
  }

  #happenedAgain(node: string, { incident, priority }: Alert, at: number): void {
    if (incident !== null) this.#incidents.touch(node, incident, at, PRIORITIES.indexOf(priority) <= WARNING);
  }

  /**
   * After the events of a batch: publishes and closes what is due at its watermark.
   * @param told containers of which records of the batch told: alerts that did not know them are told again
   */
  end(batch: Batch, told = NONE): void {
    const { node } = batch.header;
    const now = toMs(watermark(batch.header));
    for (const { group, alert } of this.#partial.tell(batch.header, told, now))
      this.#groups.republish(node, group, alert, this.#out);
    // What a late finding may join stays.
    const settled = now - this.#late;
    this.#partial.expire(node, settled);
    this.#groups.tick(node, settled, this.#lossesOf(node), this.#out);
    this.#storms.tick(node, settled);
    if (!this.#isBeside) this.#incidents.tick(node, now);
  }

  #await(alert: Alert, { finding, cursor, view, batch: { header } }: Place, key: string): void {
    this.#partial.add({
      node: header.node,
      container: containerKey(view.containerOf(cursor), cursor, header),
      group: key,
      alert,
      template: finding.template,
      since: toMs(watermark(header)),
    });
  }

  /**
   * Hands out counts that still wait for their second. For a quiet stream (call it about once a second) and before a
   * stop. Changes no count, so it may be called at any wall-clock time without harm to a replay.
   */
  flush(): void {
    this.#groups.flush(this.#out);
  }

  /** The alerts to publish now, in order. */
  take(): Alert[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  get stats(): AlertStats {
    return {
      findings: this.#findings,
      alerts: this.#alerts,
      evicted: this.#groups.evicted,
      unnamed: this.#partial.unnamed,
      summarised: this.#summarised,
      openIncidents: this.#incidents.size,
      incidentsEvicted: this.#incidents.evicted,
    };
  }

  /** The state for a checkpoint. Take and publish everything first: what waits in the stage is not part of it. */
  snapshot(): Uint8Array {
    return encodeState({
      groups: this.#groups.snapshot(),
      losses: this.#isBeside ? [] : [...this.#losses].map(([node, window]) => ({ node, window: window.snapshot() })),
      partial: this.#partial.snapshot(),
      incidents: this.#isBeside ? [] : this.#incidents.snapshot(),
      storms: this.#storms.snapshot(),
    });
  }

  /**
   * Goes on from a checkpoint.
   * @throws ControlPlaneError CHECKPOINT_CORRUPT when it can not be read; the stage is unchanged then
   */
  restore(bytes: Uint8Array): void {
    const { groups, losses, partial, incidents, storms } = decodeState(bytes);
    this.#groups.restore(groups);
    this.#partial.restore(partial);
    this.#storms.restore(storms);
    if (this.#isBeside) return;
    this.#incidents.restore(incidents);
    this.#losses.clear();
    for (const { node, window } of losses) this.#losses.set(node, LossWindow.restore(window));
  }

  /** Nodes are authenticated and a partition has few of them, so this map needs no bound of its own. */
  #lossesOf(node: string): LossWindow {
    let window = this.#losses.get(node);
    if (!window) {
      window = new LossWindow();
      this.#losses.set(node, window);
    }
    return window;
  }
}

/** Two detectors, or two versions of one, never share an alert. Empty for a finding that is an alert of its own. */
function groupKey(finding: Finding): string {
  if (finding.groupKey === '') return '';
  const { kind, id, version } = finding.detector;
  return [kind, id, version, finding.rule, finding.groupKey].join('\0');
}

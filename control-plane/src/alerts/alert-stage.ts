import type { Alert, EventCursor } from '@picket/sdk';
import type { Batch, Container, Finding, NodeView, RetellOutput } from '../types.ts';
import { AlertBuilder } from './alert-builder.ts';
import { AlertGroups, copyOf, DEFAULT_COOLDOWN, type GroupOptions } from './alert-groups.ts';
import { decodeState, encodeState } from './alert-state.ts';
import { eventName } from './event-name.ts';
import { eventTime, isoTime, toMs, watermark } from './event-time.ts';
import { ownerOf } from './loss-records.ts';
import { LossWindow, lossBetween } from './loss-window.ts';
import { containerKey, PartialAlerts } from './partial-alerts.ts';

/** Counts of one stage since it was made. */
export interface AlertStats {
  /** Findings taken in. */
  findings: number;
  /** Alerts opened, without their later revisions. */
  alerts: number;
  /** Groups closed early because there were too many. */
  evicted: number;
  /** Alerts that stay without full metadata: it did not come in time, or too many waited for it. */
  unnamed: number;
}

export interface AlertStageOptions extends GroupOptions {
  /** Tells outputs that speak of containers again; without it they stay as they were. */
  readonly retell?: RetellOutput;
}

const NONE: ReadonlySet<Container> = new Set();

/**
 * Turns the findings of one partition into alerts. For each batch: `begin`, `add` per finding, `end`, then publish
 * what `take` hands out. Time is event time throughout.
 */
export class AlertStage {
  readonly #builder = new AlertBuilder();
  readonly #groups: AlertGroups;
  readonly #partial: PartialAlerts;
  readonly #losses = new Map<string, LossWindow>();
  #out: Alert[] = [];
  #findings = 0;
  #alerts = 0;

  constructor(options: AlertStageOptions = {}) {
    this.#groups = new AlertGroups(options);
    this.#partial = new PartialAlerts(options.retell, options.cooldown ?? DEFAULT_COOLDOWN);
  }

  /** Before the events of a batch: learns what its node lost. */
  begin(batch: Batch): void {
    this.#lossesOf(batch.header.node).observe(batch);
  }

  /** A finding in the event on which the cursor stands. */
  add(finding: Finding, cursor: EventCursor, view: NodeView, batch: Batch): void {
    this.#findings++;
    const losses = this.#lossesOf(batch.header.node);
    const owner = ownerOf(cursor);
    const build = () => {
      this.#alerts++;
      const lost = lossBetween(losses.baseline(), losses.totals, owner);
      const alert = this.#builder.build(finding, cursor, view, batch, lost);
      if (alert.evidence.metadata === 'partial') this.#await(alert, finding, cursor, view, batch);
      return alert;
    };
    if (finding.groupKey === '') {
      this.#out.push(copyOf(build()));
      return;
    }
    const time = eventTime(cursor, batch.header);
    const occurrence = {
      node: batch.header.node,
      key: groupKey(finding),
      time,
      iso: isoTime(time),
      event: eventName(cursor, batch.header),
      owner,
      losses,
      build,
    };
    this.#groups.add(occurrence, this.#out);
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
    this.#partial.expire(node, now);
    this.#groups.tick(node, now, this.#lossesOf(node), this.#out);
  }

  #await(alert: Alert, finding: Finding, cursor: EventCursor, view: NodeView, { header }: Batch): void {
    this.#partial.add({
      node: header.node,
      container: containerKey(view.containerOf(cursor), cursor, header),
      group: finding.groupKey && groupKey(finding),
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
    };
  }

  /** The state for a checkpoint. Take and publish everything first: what waits in the stage is not part of it. */
  snapshot(): Uint8Array {
    const losses = [...this.#losses].map(([node, window]) => ({ node, window: window.snapshot() }));
    return encodeState({ groups: this.#groups.snapshot(), losses, partial: this.#partial.snapshot() });
  }

  /**
   * Goes on from a checkpoint.
   * @throws ControlPlaneError CHECKPOINT_CORRUPT when it can not be read; the stage is unchanged then
   */
  restore(bytes: Uint8Array): void {
    const { groups, losses, partial } = decodeState(bytes);
    this.#groups.restore(groups);
    this.#partial.restore(partial);
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

/** Two detectors, or two versions of one, never share an alert. */
function groupKey(finding: Finding): string {
  const { kind, id, version } = finding.detector;
  return [kind, id, version, finding.rule, finding.groupKey].join('\0');
}

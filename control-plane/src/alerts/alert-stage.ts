import type { Alert, EventCursor } from '@picket/sdk';
import type { Batch, Finding, NodeView } from '../types.ts';
import { AlertBuilder } from './alert-builder.ts';
import { AlertGroups, type GroupOptions } from './alert-groups.ts';
import { decodeState, encodeState } from './alert-state.ts';
import { eventName } from './event-name.ts';
import { eventTime, isoTime, toMs, watermark } from './event-time.ts';
import { ownerOf } from './loss-records.ts';
import { LossWindow, lossBetween } from './loss-window.ts';

/** Counts of one stage since it was made. */
export interface AlertStats {
  /** Findings taken in. */
  findings: number;
  /** Alerts opened, without their later revisions. */
  alerts: number;
  /** Groups closed early because there were too many. */
  evicted: number;
}

/**
 * Turns the findings of one partition into alerts. For each batch: `begin`, `add` per finding, `end`, then publish
 * what `take` hands out. Time is event time throughout.
 */
export class AlertStage {
  readonly #builder = new AlertBuilder();
  readonly #groups: AlertGroups;
  readonly #losses = new Map<string, LossWindow>();
  #out: Alert[] = [];
  #findings = 0;
  #alerts = 0;

  constructor(options: GroupOptions = {}) {
    this.#groups = new AlertGroups(options);
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
      return this.#builder.build(finding, cursor, view, batch, lossBetween(losses.baseline(), losses.totals, owner));
    };
    if (finding.groupKey === '') {
      this.#out.push(build());
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

  /** After the events of a batch: publishes and closes what is due at its watermark. */
  end(batch: Batch): void {
    const { node } = batch.header;
    this.#groups.tick(node, toMs(watermark(batch.header)), this.#lossesOf(node), this.#out);
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
    return { findings: this.#findings, alerts: this.#alerts, evicted: this.#groups.evicted };
  }

  /** The state for a checkpoint. Take and publish everything first: what waits in the stage is not part of it. */
  snapshot(): Uint8Array {
    const losses = [...this.#losses].map(([node, window]) => ({ node, window: window.snapshot() }));
    return encodeState({ groups: this.#groups.snapshot(), losses });
  }

  /**
   * Goes on from a checkpoint.
   * @throws ControlPlaneError CHECKPOINT_CORRUPT when it can not be read; the stage is unchanged then
   */
  restore(bytes: Uint8Array): void {
    const { groups, losses } = decodeState(bytes);
    this.#groups.restore(groups);
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

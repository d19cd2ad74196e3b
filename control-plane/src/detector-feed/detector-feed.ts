import { type Alert, EventCursor } from '@picket/sdk';
import { AlertStage } from '../alerts/alert-stage.ts';
import type { AlertStats } from '../alerts/alert-stats.ts';
import type { DetectorFinding } from '../detection/detectors/detector-finding.ts';
import type { PartitionDetectorsContract } from '../detection/detectors/runtime-contract.ts';
import { retellOutput } from '../detection/rules/compile/retell-output.ts';
import type { NodeState } from '../detection/state/node-state.ts';
import { decodeFrames, encodeFrames } from '../frames.ts';
import type { Batch, Container } from '../types.ts';
import { alertFinding } from './alert-finding.ts';
import { openCause } from './finding-cursor.ts';
import { FindingNames } from './finding-names.ts';
import { LateView } from './late-view.ts';

/** A finding that is kept beside the alerts. */
export interface Recorded {
  readonly versionId: string;
  readonly alert: Alert;
}

export interface DetectorFeedOptions {
  readonly detectors: PartitionDetectorsContract;
  /** The stage of the rules of the partition. */
  readonly stage: AlertStage;
  readonly stateOf: (node: string) => NodeState | undefined;
  readonly alertsPerMinute?: number | undefined;
}

/**
 * How far, in event time, detectors may be behind the rules before what they find may fall into other groups than it would
 * have. It shows when a long stretch of the stream is caught up with.
 */
export const LATE_MS = 120_000;

/** Between version and version id in what is recorded: two versions with the same number are kept apart. */
const ID_MARK = '+';
const NONE = new Uint8Array(0);

/**
 * The detectors of one partition, and alerts of what they find. They answer later than their batch, in whatever order; which
 * findings are one alert, and its id, follow from the batches alone.
 */
export class DetectorFeed {
  readonly #options: DetectorFeedOptions;
  readonly #alerts: AlertStage;
  readonly #recorded: AlertStage;
  readonly #names = new FindingNames();
  readonly #cursor = new EventCursor();
  /** Findings taken in since the partition was taken. */
  findings = 0;
  /** Containments that detectors proposed. They are counted and nothing else: Picket does not act. */
  proposals = 0;

  constructor(options: DetectorFeedOptions) {
    const { stage: beside, alertsPerMinute } = options;
    this.#options = options;
    this.#alerts = new AlertStage({ retell: retellOutput, alertsPerMinute, beside, lateMs: LATE_MS });
    this.#recorded = new AlertStage({ retell: retellOutput, alertsPerMinute, beside, lateMs: LATE_MS, join: 'none' });
  }

  /** Gives a batch to the detectors, behind the rules. */
  feed(batch: Batch, state: NodeState): void {
    this.#options.detectors.feed(batch, state);
  }

  /** Takes in what they have found since. */
  collect(): void {
    for (const found of this.#options.detectors.take()) this.#add(found);
    this.proposals += this.#options.detectors.takeProposals().length;
  }

  /** After a batch: see `AlertStage.end`. */
  end(batch: Batch, told: ReadonlySet<Container>): void {
    this.#alerts.end(batch, told);
    this.#recorded.end(batch, told);
  }

  flush(): void {
    this.#alerts.flush();
    this.#recorded.flush();
  }

  takeAlerts(): Alert[] {
    return this.#alerts.take();
  }

  takeRecorded(): Recorded[] {
    return this.#recorded.take().map((alert) => {
      const [version = '', versionId = ''] = alert.detector.version.split(ID_MARK);
      return { versionId, alert: { ...alert, detector: { ...alert.detector, version } } };
    });
  }

  get stats(): AlertStats {
    return this.#alerts.stats;
  }

  #add(found: DetectorFinding): void {
    this.findings++;
    const { detector, told } = found;
    const view = new LateView(this.#options.stateOf(found.batch.header.node), found.batch.header);
    const seen = this.#seen(found, view);
    const cursor = openCause(this.#cursor, seen);
    const batch: Batch = { ...found.batch, records: cursor.bytes };
    const identity = this.#names.identityOf(seen);
    const { version, versionId } = detector;
    if (told === 'alert') this.#alerts.add(alertFinding(seen, version, identity, cursor), cursor, view, batch);
    else this.#recorded.add(alertFinding(seen, version + ID_MARK + versionId, identity, cursor), cursor, view, batch);
  }

  /** A finding without an event may name any slot: of a container that its owner may not see nothing is told. */
  #seen(found: DetectorFinding, view: LateView): DetectorFinding {
    const { scope } = found.detector;
    if (found.record !== undefined || found.slot === 0 || scope === null) return found;
    const container = view.containerOf(openCause(this.#cursor, found));
    return container && scope.includes(container.podNamespace) ? found : { ...found, slot: 0, generation: 0 };
  }

  /** Waits until the detectors can take more, at most `ms`. */
  room(ms: number): Promise<void> {
    return this.#options.detectors.room(ms);
  }

  /** Waits until the detectors have answered, a bounded time, and takes in what they found. */
  async settle(ms: number): Promise<void> {
    await this.#options.detectors.settle(ms);
    this.collect();
  }

  /** Take everything and publish it first. */
  snapshot(): Uint8Array {
    return encodeFrames([this.#alerts.snapshot(), this.#recorded.snapshot(), this.#options.detectors.snapshot()]);
  }

  /** @throws ControlPlaneError CHECKPOINT_CORRUPT; what could not be read begins afresh then */
  restore(bytes: Uint8Array): void {
    const [alerts = NONE, recorded = NONE, detectors = NONE] = decodeFrames(bytes);
    this.#alerts.restore(alerts);
    this.#recorded.restore(recorded);
    this.#options.detectors.restore(detectors);
  }

  release(): void {
    this.#options.detectors.release();
  }
}

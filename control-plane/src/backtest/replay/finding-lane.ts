import type { Alert } from '@picket/sdk';
import { AlertStage } from '../../alerts/alert-stage.ts';
import type { DetectorFinding } from '../../detection/detectors/detector-finding.ts';
import type { PartitionDetectorsContract } from '../../detection/detectors/runtime-contract.ts';
import { retellOutput } from '../../detection/rules/compile/retell-output.ts';
import type { NodeState } from '../../detection/state/node-state.ts';
import { DetectorFeed } from '../../detector-feed/detector-feed.ts';
import type { Batch } from '../../types.ts';
import type { Lane } from './lane.ts';

/** Makes alerts of findings of a detector that are known already, each behind the batch that it is about. */
export class FindingLane implements Lane {
  readonly #stage: AlertStage;
  readonly #feed: DetectorFeed;
  readonly #found: ReadonlyMap<number, readonly DetectorFinding[]>;
  readonly #onAlert: (alert: Alert) => void;
  readonly #states = new Map<string, NodeState>();
  #due: readonly DetectorFinding[] = [];

  /**
   * @param found by stream sequence of the batch
   * @param onAlert told of every revision of every alert, in order
   */
  constructor(
    found: ReadonlyMap<number, readonly DetectorFinding[]>,
    alertsPerMinute: number | undefined,
    onAlert: (alert: Alert) => void,
  ) {
    this.#found = found;
    this.#onAlert = onAlert;
    this.#stage = new AlertStage({ retell: retellOutput, alertsPerMinute });
    this.#feed = new DetectorFeed({
      detectors: this.#told(),
      stage: this.#stage,
      stateOf: (node) => this.#states.get(node),
      alertsPerMinute,
    });
  }

  begin(batch: Batch): void {
    this.#stage.begin(batch);
  }

  end(batch: Batch, state: NodeState): void {
    this.#states.set(batch.header.node, state);
    this.#due = this.#found.get(batch.streamSequence) ?? [];
    this.#feed.collect();
    this.#stage.end(batch, state.containers.told);
    this.#feed.end(batch, state.containers.told);
    this.#hand();
  }

  finish(): void {
    this.#feed.flush();
    this.#hand();
  }

  #hand(): void {
    for (const alert of this.#feed.takeAlerts()) this.#onAlert(alert);
  }

  /** The detectors have run before: their findings are handed out once more. */
  #told(): PartitionDetectorsContract {
    return {
      feed: () => undefined,
      take: () => {
        const due = this.#due;
        this.#due = [];
        return [...due];
      },
      takeProposals: () => [],
      room: async () => undefined,
      settle: async () => undefined,
      snapshot: () => new Uint8Array(0),
      restore: () => undefined,
      release: () => undefined,
    };
  }
}

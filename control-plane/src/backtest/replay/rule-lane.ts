import type { Alert, EventCursor } from '@picket/sdk';
import { AlertStage } from '../../alerts/alert-stage.ts';
import { retellOutput } from '../../detection/rules/compile/retell-output.ts';
import type { RuleEngine } from '../../detection/rules/rule-engine.ts';
import type { NodeMemory } from '../../detection/rules/stateful/node-memory.ts';
import { RuleMemory } from '../../detection/rules/stateful/rule-memory.ts';
import type { NodeState } from '../../detection/state/node-state.ts';
import type { Batch, Emit } from '../../types.ts';
import type { Lane } from './lane.ts';

/** Rules over the events of a partition, and the alerts that come of it: what `Partition` does with them. */
export class RuleLane implements Lane {
  readonly #engine: RuleEngine;
  readonly #alerts: AlertStage;
  readonly #memories = new RuleMemory();
  readonly #onAlert: (alert: Alert) => void;
  #memory: NodeMemory | undefined;
  #state: NodeState | undefined;

  /** @param onAlert told of every revision of every alert, in order */
  constructor(engine: RuleEngine, alertsPerMinute: number | undefined, onAlert: (alert: Alert) => void) {
    this.#engine = engine;
    this.#alerts = new AlertStage({ retell: retellOutput, alertsPerMinute });
    this.#onAlert = onAlert;
  }

  begin(batch: Batch): void {
    this.#alerts.begin(batch, this.#engine.lookBackMs);
    this.#memory = this.#memories.begin(batch, this.#engine.programs);
  }

  event(cursor: EventCursor, state: NodeState, batch: Batch): void {
    this.#state = state;
    if (this.#memory) this.#engine.evaluate(cursor, state, batch, this.#emit, this.#memory);
  }

  end(batch: Batch, state: NodeState): void {
    this.#state = state;
    if (this.#memory) this.#engine.settle(state, batch, this.#emit, this.#memory);
    this.#alerts.end(batch, state.containers.told);
    this.#hand();
  }

  finish(): void {
    this.#alerts.flush();
    this.#hand();
  }

  #hand(): void {
    for (const alert of this.#alerts.take()) this.#onAlert(alert);
  }

  readonly #emit: Emit = (finding, cursor, batch) => {
    if (this.#state) this.#alerts.add(finding, cursor, this.#state, batch);
  };
}

import type { LiveDetector } from '../../detection/detectors/live-detector.ts';
import { PartMaker } from '../../detection/detectors/selection/part-maker.ts';
import { SelectionPlan } from '../../detection/detectors/selection/selection-plan.ts';
import type { NodeState } from '../../detection/state/node-state.ts';
import type { Batch } from '../../types.ts';
import type { Lane } from '../replay/lane.ts';
import type { TriedInstance } from './tried-instance.ts';

/** Gives the events of a partition to instances of detectors: what each sees is chosen as it is in detection. */
export class DetectLane implements Lane {
  readonly #plan: SelectionPlan;
  readonly #maker = new PartMaker('own');
  readonly #instances: readonly (readonly [LiveDetector, TriedInstance])[];

  constructor(instances: readonly (readonly [LiveDetector, TriedInstance])[]) {
    this.#instances = instances;
    this.#plan = new SelectionPlan(instances.map(([detector]) => detector));
  }

  end(batch: Batch, state: NodeState): void {
    const parts = this.#maker.make(this.#plan, batch, state);
    for (const [detector, instance] of this.#instances) instance.feed(batch, parts?.[this.#plan.numberOf(detector)]);
  }

  finish(): void {
    for (const [, instance] of this.#instances) instance.flush();
  }
}

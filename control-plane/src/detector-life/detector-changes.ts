import type { DetectorActor } from '../api/detectors/detector-lifecycle.ts';
import type { Store } from '../store/store.ts';
import type { ActiveDetectors } from './active-detectors.ts';

export interface DetectorChangesDeps {
  readonly store: Store;
  readonly active: ActiveDetectors;
  /** Tells the other control planes. */
  readonly notify: () => void;
  /** ms since 1970. */
  readonly now: () => number;
}

/** What a change is about, for the audit log. */
export interface DetectorAudit {
  readonly action: string;
  readonly target: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A store within a transaction that nobody else changes detectors in. */
export interface DetectorTransaction {
  readonly store: Store;
  /** The number of the change. */
  readonly revision: number;
  readonly now: number;
}

/** Makes changes: what is stored and its audit entry together or not at all; then it runs here, and the others are told. */
export class DetectorChanges {
  readonly #deps: DetectorChangesDeps;

  constructor(deps: DetectorChangesDeps) {
    this.#deps = deps;
  }

  /**
   * @param write answers with what is written to the audit log; what it throws refuses the change as a whole
   */
  async make(actor: DetectorActor, write: (change: DetectorTransaction) => Promise<DetectorAudit>): Promise<void> {
    const { store, active, notify } = this.#deps;
    const now = this.#deps.now();
    await store.transaction(async (trx) => {
      // takes the lock too: the changes of all control planes come one after the other
      const revision = await trx.detectors.nextRevision();
      const audit = await write({ store: trx, revision, now });
      await trx.audit.append({ time: now, actor: actor.id, ...audit });
    });
    notify();
    await active.refresh();
  }
}

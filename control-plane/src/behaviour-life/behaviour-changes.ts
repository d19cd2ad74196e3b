import type { Store } from '../store/store.ts';

export interface BehaviourChangesDeps {
  readonly store: Store;
  /** Tells the other control planes. */
  readonly notify: () => void;
  /** Brings what runs here to what the store says. */
  readonly refresh: () => Promise<void>;
  /** ms since 1970. */
  readonly now: () => number;
}

/** What a change is about, for the audit log. */
export interface BehaviourAudit {
  readonly action: string;
  /** Id of the workload. */
  readonly target: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A store within a transaction that nobody else changes behaviour in. */
export interface BehaviourTransaction {
  readonly store: Store;
  /** The number of the change. */
  readonly revision: number;
  readonly now: number;
}

/** Who a change is written down for when nobody asked for it. */
export const SYSTEM = 'system';

/** Makes changes: what is stored and its audit entries together or not at all; then it is scored by here, and the others are told. */
export class BehaviourChanges {
  readonly #deps: BehaviourChangesDeps;

  constructor(deps: BehaviourChangesDeps) {
    this.#deps = deps;
  }

  /**
   * Changes something and tells everybody.
   * @param actor id of a token, or SYSTEM
   * @param write answers with what is written to the audit log; what it throws refuses the change as a whole
   */
  async make(actor: string, write: WriteChange): Promise<void> {
    await this.write(actor, write);
    await this.announce();
  }

  /** Changes something that is not told yet: many changes in a row are told together. */
  async write(actor: string, write: WriteChange): Promise<void> {
    const { store } = this.#deps;
    const now = this.#deps.now();
    await store.transaction(async (trx) => {
      // takes the lock too: the changes of all control planes come one after the other
      const revision = await trx.behaviour.nextRevision();
      for (const audit of await write({ store: trx, revision, now }))
        await trx.audit.append({ time: now, actor, ...audit });
    });
  }

  /** Tells the others, and takes over here what was changed. */
  async announce(): Promise<void> {
    this.#deps.notify();
    await this.#deps.refresh();
  }
}

type WriteChange = (change: BehaviourTransaction) => Promise<readonly BehaviourAudit[]>;

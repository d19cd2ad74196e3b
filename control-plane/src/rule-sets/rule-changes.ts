import { Turns } from '../bus/turns.ts';
import type { RuleFile } from '../detection/rules/load/rule.ts';
import { ControlPlaneError } from '../errors.ts';
import type { AuditRecord } from '../store/audit-store.ts';
import type { Store } from '../store/store.ts';
import type { ActiveRules } from './active-rules.ts';
import { type RuleLayers, readLayers } from './rule-layers.ts';
import type { RuleProgram } from './rule-program.ts';

/** A change of what is active. It may be tried several times: others change rules too. */
export interface RuleChange {
  /** Rule files of the server to run with; those that run when left out. */
  readonly base?: readonly RuleFile[];
  /** The layers as they shall be, from those that are. What it throws refuses the change. */
  next(layers: RuleLayers): Promise<RuleLayers> | RuleLayers;
  /** Looks at what was made of it before it is kept. What it throws refuses the change. */
  check?(program: RuleProgram): void;
  /** Writes it; `revision` is its number. False when it has become pointless: then nothing is kept. */
  write(store: Store, revision: number): Promise<boolean> | Promise<void>;
  readonly audit: Omit<AuditRecord, 'time'>;
}

export interface RuleChangesDeps {
  readonly store: Store;
  readonly active: ActiveRules;
  /** Tells the other replicas. */
  readonly notify: (revision: number) => void;
  readonly now: () => number;
}

const MOST_TRIES = 5;

/** Thrown to undo a transaction that turned out to be pointless. */
class Undone extends Error {}

/** Makes changes: first the new program whole, then the store, then the swap. What fails before the store changes nothing. */
export class RuleChanges {
  readonly #deps: RuleChangesDeps;
  /** One after the other: each needs some hundred ms of the one thread there is. */
  readonly #turns = new Turns();

  constructor(deps: RuleChangesDeps) {
    this.#deps = deps;
  }

  /**
   * @returns false when `write` said that it is pointless
   * @throws ControlPlaneError RULES_BUSY, and what the change throws
   */
  make(change: RuleChange): Promise<boolean> {
    return this.#turns.run(() => this.#make(change));
  }

  async #make(change: RuleChange): Promise<boolean> {
    const { store, active, now } = this.#deps;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const layers = await readLayers(store, now());
      const next = await change.next(layers);
      const program = active.make(next, change.base);
      change.check?.(program);
      const written = await this.#write(change, layers.numbers.revision);
      if (written === 'pointless') return false;
      if (written === 'overtaken') continue;
      active.take({ ...program, layers: { ...next, numbers: written } }, change.base);
      this.#deps.notify(written.revision);
      return true;
    }
    throw new ControlPlaneError('RULES_BUSY', 'others change the rules at the same time: try again in a few seconds');
  }

  async #write(change: RuleChange, before: number): Promise<RuleLayers['numbers'] | 'overtaken' | 'pointless'> {
    let outcome: 'overtaken' | 'pointless' = 'overtaken';
    try {
      return await this.#deps.store.transaction(async (store) => {
        const revision = await store.ruleRevision.next();
        if (revision !== before + 1) throw new Undone();
        outcome = 'pointless';
        if ((await change.write(store, revision)) === false) throw new Undone();
        await store.audit.append({ ...change.audit, time: this.#deps.now() });
        return await store.ruleRevision.read();
      });
    } catch (error) {
      if (error instanceof Undone) return outcome;
      throw error;
    }
  }
}

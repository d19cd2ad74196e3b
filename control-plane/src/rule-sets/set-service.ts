import type { Page, RuleCheck, RuleFileText, RuleSet, RuleSetCreated, RuleSetInfo } from '@picket/sdk/client';
import type { Actor } from '../api/rules/rule-lifecycle.ts';
import type { RuleFile } from '../detection/rules/load/rule.ts';
import { ControlPlaneError } from '../errors.ts';
import type { RuleActivation, RuleSetHead, RuleSetRecord } from '../store/rules/rule-set-store.ts';
import type { Store } from '../store/store.ts';
import type { ActiveRules } from './active-rules.ts';
import { freshErrors, isEmpty, namesIn } from './check-rules.ts';
import { isGenerated } from './generated-layers.ts';
import { refusal, refuseErrors } from './refuse.ts';
import type { RuleChanges } from './rule-changes.ts';
import type { RuleChecker } from './rule-checker.ts';
import type { RuleProgram } from './rule-program.ts';
import { setId } from './set-id.ts';

export interface SetServiceDeps {
  readonly store: Store;
  readonly active: ActiveRules;
  readonly changes: RuleChanges;
  readonly checker: RuleChecker;
  readonly readFiles: () => readonly RuleFile[];
  readonly now: () => number;
}

/** Sets that are kept. Each may have a megabyte. */
const MOST_SETS = 500;

/** Uploaded rule sets: checked, kept, made active, gone back from. */
export class SetService {
  readonly #deps: SetServiceDeps;

  constructor(deps: SetServiceDeps) {
    this.#deps = deps;
  }

  validate(candidate: readonly RuleFileText[]): Promise<RuleCheck> {
    const { active, checker } = this.#deps;
    const generated = active.program.files.filter(({ name }) => isGenerated(name));
    return checker.check({ base: active.base, candidate, generated });
  }

  async create(
    actor: Actor,
    request: { files: RuleFileText[]; name?: string | undefined; partial: boolean },
  ): Promise<RuleSetCreated> {
    const { files, partial } = request;
    if (isEmpty(files)) throw refusal('the set is not taken: its files define no rule, macro or list', []);
    const { valid, problems, rules: outcomes } = await this.validate(files);
    const errors = problems.filter(({ severity }) => severity === 'error');
    if (!valid && !partial) throw refusal('the set is not taken', errors);
    const { store, now } = this.#deps;
    const id = setId(files);
    const name = request.name ?? files[0]?.name ?? id.slice(0, 12);
    const named = new Set(namesIn(files));
    const rules = outcomes.filter(({ rule, outcome }) => named.has(rule) && outcome !== 'refused').length;
    const set = { id, name, files, partial, rules, created: now(), createdBy: actor.id };
    await store.transaction(async (trx) => {
      const before = await trx.ruleSets.get(id);
      if (!before && (await trx.ruleSets.count()) >= MOST_SETS)
        throw new ControlPlaneError('RULES_CONFLICT', `${MOST_SETS} rule sets are kept: delete some before a new one`);
      if (!(await trx.ruleSets.insert(set))) return;
      const detail = { name, rules, partial, files: files.map((file) => file.name) };
      await trx.audit.append({ time: now(), actor: actor.id, action: 'rules.set.create', target: id, detail });
    });
    return { ...this.#info(await this.#get(id)), problems };
  }

  async list(limit: number, cursor: string | undefined): Promise<Page<RuleSetInfo>> {
    const { items, next } = await this.#deps.store.ruleSets.list(limit, cursor);
    return { items: items.map((set) => this.#info(set)), next };
  }

  async get(id: string): Promise<RuleSet> {
    const set = await this.#get(id);
    return { ...this.#info(set), files: set.files.map((file) => ({ ...file })) };
  }

  async delete(actor: Actor, id: string): Promise<void> {
    const { store, now } = this.#deps;
    await store.transaction(async (trx) => {
      // nobody makes it active until this has ended
      await trx.ruleRevision.lock();
      if ((await trx.ruleSets.active())?.setId === id)
        throw new ControlPlaneError('RULES_CONFLICT', 'the set is active: activate another one or roll back first');
      if (!(await trx.ruleSets.delete(id))) throw notFound(id);
      await trx.audit.append({ time: now(), actor: actor.id, action: 'rules.set.delete', target: id, detail: {} });
    });
  }

  async activate(actor: Actor, id: string): Promise<void> {
    const set = await this.#get(id);
    await this.#switchTo(actor, 'rules.activate', async (from) => ({
      set,
      parent: from?.setId === id ? from.parent : (from?.revision ?? null),
    }));
  }

  /** Goes back step by step: to the set that was active before, and by another call to the one before that. */
  async rollback(actor: Actor): Promise<void> {
    const { store } = this.#deps;
    await this.#switchTo(actor, 'rules.rollback', async (from) => {
      if (!from || from.setId === null)
        throw new ControlPlaneError('RULES_CONFLICT', 'no set is active: there is nothing to go back from');
      const back = from.parent === null ? undefined : await store.ruleSets.activation(from.parent);
      if (!back?.setId) return { set: undefined, parent: null };
      const set = await store.ruleSets.get(back.setId);
      if (set) return { set, parent: back.parent };
      throw new ControlPlaneError('RULES_CONFLICT', `the set before, ${back.setId}, was deleted: activate another one`);
    });
  }

  /** Reads the rule files of the server again, here and on every other control plane. */
  async reload(actor: Actor, partial: boolean): Promise<void> {
    const { changes, active, readFiles } = this.#deps;
    const base = readFiles();
    const alone = active.alone();
    await changes.make({
      base,
      next: (layers) => layers,
      check: ({ loaded }) => {
        if (!partial) refuseErrors('the rule files are not taken', freshErrors(alone, loaded));
      },
      write: async (trx) => void (await trx.ruleRevision.nextFiles()),
      audit: { actor: actor.id, action: 'rules.reload', target: null, detail: { files: base.map(({ name }) => name) } },
    });
  }

  async #switchTo(
    actor: Actor,
    action: string,
    choose: (
      from: RuleActivation | undefined,
    ) => Promise<{ readonly set: RuleSetRecord | undefined; readonly parent: number | null }>,
  ): Promise<void> {
    const { changes, now } = this.#deps;
    const audit = { actor: actor.id, action, target: null as string | null, detail: {} as Record<string, unknown> };
    let activation: RuleActivation | undefined;
    await changes.make({
      next: async (layers) => {
        const { set, parent } = await choose(layers.activation);
        const revision = layers.numbers.revision + 1;
        activation = { revision, setId: set?.id ?? null, parent, time: now(), actor: actor.id };
        audit.target = activation.setId;
        audit.detail = { revision, from: layers.activation?.setId ?? null };
        return { ...layers, set, activation };
      },
      check: (program) => this.#refuseBroken(program),
      write: async (trx) => {
        // it may have been deleted since it was read
        const { setId = null } = activation ?? {};
        if (setId !== null && !(await trx.ruleSets.get(setId))) throw notFound(setId);
        if (activation) await trx.ruleSets.activate(activation);
      },
      audit,
    });
  }

  /** The files of the server may be others than when the set was uploaded. */
  #refuseBroken({ layers: { set }, loaded }: RuleProgram): void {
    if (!set || set.partial) return;
    refuseErrors('the set can not be active', freshErrors(this.#deps.active.alone(), loaded));
  }

  async #get(id: string): Promise<RuleSetRecord> {
    const set = await this.#deps.store.ruleSets.get(id);
    if (set) return set;
    throw notFound(id);
  }

  #info({ id, name, rules, partial, created, createdBy }: RuleSetHead): RuleSetInfo {
    const active = this.#deps.active.program.layers.activation?.setId === id;
    return { id, name, rules, partial, active, created: new Date(created).toISOString(), created_by: createdBy };
  }
}

const notFound = (id: string) => new ControlPlaneError('NOT_FOUND', `there is no rule set ${id}`);

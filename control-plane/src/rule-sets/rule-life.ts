import { type Log, messageOf } from '@picket/sdk';
import type { RulesChanged } from '@picket/sdk/client';
import type { RuleLifecycle } from '../api/rules/rule-lifecycle.ts';
import type { StoredEvents, StoredEventsQuery } from '../bus/types.ts';
import type { RuleFile } from '../detection/rules/load/rule.ts';
import type { Store } from '../store/store.ts';
import type { ActiveRules } from './active-rules.ts';
import { finding } from './check-rules.ts';
import { ExceptionService } from './exception-service.ts';
import { OverrideService } from './override-service.ts';
import { ProposalService } from './proposal-service.ts';
import { RuleChanges } from './rule-changes.ts';
import { RuleChecker } from './rule-checker.ts';
import type { RuleNotices } from './rule-notices.ts';
import { SetService } from './set-service.ts';

export interface RuleLifeDeps {
  readonly store: Store;
  readonly active: ActiveRules;
  readonly notices: RuleNotices;
  readonly storedEvents: (query: StoredEventsQuery) => Promise<StoredEvents>;
  readonly readFiles: () => readonly RuleFile[];
  readonly log: Log;
  /** ms since 1970. */
  readonly now: () => number;
}

const TICK_MS = 1000;
/** Ticks between two looks at the store, and between two writes of what exceptions silenced. */
const LOOK_TICKS = 5;

/** The life of the rules: what changes them by the API, by other replicas and by time. */
export interface RuleLife {
  readonly lifecycle: RuleLifecycle;
  stop(): Promise<void>;
}

/** Begins to follow the store. */
export function startRuleLife(deps: RuleLifeDeps): RuleLife {
  const { store, active, notices, log, now } = deps;
  notices.listen(() => void active.refresh());
  const changes = new RuleChanges({ store, active, notify: (revision) => notices.notify(revision), now });
  const exceptions = new ExceptionService({ ...deps, changes });
  let ticks = 0;
  let working: Promise<void> | undefined;
  const tick = () => {
    ticks++;
    working ??= work(ticks).finally(() => {
      working = undefined;
    });
  };
  const work = async (count: number): Promise<void> => {
    try {
      await exceptions.expire();
      if (count % LOOK_TICKS !== 0) return;
      await active.refresh();
      await keepSilenced(store, active);
    } catch (error) {
      log.warn('the rules could not be looked after; it is tried again', { why: messageOf(error) });
    }
  };
  const timer = setInterval(tick, TICK_MS);
  return {
    lifecycle: lifecycleOf(deps, changes, exceptions),
    async stop() {
      clearInterval(timer);
      await working;
      await keepSilenced(store, active);
    },
  };
}

/** Writes down how often exceptions silenced something; what can not be written waits. */
async function keepSilenced(store: Store, active: ActiveRules): Promise<void> {
  const counts = new Map(active.takeSilenced());
  try {
    for (const [id, count] of counts) {
      await store.ruleExceptions.addSilenced(id, count);
      counts.delete(id);
    }
  } finally {
    active.returnSilenced(counts);
  }
}

function lifecycleOf(deps: RuleLifeDeps, changes: RuleChanges, exceptions: ExceptionService): RuleLifecycle {
  const { active } = deps;
  const sets = new SetService({ ...deps, changes, checker: new RuleChecker() });
  const overrides = new OverrideService({ ...deps, changes });
  const proposals = new ProposalService(deps);
  const changed = async (change: Promise<void>): Promise<RulesChanged> => {
    await change;
    return { state: active.state(), problems: active.loaded().problems.map(finding) };
  };
  return {
    state: () => active.state(),
    validate: (files) => sets.validate(files),
    reload: (actor, partial) => changed(sets.reload(actor, partial)),
    sets: (limit, cursor) => sets.list(limit, cursor),
    set: (id) => sets.get(id),
    createSet: (actor, request) => sets.create(actor, request),
    deleteSet: (actor, id) => sets.delete(actor, id),
    activateSet: (actor, id) => changed(sets.activate(actor, id)),
    rollback: (actor) => changed(sets.rollback(actor)),
    overrides: () => overrides.list(),
    setOverride: (actor, rule, request) => changed(overrides.set(actor, rule, request)),
    deleteOverride: (actor, rule) => changed(overrides.delete(actor, rule)),
    propose: (actor, scope, request) => proposals.propose(actor, scope, request),
    accept: (actor, request) => exceptions.accept(actor, request),
    exceptions: (limit, cursor, state) => exceptions.list(limit, cursor, state),
    endException: (actor, id) => exceptions.end(actor, id),
  };
}

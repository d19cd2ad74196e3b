import { randomUUID } from 'node:crypto';
import type { Alert } from '@picket/sdk';
import type { ExceptionEffect, ExceptionProposal, ProposalRequest } from '@picket/sdk/client';
import type { z } from 'zod';
import type { Actor } from '../api/rules/rule-lifecycle.ts';
import type { StoredEvents, StoredEventsQuery } from '../bus/types.ts';
import { loadRules } from '../detection/rules/load/load-rules.ts';
import { ControlPlaneError } from '../errors.ts';
import type { ExceptionSpec, RuleException } from '../store/rules/rule-exception-store.ts';
import type { Store } from '../store/store.ts';
import type { ActiveRules } from './active-rules.ts';
import { alertEffect } from './alert-effect.ts';
import { eventEffect, type RuleVariants } from './event-effect.ts';
import { checkExpires } from './exception-expiry.ts';
import { specFrom } from './exception-spec.ts';
import { warningsOf } from './exception-warnings.ts';
import { EXCEPTIONS_FILE } from './generated-layers.ts';
import { newestFirst } from './newest-first.ts';
import { refuseErrors } from './refuse.ts';
import { layerFiles } from './rule-layers.ts';

export interface ProposalServiceDeps {
  readonly store: Store;
  readonly active: ActiveRules;
  readonly storedEvents: (query: StoredEventsQuery) => Promise<StoredEvents>;
  readonly now: () => number;
}

export type Proposal = z.output<typeof ProposalRequest>;
type Scope = readonly string[] | null;

const HOUR_MS = 3_600_000;
/** Most batches to look at, and for how long: detection goes on beside it, on the same thread. */
const MOST_BATCHES = 20_000;
const DEADLINE_MS = 20_000;
const MOST_PROPOSALS = 1000;

/** Makes exceptions of alerts and shows what they would have silenced. */
export class ProposalService {
  readonly #deps: ProposalServiceDeps;
  #isLooking = false;

  constructor(deps: ProposalServiceDeps) {
    this.#deps = deps;
  }

  async propose(actor: Actor, scope: Scope, request: Proposal): Promise<ExceptionProposal> {
    const alert = await this.#alert(request.alert, scope);
    checkExpires(request.expires, this.#deps.now());
    const spec = specFrom(alert, request.fields);
    const exception = this.#exception(actor, alert, spec, request);
    const variants = this.#variants(exception);
    const effect = await this.#effect(exception, variants, scope, request.hours);
    const id = request.dry_run ? null : await this.#keep(exception);
    const warnings = warningsOf(spec, alert);
    if (variants.before.version !== alert.detector.version)
      warnings.push('the rule, or another exception of it, has changed since the alert was made');
    return { id, rule: exception.rule, exception: mutable(spec), warnings, effect };
  }

  async #alert(uuid: string, scope: Scope): Promise<Alert> {
    const alert = await this.#deps.store.alerts.get(uuid, scope);
    if (!alert) throw new ControlPlaneError('NOT_FOUND', `there is no alert ${uuid}, or the token may not see it`);
    if (alert.detector.kind === 'rule') return alert;
    throw new ControlPlaneError('REQUEST_INVALID', `alert ${uuid} comes from no rule: only rules have exceptions`);
  }

  #exception(actor: Actor, alert: Alert, spec: ExceptionSpec, request: Proposal): RuleException {
    return {
      id: randomUUID(),
      rule: alert.rule,
      spec,
      alert: alert.uuid,
      state: 'proposed',
      owner: request.owner ?? null,
      reason: request.reason ?? null,
      expires: request.expires === undefined ? null : Date.parse(request.expires),
      proposed: this.#deps.now(),
      proposedBy: actor.id,
      accepted: null,
      acceptedBy: null,
      ended: null,
      endedBy: null,
      silenced: 0,
    };
  }

  /** The rule as it runs, and as it would run. @throws ControlPlaneError NOT_FOUND or RULES_REFUSED */
  #variants(exception: RuleException): RuleVariants {
    const { active } = this.#deps;
    const find = (rules: ReturnType<ActiveRules['loaded']>['rules']) =>
      rules.find(({ name }) => name === exception.rule);
    const before = find(active.loaded().rules);
    if (!before) throw new ControlPlaneError('NOT_FOUND', `there is no rule "${exception.rule}" any more`);
    const { layers } = active.program;
    const loaded = loadRules(layerFiles(active.base, { ...layers, exceptions: [...layers.exceptions, exception] }));
    const problems = loaded.problems.filter(({ file, rule }) => file === EXCEPTIONS_FILE && rule === exception.rule);
    refuseErrors('the exception does not fit its rule', problems);
    const after = find(loaded.rules);
    if (after) return { before, after };
    throw new ControlPlaneError('RULES_REFUSED', `rule "${exception.rule}" can not be loaded with this exception`);
  }

  /** One at a time: it takes its share of the thread that detection runs on. */
  async #effect(
    exception: RuleException,
    variants: RuleVariants,
    scope: Scope,
    hours: number,
  ): Promise<ExceptionEffect> {
    if (this.#isLooking)
      throw new ControlPlaneError('RULES_BUSY', 'another exception is looked at: try again in a few seconds');
    this.#isLooking = true;
    try {
      const { store, storedEvents, now } = this.#deps;
      const since = now() - hours * HOUR_MS;
      const sees = (alert: Alert) => scope === null || scope.includes(alert.workload?.namespace ?? '');
      const look = async (most: number) =>
        eventEffect(await storedEvents({ since, most }), variants, { deadlineMs: DEADLINE_MS, now, sees });
      return {
        events: await newestFirst(look, { most: MOST_BATCHES, deadlineMs: DEADLINE_MS, now }),
        alerts: await alertEffect(store, { rule: exception.rule, spec: exception.spec, since, scope }),
      };
    } finally {
      this.#isLooking = false;
    }
  }

  async #keep(exception: RuleException): Promise<string> {
    const { id, rule, alert, spec } = exception;
    await this.#deps.store.transaction(async (trx) => {
      if ((await trx.ruleExceptions.count('proposed')) >= MOST_PROPOSALS)
        throw new ControlPlaneError(
          'RULES_CONFLICT',
          `${MOST_PROPOSALS} proposals wait: accept some or turn them down before a new one`,
        );
      await trx.ruleExceptions.insert(exception);
      await trx.audit.append({
        ...{ time: exception.proposed, actor: exception.proposedBy, action: 'rules.exception.propose', target: id },
        detail: { rule, alert, exception: spec },
      });
    });
    return id;
  }
}

export const mutable = ({ fields, comps, values }: ExceptionSpec) => ({
  fields: [...fields],
  comps: [...comps],
  values: [...values],
});

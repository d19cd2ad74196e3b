import type { Log } from '@picket/sdk';
import type { ExceptionInfo, ExceptionRequest, Page } from '@picket/sdk/client';
import type { z } from 'zod';
import type { Actor } from '../api/rules/rule-lifecycle.ts';
import { ControlPlaneError } from '../errors.ts';
import type { RuleException } from '../store/rules/rule-exception-store.ts';
import type { Store } from '../store/store.ts';
import type { ActiveRules } from './active-rules.ts';
import { checkExpires } from './exception-expiry.ts';
import { EXCEPTIONS_FILE } from './generated-layers.ts';
import { mutable } from './proposal-service.ts';
import { refuseErrors } from './refuse.ts';
import type { RuleChanges } from './rule-changes.ts';

export interface ExceptionServiceDeps {
  readonly store: Store;
  readonly active: ActiveRules;
  readonly changes: RuleChanges;
  readonly log: Log;
  readonly now: () => number;
}

/** Exceptions that hold at once. Each is a test more for every match of its rule. */
const MOST_ACTIVE = 1000;

/** Exceptions of rules: accepted, listed, ended by somebody or by time. */
export class ExceptionService {
  readonly #deps: ExceptionServiceDeps;

  constructor(deps: ExceptionServiceDeps) {
    this.#deps = deps;
  }

  async accept(actor: Actor, request: z.output<typeof ExceptionRequest>): Promise<ExceptionInfo> {
    const { changes, now } = this.#deps;
    const { proposal: id, owner, reason } = request;
    checkExpires(request.expires, now());
    const proposed = await this.#get(id);
    if (proposed.state !== 'proposed') throw hasEnded(proposed);
    const expires = Date.parse(request.expires);
    const acceptance = { id, owner, reason, expires, accepted: now(), acceptedBy: actor.id };
    const exception = { ...proposed, ...acceptance, state: 'active' as const };
    const made = await changes.make({
      next: (layers) => {
        if (layers.exceptions.length >= MOST_ACTIVE)
          throw new ControlPlaneError('RULES_CONFLICT', `${MOST_ACTIVE} exceptions hold: end some before a new one`);
        return { ...layers, exceptions: [...layers.exceptions, exception] };
      },
      check: ({ loaded: { problems } }) => {
        const own = problems.filter(({ file, rule }) => file === EXCEPTIONS_FILE && rule === exception.rule);
        refuseErrors('the exception does not fit its rule', own);
      },
      write: (trx) => trx.ruleExceptions.accept(acceptance),
      audit: {
        ...{ actor: actor.id, action: 'rules.exception.accept', target: id },
        detail: { rule: exception.rule, exception: exception.spec, owner, reason, expires: request.expires },
      },
    });
    if (!made) throw hasEnded(await this.#get(id));
    return this.#info(await this.#get(id));
  }

  async list(
    limit: number,
    cursor: string | undefined,
    state: ExceptionInfo['state'] | undefined,
  ): Promise<Page<ExceptionInfo>> {
    const { items, next } = await this.#deps.store.ruleExceptions.list(limit, cursor, state);
    return { items: items.map((exception) => this.#info(exception)), next };
  }

  async end(actor: Actor, id: string): Promise<void> {
    const exception = await this.#get(id);
    if (exception.state === 'active') return this.#endActive(exception, 'ended', actor.id);
    await this.#deps.store.transaction(async (trx) => {
      const time = this.#deps.now();
      if (!(await trx.ruleExceptions.end(id, 'ended', time, actor.id))) throw hasEnded(exception);
      const detail = { rule: exception.rule };
      await trx.audit.append({ time, actor: actor.id, action: 'rules.exception.refuse', target: id, detail });
    });
  }

  /** Ends those whose time is over; call it every second or so. */
  async expire(): Promise<void> {
    const { store, active, now } = this.#deps;
    if (active.nextEnd > now()) return;
    const over = (await store.ruleExceptions.active()).filter(({ expires }) => expires !== null && expires <= now());
    for (const exception of over) {
      await this.#endActive(exception, 'expired', 'system');
      const { id, rule, owner } = exception;
      this.#deps.log.info('the time of an exception is over: its rule tells again', {
        id,
        rule,
        owner: owner ?? undefined,
      });
    }
    // another replica may have written it down: then only the running rules are behind
    if (over.length === 0) await active.refresh();
  }

  async #endActive(exception: RuleException, state: 'ended' | 'expired', actor: string): Promise<void> {
    const { changes, now } = this.#deps;
    const { id, rule, owner, expires } = exception;
    const made = await changes.make({
      next: (layers) => ({ ...layers, exceptions: layers.exceptions.filter((other) => other.id !== id) }),
      write: (trx) => trx.ruleExceptions.end(id, state, now(), actor),
      audit: {
        ...{ actor, action: state === 'expired' ? 'rules.exception.expire' : 'rules.exception.end', target: id },
        detail: { rule, owner, expires: expires && new Date(expires).toISOString() },
      },
    });
    if (!made && state === 'ended') throw hasEnded(await this.#get(id));
  }

  async #get(id: string): Promise<RuleException> {
    const exception = await this.#deps.store.ruleExceptions.get(id);
    if (exception) return exception;
    throw new ControlPlaneError('NOT_FOUND', `there is no exception ${id}`);
  }

  #info(exception: RuleException): ExceptionInfo {
    const isKnown = this.#deps.active.loaded().rules.some(({ name }) => name === exception.rule);
    return {
      id: exception.id,
      rule: exception.rule,
      state: exception.state,
      exception: mutable(exception.spec),
      alert: exception.alert,
      owner: exception.owner,
      reason: exception.reason,
      expires: isoTime(exception.expires),
      proposed: new Date(exception.proposed).toISOString(),
      proposed_by: exception.proposedBy,
      accepted: isoTime(exception.accepted),
      accepted_by: exception.acceptedBy,
      ended: isoTime(exception.ended),
      ended_by: exception.endedBy,
      silenced: exception.silenced,
      applies: exception.state === 'active' && isKnown,
    };
  }
}

const isoTime = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

const hasEnded = ({ id, state }: RuleException) =>
  new ControlPlaneError(
    'RULES_CONFLICT',
    `exception ${id} is ${state}: only a proposal can be accepted, and only once`,
  );

import type { Http } from './http.ts';
import {
  ExceptionInfo,
  ExceptionProposal,
  type ExceptionRequest,
  type ProposalRequest,
  type ReloadRequest,
  RuleCheck,
  type RuleFilesRequest,
  RuleOverrideInfo,
  type RuleOverrideRequest,
  RuleSet,
  RuleSetCreated,
  RuleSetInfo,
  type RuleSetRequest,
  RulesChanged,
  RulesState,
} from './rules-wire.ts';
import { pageOf, RuleList } from './wire.ts';

interface Abortable {
  readonly signal?: AbortSignal | undefined;
}

interface Paged {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

const SetPage = pageOf(RuleSetInfo);
const OverridePage = pageOf(RuleOverrideInfo);
const ExceptionPage = pageOf(ExceptionInfo);
const part = encodeURIComponent;

/** The calls about rules. @param http asked at each call */
export const ruleCalls = (http: () => Http) => ({
  list: (options: Abortable = {}) => http().json(RuleList, '/rules', { signal: options.signal }),
  /** What this control plane runs. */
  state: (options: Abortable = {}) => http().json(RulesState, '/rules/state', { signal: options.signal }),
  /** Checks files; nothing is kept. */
  validate: (body: RuleFilesRequest, options: Abortable = {}) =>
    http().json(RuleCheck, '/rules/validate', { method: 'POST', body, signal: options.signal }),
  /** Reads the rule files of the server again. */
  reload: (body: ReloadRequest = {}, options: Abortable = {}) =>
    http().json(RulesChanged, '/rules/reload', { method: 'POST', body, signal: options.signal }),
  /** Goes back to the set that was active before. */
  rollback: (options: Abortable = {}) =>
    http().json(RulesChanged, '/rules/rollback', { method: 'POST', signal: options.signal }),

  sets: {
    list: (query: Paged = {}, options: Abortable = {}) =>
      http().json(SetPage, '/rules/sets', { query: { ...query }, signal: options.signal }),
    get: (id: string, options: Abortable = {}) =>
      http().json(RuleSet, `/rules/sets/${part(id)}`, { signal: options.signal }),
    /** Checks and keeps a set; it is not active by that. */
    create: (body: RuleSetRequest, options: Abortable = {}) =>
      http().json(RuleSetCreated, '/rules/sets', { method: 'POST', body, signal: options.signal }),
    activate: (id: string, options: Abortable = {}) =>
      http().json(RulesChanged, `/rules/sets/${part(id)}/activate`, { method: 'POST', signal: options.signal }),
    delete: (id: string, options: Abortable = {}) =>
      http().empty(`/rules/sets/${part(id)}`, { method: 'DELETE', signal: options.signal }),
  },

  overrides: {
    list: (options: Abortable = {}) => http().json(OverridePage, '/rules/overrides', { signal: options.signal }),
    /** @param rule name or id of the rule */
    set: (rule: string, body: RuleOverrideRequest, options: Abortable = {}) =>
      http().json(RulesChanged, `/rules/${part(rule)}/override`, { method: 'PUT', body, signal: options.signal }),
    delete: (rule: string, options: Abortable = {}) =>
      http().json(RulesChanged, `/rules/${part(rule)}/override`, { method: 'DELETE', signal: options.signal }),
  },

  exceptions: {
    list: (query: Paged & { readonly state?: ExceptionInfo['state'] | undefined } = {}, options: Abortable = {}) =>
      http().json(ExceptionPage, '/rules/exceptions', { query: { ...query }, signal: options.signal }),
    /** An exception made from an alert, and what it would have silenced. */
    propose: (body: ProposalRequest, options: Abortable = {}) =>
      http().json(ExceptionProposal, '/rules/exceptions/proposals', { method: 'POST', body, signal: options.signal }),
    /** Makes a proposal hold. */
    accept: (body: ExceptionRequest, options: Abortable = {}) =>
      http().json(ExceptionInfo, '/rules/exceptions', { method: 'POST', body, signal: options.signal }),
    /** Ends one that holds, or turns a proposal down. */
    end: (id: string, options: Abortable = {}) =>
      http().empty(`/rules/exceptions/${part(id)}`, { method: 'DELETE', signal: options.signal }),
  },
});

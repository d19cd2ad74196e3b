import {
  type BehaviourStage,
  ModelComparison,
  ModelInfo,
  ModelPage,
  type ModelPromoteRequest,
  type ModelReasonRequest,
  ModelScores,
  type ModelStageRequest,
  ModelVersionPage,
} from './behaviour-wire.ts';
import type { Http } from './http.ts';
import {
  type ProfileDecisionRequest,
  ProfileDocument,
  type ProfileImport,
  ProfileInfo,
  ProfilePage,
} from './profiles-wire.ts';

interface Abortable {
  readonly signal?: AbortSignal | undefined;
}

interface Paged {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

/** Conditions that a workload must meet, all of them. */
export interface WorkloadQuery extends Paged {
  readonly stage?: BehaviourStage | undefined;
  /** Text that its key, digest or image contains, in any case. */
  readonly q?: string | undefined;
}

const part = encodeURIComponent;
const model = (id: string, rest = '') => `/models/${part(id)}${rest}`;
const profile = (id: string, rest = '') => `/profiles/${part(id)}${rest}`;

/** The calls about models of behaviour. @param http asked at each call */
export const modelCalls = (http: () => Http) => ({
  /** By key and digest. */
  list: (query: WorkloadQuery = {}, options: Abortable = {}) =>
    http().json(ModelPage, '/models', { query: { ...query }, signal: options.signal }),
  get: (id: string, options: Abortable = {}) => http().json(ModelInfo, model(id), { signal: options.signal }),
  /** The newest first. */
  versions: (id: string, query: Paged = {}, options: Abortable = {}) =>
    http().json(ModelVersionPage, model(id, '/versions'), { query: { ...query }, signal: options.signal }),
  /** Two versions side by side. @param query ids, or their first 8 digits or more */
  compare: (id: string, query: { readonly a: string; readonly b: string }, options: Abortable = {}) =>
    http().json(ModelComparison, model(id, '/compare'), { query: { ...query }, signal: options.signal }),
  /** The newest scores, of the containers that the control plane that answers watches. */
  scores: (id: string, options: Abortable = {}) =>
    http().json(ModelScores, model(id, '/scores'), { signal: options.signal }),

  /** Makes a version the one that scores. */
  promote: (id: string, body: ModelPromoteRequest, options: Abortable = {}) =>
    http().json(ModelInfo, model(id, '/promote'), { method: 'POST', body, signal: options.signal }),
  /** To the version that scored before. */
  rollback: (id: string, body: ModelReasonRequest = {}, options: Abortable = {}) =>
    http().json(ModelInfo, model(id, '/rollback'), { method: 'POST', body, signal: options.signal }),
  /** Forgets what was learned and begins anew. What people decided about its profile stays. */
  reset: (id: string, body: ModelReasonRequest = {}, options: Abortable = {}) =>
    http().json(ModelInfo, model(id, '/reset'), { method: 'POST', body, signal: options.signal }),
  /** Another stage, learning or not, another target. */
  stage: (id: string, body: ModelStageRequest, options: Abortable = {}) =>
    http().json(ModelInfo, model(id, '/stage'), { method: 'POST', body, signal: options.signal }),
});

/** The calls about profiles. @param http asked at each call */
export const profileCalls = (http: () => Http) => ({
  /** By key and digest. */
  list: (query: WorkloadQuery = {}, options: Abortable = {}) =>
    http().json(ProfilePage, '/profiles', { query: { ...query }, signal: options.signal }),
  /** With every entry. */
  get: (id: string, options: Abortable = {}) => http().json(ProfileDocument, profile(id), { signal: options.signal }),
  /** As YAML, for a file. */
  export: async (id: string, options: Abortable = {}): Promise<string> => {
    const headers = { accept: 'application/yaml' };
    const response = await http().send(profile(id), { headers, signal: options.signal });
    return await response.text();
  },
  /** From YAML; makes the workload when it is not known. */
  import: (id: string, body: ProfileImport, options: Abortable = {}) =>
    http().json(ProfileInfo, profile(id), { method: 'PUT', body, signal: options.signal }),
  /** Tokens that are known from now on, whether they are learned or not. Without the right to decide: a proposal. */
  allow: (id: string, body: ProfileDecisionRequest, options: Abortable = {}) =>
    http().json(ProfileInfo, profile(id, '/allow'), { method: 'POST', body, signal: options.signal }),
  /** Tokens that are new from now on, whether they are learned or not. Without the right to decide: a proposal. */
  remove: (id: string, body: ProfileDecisionRequest, options: Abortable = {}) =>
    http().json(ProfileInfo, profile(id, '/remove'), { method: 'POST', body, signal: options.signal }),
  /** Takes decisions back, and turns proposals down: what is learned counts again. */
  forget: (id: string, body: ProfileDecisionRequest, options: Abortable = {}) =>
    http().json(ProfileInfo, profile(id, '/forget'), { method: 'POST', body, signal: options.signal }),
});

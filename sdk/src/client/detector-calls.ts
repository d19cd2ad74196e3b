import {
  type DetectorConfigRequest,
  DetectorFindingPage,
  type DetectorGrantsRequest,
  DetectorInfo,
  DetectorLogs,
  type DetectorOwnerRequest,
  DetectorPage,
  DetectorStatsList,
  type DetectorUpload,
  DetectorUploaded,
  DetectorVersion,
  DetectorVersionPage,
  type PromoteRequest,
} from './detectors-wire.ts';
import type { Http } from './http.ts';

interface Abortable {
  readonly signal?: AbortSignal | undefined;
}

interface Paged {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

/** The compiler may take a minute, and others may be before it. */
const UPLOAD_TIMEOUT_MS = 180_000;

const part = encodeURIComponent;
const at = (name: string, rest = '') => `/detectors/${part(name)}${rest}`;

/** The calls about detectors. @param http asked at each call */
export const detectorCalls = (http: () => Http) => ({
  /** By name. */
  list: (query: Paged = {}, options: Abortable = {}) =>
    http().json(DetectorPage, '/detectors', { query: { ...query }, signal: options.signal }),
  get: (name: string, options: Abortable = {}) => http().json(DetectorInfo, at(name), { signal: options.signal }),
  /** Uploads a version; it begins in stage shadow. Sources are compiled before the answer, which takes seconds. */
  upload: (body: DetectorUpload, options: Abortable = {}) =>
    http().json(DetectorUploaded, '/detectors', {
      method: 'POST',
      body,
      signal: options.signal,
      timeout: UPLOAD_TIMEOUT_MS,
    }),
  /** Deletes a detector with all versions and recorded findings. */
  delete: (name: string, options: Abortable = {}) =>
    http().empty(at(name), { method: 'DELETE', signal: options.signal }),

  versions: {
    /** The newest first. */
    list: (name: string, query: Paged = {}, options: Abortable = {}) =>
      http().json(DetectorVersionPage, at(name, '/versions'), { query: { ...query }, signal: options.signal }),
    /** With manifest and upload. @param version id, beginning of the id, or number */
    get: (name: string, version: string, options: Abortable = {}) =>
      http().json(DetectorVersion, at(name, `/versions/${part(version)}`), { signal: options.signal }),
    delete: (name: string, version: string, options: Abortable = {}) =>
      http().empty(at(name, `/versions/${part(version)}`), { method: 'DELETE', signal: options.signal }),
  },

  /** Puts a version into a stage, in place of the one that is there. */
  promote: (name: string, body: PromoteRequest, options: Abortable = {}) =>
    http().json(DetectorInfo, at(name, '/promote'), { method: 'POST', body, signal: options.signal }),
  /** Canary and active as they were before the last change of them. */
  rollback: (name: string, options: Abortable = {}) =>
    http().json(DetectorInfo, at(name, '/rollback'), { method: 'POST', signal: options.signal }),
  pause: (name: string, options: Abortable = {}) =>
    http().json(DetectorInfo, at(name, '/pause'), { method: 'POST', signal: options.signal }),
  /** Goes on after a pause or a quarantine. */
  resume: (name: string, options: Abortable = {}) =>
    http().json(DetectorInfo, at(name, '/resume'), { method: 'POST', signal: options.signal }),
  config: (name: string, body: DetectorConfigRequest, options: Abortable = {}) =>
    http().json(DetectorInfo, at(name, '/config'), { method: 'PUT', body, signal: options.signal }),
  /** What the detector may do beside observing; also for a name that nothing was uploaded to yet. */
  grants: (name: string, body: DetectorGrantsRequest, options: Abortable = {}) =>
    http().empty(at(name, '/grants'), { method: 'PUT', body, signal: options.signal }),
  owner: (name: string, body: DetectorOwnerRequest, options: Abortable = {}) =>
    http().json(DetectorInfo, at(name, '/owner'), { method: 'PUT', body, signal: options.signal }),

  /** Of the control plane that answers. */
  stats: (name: string, options: Abortable = {}) =>
    http().json(DetectorStatsList, at(name, '/stats'), { signal: options.signal }),
  /** What it logged on the control plane that answers. @param query.after `next` of the answer before */
  logs: (
    name: string,
    query: { readonly after?: string | undefined; readonly limit?: number | undefined } = {},
    options: Abortable = {},
  ) => http().json(DetectorLogs, at(name, '/logs'), { query: { ...query }, signal: options.signal }),
  /** Recorded findings, the newest first. */
  findings: (name: string, query: Paged & { readonly version?: string | undefined } = {}, options: Abortable = {}) =>
    http().json(DetectorFindingPage, at(name, '/findings'), { query: { ...query }, signal: options.signal }),
});

import { PicketError } from '@picket/sdk';
import type { Problem } from '@picket/sdk/client';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { ControlPlaneError, type ControlPlaneErrorCode } from '../errors.ts';
import type { ApiEnv, ApiLog } from './deps.ts';

type Status = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 500 | 503;

type Known = readonly [status: Status, title: string];
const DETECTOR_REFUSED: Known = [422, 'The detector can not be used'];

/** What is wrong with a detector that was uploaded, or with how it ran when it was tried. */
const DETECTOR_REFUSALS: Partial<Record<ControlPlaneErrorCode, Known>> = {
  DETECTOR_MANIFEST: DETECTOR_REFUSED,
  DETECTOR_CONFIG: DETECTOR_REFUSED,
  DETECTOR_SIGNATURE: DETECTOR_REFUSED,
  DETECTOR_MALFORMED: DETECTOR_REFUSED,
  DETECTOR_TOO_LARGE: DETECTOR_REFUSED,
  DETECTOR_FEATURE: DETECTOR_REFUSED,
  DETECTOR_IMPORT: DETECTOR_REFUSED,
  DETECTOR_CAPABILITY: DETECTOR_REFUSED,
  DETECTOR_EXPORT: DETECTOR_REFUSED,
  DETECTOR_INVALID: DETECTOR_REFUSED,
  DETECTOR_COMPONENT: DETECTOR_REFUSED,
  DETECTOR_WORLD: DETECTOR_REFUSED,
  DETECTOR_SOURCE_REFUSED: DETECTOR_REFUSED,
  DETECTOR_COMPILE_ERROR: DETECTOR_REFUSED,
  DETECTOR_COMPILE_TIMEOUT: DETECTOR_REFUSED,
  DETECTOR_COMPILE_MEMORY: DETECTOR_REFUSED,
  DETECTOR_COMPILER_ENDED: DETECTOR_REFUSED,
  DETECTOR_VALIDATOR_ENDED: DETECTOR_REFUSED,
  DETECTOR_LINK: DETECTOR_REFUSED,
  DETECTOR_ABI: DETECTOR_REFUSED,
  DETECTOR_BOUNDS: DETECTOR_REFUSED,
  DETECTOR_TEXT: DETECTOR_REFUSED,
  DETECTOR_FINDING: DETECTOR_REFUSED,
  DETECTOR_TRAP: DETECTOR_REFUSED,
  DETECTOR_STACK: DETECTOR_REFUSED,
  DETECTOR_FUEL: DETECTOR_REFUSED,
  DETECTOR_DEADLINE: DETECTOR_REFUSED,
  DETECTOR_MEMORY: DETECTOR_REFUSED,
};

/** Status and title of every code that may leave the API. Other codes are our own faults. */
const KNOWN: Partial<Record<ControlPlaneErrorCode, Known>> = {
  REQUEST_INVALID: [400, 'The request is not valid'],
  AUTH_MISSING: [401, 'A token is needed'],
  AUTH_INVALID: [401, 'The token is not valid'],
  AUTH_EXPIRED: [401, 'The token has expired'],
  AUTH_FORBIDDEN: [403, 'The token does not allow this'],
  ORIGIN_REFUSED: [403, 'The request comes from another site'],
  NOT_FOUND: [404, 'Nothing is here'],
  METHOD_NOT_ALLOWED: [405, 'The method is not allowed here'],
  BODY_TOO_LARGE: [413, 'The body is too large'],
  MEDIA_TYPE_UNSUPPORTED: [415, 'The body is not JSON'],
  RULES_CONFLICT: [409, 'The rules do not allow this now'],
  RULES_REFUSED: [422, 'The rules can not be used'],
  CAPTURE_REFUSED: [422, 'The capture can not be read'],
  CAPTURES_FULL: [409, 'There is no room for more captures'],
  BACKTESTS_FULL: [503, 'Too many backtests wait'],
  DETECTOR_CONFLICT: [409, 'The detectors do not allow this now'],
  DETECTOR_UNPROVEN: [409, 'The version has to be tried first'],
  ...DETECTOR_REFUSALS,
  BEHAVIOUR_CONFLICT: [409, 'The models do not allow this now'],
  BEHAVIOUR_BUSY: [503, 'Models are being changed'],
  PROFILE_REFUSED: [422, 'The profile can not be used'],
  CONFIG_INVALID: [422, 'The files of the server can not be used'],
  RATE_LIMITED: [429, 'Too many failed attempts'],
  INTERNAL: [500, 'Something went wrong in Picket'],
  NOT_READY: [503, 'Not ready'],
  RULES_BUSY: [503, 'Rules are being changed or looked at'],
  DETECTOR_BUSY: [503, 'Other detectors are being checked'],
  BUS_UNAVAILABLE: [503, 'The bus does not answer'],
  STORE_UNAVAILABLE: [503, 'The store does not answer'],
  STREAMS_EXHAUSTED: [503, 'Too many live streams'],
};

/** A problem document (RFC 9457) as an answer. */
export function problem(
  c: Context<ApiEnv>,
  code: ControlPlaneErrorCode,
  detail: string,
  errors?: Problem['errors'],
): Response {
  const [status, title] = KNOWN[code] ?? [500, 'Something went wrong in Picket'];
  const body: Problem = {
    type: `urn:picket:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail,
    code,
    request_id: c.get('requestId'),
    ...(errors && { errors }),
  };
  if (status === 401) c.header('www-authenticate', 'Bearer realm="picket"');
  return c.body(JSON.stringify(body), status, { 'content-type': 'application/problem+json' });
}

/** The answer for anything that was thrown. What is not known to be harmless stays in the log. */
export function problemOf(c: Context<ApiEnv>, error: unknown, log: ApiLog): Response {
  if (error instanceof ControlPlaneError && KNOWN[error.code]) {
    if (error.code === 'STORE_UNAVAILABLE') {
      log('error', error.message, { request: c.get('requestId') });
      return problem(c, error.code, 'the store can not be used right now: try again later, and look at the log');
    }
    return problem(
      c,
      error.code,
      error.message,
      error.details?.map((detail) => ({ ...detail })),
    );
  }
  // The only HTTP errors of the framework are bodies that can not be parsed.
  if (error instanceof HTTPException && error.status === 400) return problem(c, 'REQUEST_INVALID', error.message);
  const request = c.get('requestId');
  const kind = error instanceof PicketError ? error.code : 'unexpected';
  log('error', `request failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`, {
    request,
    kind,
  });
  return problem(c, 'INTERNAL', `an unexpected error: the log has it with request id ${request}`);
}

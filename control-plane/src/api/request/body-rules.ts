import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ControlPlaneError } from '../../errors.ts';
import type { ApiEnv } from '../deps.ts';

const MAX_BODY = 64 * 1024;
/** Rule files as JSON, where a character may take several bytes. How many a set may have is checked by its schema. */
const MAX_RULES_BODY = 4 * 1024 * 1024;
/** Captures are counted while they are written down, and are no JSON. */
const CAPTURE_PATH = '/api/v1/captures';
const CAPTURE_TYPE = 'application/octet-stream';
const RULE_FILE_PATHS = /^\/api\/v1\/(rules\/(validate|sets)|backtests)$/;

/** A detector of 8 MiB in base64, with its manifest. */
const MAX_DETECTOR_BODY = 12 * 1024 * 1024;
/** A profile as YAML, in JSON. */
const PROFILE_PATH = /^\/api\/v1\/profiles\/[0-9a-f]{16}$/;
const DETECTOR_PATH = '/api/v1/detectors';

const limitTo = (maxSize: number): MiddlewareHandler<ApiEnv> =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw new ControlPlaneError('BODY_TOO_LARGE', `a request body may have at most ${maxSize} bytes`);
    },
  });
const limitMost = limitTo(MAX_BODY);
const limitRules = limitTo(MAX_RULES_BODY);
const limitDetector = limitTo(MAX_DETECTOR_BODY);

const limitOf = (path: string): MiddlewareHandler<ApiEnv> => {
  if (PROFILE_PATH.test(path)) return limitRules;
  if (path === DETECTOR_PATH) return limitDetector;
  return RULE_FILE_PATHS.test(path) ? limitRules : limitMost;
};

/** Refuses bodies that are too large, whether they say so or not. */
export const limitBody: MiddlewareHandler<ApiEnv> = (c, next) =>
  c.req.path === CAPTURE_PATH ? next() : limitOf(c.req.path)(c, next);

/** Refuses bodies that are not said to be JSON. A form of another site can send only other types without asking. */
export const onlyJson: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const length = c.req.header('content-length');
  const hasBody = c.req.header('transfer-encoding') !== undefined || (length !== undefined && length !== '0');
  const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (c.req.path === CAPTURE_PATH) {
    if (hasBody && type !== CAPTURE_TYPE)
      throw new ControlPlaneError(
        'MEDIA_TYPE_UNSUPPORTED',
        `send the capture as it is, with content-type ${CAPTURE_TYPE}`,
      );
  } else if (hasBody && type !== 'application/json')
    throw new ControlPlaneError('MEDIA_TYPE_UNSUPPORTED', 'send the body as JSON, with content-type application/json');
  await next();
};

import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ControlPlaneError } from '../../errors.ts';
import type { ApiEnv } from '../deps.ts';

const MAX_BODY = 64 * 1024;
/** Rule files as JSON, where a character may take several bytes. How many a set may have is checked by its schema. */
const MAX_RULES_BODY = 4 * 1024 * 1024;
const RULE_FILE_PATHS = /^\/api\/v1\/rules\/(validate|sets)$/;

const limitTo = (maxSize: number): MiddlewareHandler<ApiEnv> =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw new ControlPlaneError('BODY_TOO_LARGE', `a request body may have at most ${maxSize} bytes`);
    },
  });
const limitMost = limitTo(MAX_BODY);
const limitRules = limitTo(MAX_RULES_BODY);

/** Refuses bodies that are too large, whether they say so or not. */
export const limitBody: MiddlewareHandler<ApiEnv> = (c, next) =>
  (RULE_FILE_PATHS.test(c.req.path) ? limitRules : limitMost)(c, next);

/** Refuses bodies that are not said to be JSON. A form of another site can send only other types without asking. */
export const onlyJson: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const length = c.req.header('content-length');
  const hasBody = c.req.header('transfer-encoding') !== undefined || (length !== undefined && length !== '0');
  const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (hasBody && type !== 'application/json')
    throw new ControlPlaneError('MEDIA_TYPE_UNSUPPORTED', 'send the body as JSON, with content-type application/json');
  await next();
};

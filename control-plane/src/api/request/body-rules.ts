import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ControlPlaneError } from '../../errors.ts';
import type { ApiEnv } from '../deps.ts';

const MAX_BODY = 64 * 1024;

/** Refuses bodies that are too large, whether they say so or not. */
export const limitBody: MiddlewareHandler<ApiEnv> = bodyLimit({
  maxSize: MAX_BODY,
  onError: () => {
    throw new ControlPlaneError('BODY_TOO_LARGE', `a request body may have at most ${MAX_BODY} bytes`);
  },
});

/** Refuses bodies that are not said to be JSON. A form of another site can send only other types without asking. */
export const onlyJson: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const length = c.req.header('content-length');
  const hasBody = c.req.header('transfer-encoding') !== undefined || (length !== undefined && length !== '0');
  const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (hasBody && type !== 'application/json')
    throw new ControlPlaneError('MEDIA_TYPE_UNSUPPORTED', 'send the body as JSON, with content-type application/json');
  await next();
};

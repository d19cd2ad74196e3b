import type { Context } from 'hono';
import { ControlPlaneError } from '../../errors.ts';
import type { ApiEnv } from '../deps.ts';

/**
 * Refuses requests that a page of another origin made a browser send.
 *
 * `Sec-Fetch-Site` can not be forged by a page and holds behind proxies, but browsers send it only over TLS or to
 * loopback; `Origin` comes with every unsafe method. A client that sends neither is no browser: it is let through only
 * where nothing it holds could be abused (`bare`), that is where no cookie vouches for it.
 */
export function requireSameOrigin(c: Context<ApiEnv>, origins: readonly string[], bare: 'allowed' | 'refused'): void {
  const site = c.req.header('sec-fetch-site');
  const origin = c.req.header('origin');
  if (origin !== undefined && origins.includes(origin)) return;
  if (site !== undefined ? site === 'same-origin' : origin !== undefined ? isOwn(origin, c) : bare === 'allowed')
    return;
  throw new ControlPlaneError(
    'ORIGIN_REFUSED',
    'requests with a session cookie must come from the console itself: other programs send a token instead',
  );
}

function isOwn(origin: string, c: Context<ApiEnv>): boolean {
  return URL.canParse(origin) && new URL(origin).host === c.req.header('host');
}

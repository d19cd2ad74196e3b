import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from '../deps.ts';

/** Pages load only what this server sends. Inline styles are needed by the component library; scripts never are. */
const PAGE_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');
/** Answers for programs are never a page, whatever a browser makes of them. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** Headers that keep a browser from doing more with an answer than is meant. */
export function securityHeaders(secure: boolean): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    await next();
    const { headers } = c.res;
    const page = (headers.get('content-type') ?? '').startsWith('text/html');
    headers.set('content-security-policy', page ? PAGE_POLICY : DATA_POLICY);
    headers.set('x-content-type-options', 'nosniff');
    headers.set('x-frame-options', 'DENY');
    headers.set('referrer-policy', 'no-referrer');
    headers.set('cross-origin-opener-policy', 'same-origin');
    headers.set('cross-origin-resource-policy', 'same-origin');
    headers.set('permissions-policy', 'camera=(), geolocation=(), microphone=()');
    if (secure) headers.set('strict-transport-security', 'max-age=31536000');
    // What depends on the caller must not stay in any cache; files set their own.
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
  };
}

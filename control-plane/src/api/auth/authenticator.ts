import { messageOf } from '@picket/sdk';
import type { Permission } from '@picket/sdk/client';
import type { Context, MiddlewareHandler } from 'hono';
import { ControlPlaneError, type ControlPlaneErrorCode } from '../../errors.ts';
import type { ApiEnv, ApiLog } from '../deps.ts';
import type { ApiMetrics } from '../request/api-metrics.ts';
import { isRole, permissionsOf } from '../roles.ts';
import type { ApiStore, StoredToken } from '../stores.ts';
import type { Caller } from './caller.ts';
import type { FailureLimit } from './failure-limit.ts';
import { requireSameOrigin } from './same-origin.ts';
import { equalHashes, hashOf, looksLikeToken } from './secrets.ts';
import type { SessionCookie } from './session-cookie.ts';

export interface AuthenticatorParts {
  readonly store: ApiStore;
  readonly cookie: SessionCookie;
  readonly limit: FailureLimit;
  readonly metrics: ApiMetrics;
  readonly origins: readonly string[];
  readonly log: ApiLog;
  readonly now: () => number;
  readonly clientAddress: (c: Context) => string;
}

/** `last_used` of a token is written at most this often. */
const TOUCH_MS = 60_000;

/** Finds out who sends a request and whether they may. */
export class Authenticator {
  readonly #parts: AuthenticatorParts;
  readonly #touched = new Map<string, number>();

  constructor(parts: AuthenticatorParts) {
    this.#parts = parts;
  }

  /** Lets a request pass when its sender has the permission; handlers find them as `caller`. */
  requires(permission: Permission): MiddlewareHandler<ApiEnv> {
    return async (c, next) => {
      const caller = await this.authenticate(c);
      if (!caller.permissions.includes(permission)) {
        this.#parts.metrics.authFailures.inc({ reason: 'forbidden' });
        const message = `this needs the permission ${permission}, which the role ${caller.role} has not`;
        throw new ControlPlaneError('AUTH_FORBIDDEN', message);
      }
      c.set('caller', caller);
      await next();
    };
  }

  /** @throws ControlPlaneError AUTH_MISSING, AUTH_INVALID, AUTH_EXPIRED, ORIGIN_REFUSED or RATE_LIMITED */
  async authenticate(c: Context<ApiEnv>): Promise<Caller> {
    const header = c.req.header('authorization');
    if (header !== undefined) return await this.#byHeader(c, header);
    const cookie = this.#parts.cookie.read(c);
    if (cookie === undefined) {
      this.#parts.metrics.authFailures.inc({ reason: 'missing' });
      throw new ControlPlaneError('AUTH_MISSING', 'send a token as `Authorization: Bearer pkt_...`, or sign in');
    }
    if (!SAFE.has(c.req.method)) requireSameOrigin(c, this.#parts.origins, 'refused');
    return await this.#bySession(cookie);
  }

  /** The holder of a token. A failure counts against the address. */
  async byToken(c: Context<ApiEnv>, secret: string): Promise<Caller> {
    const hash = hashOf(secret);
    const token = looksLikeToken(secret) ? await this.#parts.store.tokens.byHash(hash) : undefined;
    if (!token || !equalHashes(token.hash, hash))
      throw this.#refuseGuess(c, 'the token is not known: check that it is whole, or ask for a new one');
    await this.#touch(token.id);
    return this.#callerOf(token, 'token', token.expires);
  }

  /** Whether a caller may still do what they began; for streams that stay open. */
  async stillValid(caller: Caller): Promise<boolean> {
    const now = this.#parts.now();
    if (caller.expires !== null && caller.expires <= now) return false;
    const token = await this.#parts.store.tokens.byId(caller.tokenId);
    return token !== undefined && token.revoked === null && (token.expires === null || token.expires > now);
  }

  async #byHeader(c: Context<ApiEnv>, header: string): Promise<Caller> {
    const secret = /^Bearer +(\S+) *$/i.exec(header)?.[1];
    if (secret === undefined) throw this.#refuseGuess(c, 'the authorization header must be `Bearer` and a token');
    return await this.byToken(c, secret);
  }

  async #bySession(cookie: string): Promise<Caller> {
    const { store, now } = this.#parts;
    const hash = hashOf(cookie);
    const session = await store.sessions.byHash(hash);
    if (!session || !equalHashes(session.hash, hash) || session.expires <= now())
      throw this.#refuse('AUTH_EXPIRED', 'the session has ended: sign in again');
    const token = await store.tokens.byId(session.tokenId);
    if (!token) throw this.#refuse('AUTH_INVALID', 'the token of the session is gone: sign in with another one');
    await this.#touch(token.id);
    return this.#callerOf(token, 'session', session.expires);
  }

  #callerOf(token: StoredToken, via: Caller['via'], expires: number | null): Caller {
    if (token.revoked !== null) throw this.#refuse('AUTH_INVALID', 'the token was revoked: ask for a new one');
    if (token.expires !== null && token.expires <= this.#parts.now())
      throw this.#refuse('AUTH_EXPIRED', 'the token has expired: ask for a new one');
    if (!isRole(token.role))
      throw this.#refuse('AUTH_INVALID', `this version does not know the role ${token.role} of the token`);
    return {
      via,
      tokenId: token.id,
      name: token.name,
      role: token.role,
      permissions: permissionsOf(token.role),
      scope: token.namespaces,
      expires,
    };
  }

  #refuse(code: ControlPlaneErrorCode, message: string): ControlPlaneError {
    this.#parts.metrics.authFailures.inc({ reason: code === 'AUTH_EXPIRED' ? 'expired' : 'invalid' });
    return new ControlPlaneError(code, message);
  }

  /**
   * Refuses a secret that nobody was given, and counts it against the address. Beyond the limit the answer is 429, but
   * a valid token always passes: a wrong one in some forgotten script must not lock out everybody behind the address.
   */
  #refuseGuess(c: Context<ApiEnv>, message: string): ControlPlaneError {
    const { limit, metrics, now, clientAddress } = this.#parts;
    const address = clientAddress(c);
    limit.fail(address, now());
    const wait = limit.waitOf(address, now());
    if (wait === 0) return this.#refuse('AUTH_INVALID', message);
    metrics.authFailures.inc({ reason: 'limited' });
    c.header('retry-after', String(wait));
    return new ControlPlaneError('RATE_LIMITED', `too many failed attempts from this address: wait ${wait} s`);
  }

  async #touch(id: string): Promise<void> {
    const now = this.#parts.now();
    if (now - (this.#touched.get(id) ?? 0) < TOUCH_MS) return;
    this.#touched.set(id, now);
    // The time of use is for people; a request does not fail for want of it.
    await this.#parts.store.tokens.touch(id, now).catch((error: unknown) => {
      this.#parts.log('warn', `the last use of a token was not noted: ${messageOf(error)}`, { token: id });
    });
  }
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { ApiEnv } from '../deps.ts';
import { looksLikeSession } from './secrets.ts';

const NAME = 'picket_session';
/** The prefix makes browsers refuse the cookie unless it is Secure and of this host alone (RFC 6265bis). */
const SECURE_NAME = `__Host-${NAME}`;

/** The cookie that stands for a session. Scripts can not read it, other sites can not send it. */
export class SessionCookie {
  readonly #secure: boolean;

  constructor(secure: boolean) {
    this.#secure = secure;
  }

  get #name(): string {
    return this.#secure ? SECURE_NAME : NAME;
  }

  read(c: Context<ApiEnv>): string | undefined {
    const value = getCookie(c, this.#name);
    return value !== undefined && looksLikeSession(value) ? value : undefined;
  }

  /** @param seconds life of the session */
  write(c: Context<ApiEnv>, value: string, seconds: number): void {
    setCookie(c, this.#name, value, { ...this.#attributes, maxAge: seconds });
  }

  clear(c: Context<ApiEnv>): void {
    deleteCookie(c, this.#name, this.#attributes);
  }

  get #attributes() {
    return { httpOnly: true, sameSite: 'Strict', secure: this.#secure, path: '/' } as const;
  }
}

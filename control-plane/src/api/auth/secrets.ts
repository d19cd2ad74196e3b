import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A new API token: `pkt_` and 32 random bytes. The prefix lets secret scanners find leaked ones. */
export const newToken = (): string => `pkt_${randomBytes(32).toString('base64url')}`;

/** A new value for a session cookie. */
export const newSession = (): string => randomBytes(32).toString('base64url');

export const looksLikeToken = (text: string): boolean => /^pkt_[\w-]{43}$/.test(text);
export const looksLikeSession = (text: string): boolean => /^[\w-]{43}$/.test(text);

/** What is kept of a secret. It has 256 random bits, so a plain hash can not be searched backwards. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret, 'utf8').digest('hex');

/** Compares two hashes in time that does not depend on where they differ. */
export function equalHashes(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'hex'), Buffer.from(b, 'hex')];
  return left.length === right.length && timingSafeEqual(left, right);
}

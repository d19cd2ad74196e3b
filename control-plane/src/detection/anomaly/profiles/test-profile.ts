import { Profile, type ProfileOptions } from './profile.ts';
import type { TokenStat } from './token-stat.ts';

const HOUR = 3_600_000;
export const LEARNED_FROM = Date.UTC(2026, 0, 5);

/** A token that came in many windows of all three containers, from the beginning on. */
export function usualToken(token: string, more: Partial<TokenStat> = {}): TokenStat {
  return { token, windows: 900, runs: 3, firstSeen: LEARNED_FROM, lastSeen: LEARNED_FROM + 3 * HOUR, ...more };
}

/** A profile learned from three containers over three hours. */
export function usualProfile(tokens: readonly string[], options: Partial<ProfileOptions> = {}): Profile {
  return Profile.of(
    tokens.map((token) => usualToken(token)),
    { windows: 3240, runs: 3, from: LEARNED_FROM, to: LEARNED_FROM + 3 * HOUR, ...options },
  );
}

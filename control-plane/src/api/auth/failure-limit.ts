import { parseIp } from '@picket/sdk';

const WINDOW_MS = 60_000;
const MAX_FAILURES = 10;
const MAX_ADDRESSES = 10_000;

/** Counts failed attempts to prove who one is, by address, and says when there were too many. */
export class FailureLimit {
  readonly #failures = new Map<string, { count: number; until: number }>();

  /** Seconds an address has to wait; 0 when it need not. */
  waitOf(address: string, now: number): number {
    const entry = this.#failures.get(networkOf(address));
    if (!entry || entry.until <= now || entry.count < MAX_FAILURES) return 0;
    return Math.ceil((entry.until - now) / 1000);
  }

  fail(address: string, now: number): void {
    const key = networkOf(address);
    const entry = this.#failures.get(key);
    if (entry && entry.until > now) {
      entry.count++;
      return;
    }
    this.#failures.delete(key);
    // The oldest go first: somebody with many addresses costs memory only up to here.
    if (this.#failures.size >= MAX_ADDRESSES) this.#failures.delete(this.#failures.keys().next().value ?? '');
    this.#failures.set(key, { count: 1, until: now + WINDOW_MS });
  }
}

/** An IPv6 user has a /64 at least, so that is what counts as one. */
function networkOf(address: string): string {
  const bytes = address.includes(':') ? parseIp(address.replace(/%.*$/, '')) : undefined;
  if (!bytes) return address;
  const mapped = bytes.subarray(0, 12).toString() === '0,0,0,0,0,0,0,0,0,0,255,255';
  return Buffer.from(bytes.subarray(mapped ? 12 : 0, mapped ? 16 : 8)).toString('hex');
}

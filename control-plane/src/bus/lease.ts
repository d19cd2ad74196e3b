import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { KV } from '@nats-io/kv';
import type { PicketError } from '@picket/sdk';
import { ControlPlaneError } from '../errors.ts';
import { toBusError } from './bus-error.ts';
import { compareAndSet } from './compare-and-set.ts';

/** Between two tries of a renewal that did not succeed. */
const PAUSE_MS = 100;

/** What the key of a lease holds, as JSON. */
interface LeaseRecord {
  /** Empty when the lease was given back. */
  readonly owner: string;
  /** Grows by one with every new owner: the fencing number. */
  readonly epoch: number;
  /** Observers wait this long without a change before they take the lease over, in ms. */
  readonly ttlMs: number;
  /** When the owner thinks it ends, ms since 1970. For people: nobody decides by the clock of another host. */
  readonly expires: number;
  /** Makes every write differ from every other. */
  readonly write: string;
}

/**
 * Takes leases in a key-value bucket for one owner. A lease of somebody else is taken over when its key was seen
 * unchanged for its whole time to live by our own monotonic clock, so that clocks of hosts need not agree.
 */
export class LeaseTable {
  #kv: KV;
  #owner: string;
  #ttlMs: number;
  /** Revision last seen of each foreign lease, and since when. */
  #seen = new Map<string, { revision: number; since: number }>();

  /** @param owner unique for this run of this process */
  constructor(kv: KV, owner: string, ttlMs: number) {
    this.#kv = kv;
    this.#owner = owner;
    this.#ttlMs = ttlMs;
  }

  /**
   * Takes the lease when it is free, given back, or its owner is silent for long enough. Call it again and again:
   * each call is also one look at the owner.
   * @throws ControlPlaneError BUS_UNAVAILABLE, BUS_REFUSED
   */
  async tryAcquire(key: string): Promise<Lease | undefined> {
    const now = performance.now();
    const entry = await this.#kv.get(key).catch((cause) => {
      throw toBusError(cause, `read ${key}`);
    });
    const current = entry?.operation === 'PUT' ? parseLease(entry.value, entry.revision) : undefined;
    if (entry && current?.owner && !this.#isSilent(key, entry.revision, current.ttlMs, now)) return undefined;
    const epoch = (current?.epoch ?? 0) + 1;
    const record = leaseRecord(this.#owner, epoch, this.#ttlMs);
    // Before the write: observers count from a moment after it.
    const writtenAt = performance.now();
    const revision = await compareAndSet(this.#kv, {
      key,
      value: encode(record),
      revision: entry?.revision ?? 0,
      patienceMs: this.#ttlMs,
    });
    this.#seen.delete(key);
    if (revision === undefined) return undefined;
    return new Lease(this.#kv, { key, owner: this.#owner, epoch, ttlMs: this.#ttlMs, revision, writtenAt });
  }

  #isSilent(key: string, revision: number, ttlMs: number, now: number): boolean {
    const seen = this.#seen.get(key);
    if (seen?.revision === revision) return now - seen.since >= ttlMs;
    this.#seen.set(key, { revision, since: now });
    return false;
  }
}

interface Held {
  readonly key: string;
  readonly owner: string;
  readonly epoch: number;
  readonly ttlMs: number;
  revision: number;
  writtenAt: number;
}

/**
 * A lease we hold, renewed three times in its life. While the bus is away it can not be renewed and becomes doubtful;
 * a renewal that succeeds later proves that nobody had it in between, because its revision was still ours.
 */
export class Lease {
  readonly key: string;
  readonly epoch: number;
  /** Ends when the lease was taken by somebody else or given back. */
  readonly lost: Promise<void>;
  #kv: KV;
  #held: Held;
  #ended = false;
  #markLost: () => void;
  #timer: NodeJS.Timeout;
  #renewing: Promise<void> | undefined;
  #stop = new AbortController();
  #trouble: PicketError | undefined;

  constructor(kv: KV, held: Held) {
    this.#kv = kv;
    this.#held = held;
    this.key = held.key;
    this.epoch = held.epoch;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.lost = promise;
    this.#markLost = resolve;
    this.#timer = setInterval(() => void this.#renew(), held.ttlMs / 3);
  }

  /** Whether somebody else may have taken it by now. */
  get isDoubtful(): boolean {
    return this.#ended || performance.now() >= this.#held.writtenAt + this.#held.ttlMs;
  }

  get isLost(): boolean {
    return this.#ended;
  }

  /** Why the last renewal did not succeed; undefined when it did. */
  get trouble(): PicketError | undefined {
    return this.#trouble;
  }

  /**
   * Ends as soon as the lease is ours beyond doubt: at once, or when the bus is back.
   * @throws ControlPlaneError LEASE_LOST
   */
  async assure(): Promise<void> {
    while (this.isDoubtful) await this.#renewOrPause();
  }

  /** Asks the bus whether the lease is still ours, however young it is. @throws ControlPlaneError LEASE_LOST */
  async confirm(): Promise<void> {
    const asked = performance.now();
    await this.#renewing;
    while (this.#held.writtenAt < asked) await this.#renewOrPause();
  }

  async #renewOrPause(): Promise<void> {
    if (!this.#ended) await this.#renew();
    if (this.#ended) throw leaseLost(this.key);
    if (this.#trouble) await wait(PAUSE_MS);
  }

  /** Stops renewing and gives the lease back, so that the next owner need not wait. */
  async release(patienceMs = 2000): Promise<void> {
    this.#stop.abort();
    clearInterval(this.#timer);
    await this.#renewing;
    if (this.#ended) return;
    this.#end();
    const { key, epoch, ttlMs, revision } = this.#held;
    await compareAndSet(this.#kv, { key, value: encode(leaseRecord('', epoch, ttlMs)), revision, patienceMs });
  }

  /** Stops renewing and keeps silent, as a crash would. */
  abandon(): void {
    this.#stop.abort();
    this.#end();
  }

  #renew(): Promise<void> {
    this.#renewing ??= this.#renewOnce().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renewOnce(): Promise<void> {
    const { key, owner, epoch, ttlMs, revision } = this.#held;
    const writtenAt = performance.now();
    try {
      const renewed = await compareAndSet(this.#kv, {
        key,
        value: encode(leaseRecord(owner, epoch, ttlMs)),
        revision,
        patienceMs: ttlMs / 3,
        signal: this.#stop.signal,
      });
      this.#trouble = undefined;
      if (renewed === undefined) return this.#end();
      this.#held.revision = renewed;
      this.#held.writtenAt = writtenAt;
    } catch (error) {
      this.#trouble = error as PicketError;
    }
  }

  #end(): void {
    this.#ended = true;
    clearInterval(this.#timer);
    this.#markLost();
  }
}

export function leaseLost(key: string): ControlPlaneError {
  return new ControlPlaneError(
    'LEASE_LOST',
    `${key} belongs to another control plane now: this one was silent for too long and stops its work on it`,
  );
}

function leaseRecord(owner: string, epoch: number, ttlMs: number): LeaseRecord {
  return { owner, epoch, ttlMs, expires: owner ? Date.now() + ttlMs : 0, write: randomUUID() };
}

const encode = (record: LeaseRecord) => new TextEncoder().encode(JSON.stringify(record));

/**
 * Reads a lease. One that can not be read is taken over after the usual wait of a minute, with an epoch above all
 * earlier ones: revisions of the bucket grow at least as fast as epochs.
 */
function parseLease(value: Uint8Array, revision: number): LeaseRecord {
  const unreadable: LeaseRecord = { owner: 'unreadable', epoch: revision, ttlMs: 60_000, expires: 0, write: '' };
  try {
    const read: Partial<LeaseRecord> = JSON.parse(new TextDecoder().decode(value));
    const valid = typeof read.owner === 'string' && Number.isSafeInteger(read.epoch) && Number.isFinite(read.ttlMs);
    return valid ? (read as LeaseRecord) : unreadable;
  } catch {
    return unreadable;
  }
}

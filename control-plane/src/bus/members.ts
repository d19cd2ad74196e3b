import type { JetStreamManager } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import { toBusError } from './bus-error.ts';
import { STATE_BUCKET, STATE_STREAM } from './streams.ts';

/** A member is forgotten after so many times its time to live. */
const FORGET_AFTER = 10;

/**
 * The replicas that are alive, so that each takes its share of the partitions. As with leases a replica counts as
 * alive while its key changes, seen by our own clock. A wrong count only makes shares uneven for a while.
 */
export class Members {
  readonly #kv: KV;
  readonly #jsm: JetStreamManager;
  readonly #own: string;
  readonly #ttlMs: number;
  readonly #seen = new Map<string, { revision: number; since: number }>();

  /** @param id unique for this run of this process; a valid key */
  constructor(kv: KV, jsm: JetStreamManager, id: string, ttlMs: number) {
    this.#kv = kv;
    this.#jsm = jsm;
    this.#own = `member.${id}`;
    this.#ttlMs = ttlMs;
  }

  /** Says that we are alive and counts who else is; at least 1. @throws ControlPlaneError BUS_* */
  async count(): Promise<number> {
    try {
      await this.#kv.put(this.#own, `${Date.now()}`);
      const others = (await this.#keys()).filter((key) => key !== this.#own);
      const alive = await Promise.all(others.map((key) => this.#isAlive(key)));
      return 1 + alive.filter(Boolean).length;
    } catch (cause) {
      throw toBusError(cause, 'count the replicas of the control plane');
    }
  }

  /** Says good-bye, so that the others need not wait. */
  async leave(): Promise<void> {
    await this.#drop(this.#own);
  }

  async #keys(): Promise<string[]> {
    const prefix = `$KV.${STATE_BUCKET}.`;
    const info = await this.#jsm.streams.info(STATE_STREAM, { subjects_filter: `${prefix}member.*` });
    return Object.keys(info.state.subjects ?? {}).map((subject) => subject.slice(prefix.length));
  }

  async #isAlive(key: string): Promise<boolean> {
    const entry = await this.#kv.get(key);
    if (!entry) return false;
    const now = performance.now();
    const seen = this.#seen.get(key);
    if (seen?.revision !== entry.revision) {
      this.#seen.set(key, { revision: entry.revision, since: now });
      return true;
    }
    if (now - seen.since > this.#ttlMs * FORGET_AFTER) {
      this.#seen.delete(key);
      await this.#drop(key);
    }
    return now - seen.since < this.#ttlMs;
  }

  /** Removes a key without leaving a delete marker behind. */
  async #drop(key: string): Promise<void> {
    await this.#jsm.streams.purge(STATE_STREAM, { filter: `$KV.${STATE_BUCKET}.${key}` });
  }
}

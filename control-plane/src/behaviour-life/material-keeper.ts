import { createHash } from 'node:crypto';
import { type Log, messageOf } from '@picket/sdk';
import type { MaterialRow } from '../detection/anomaly/engine/behaviour-program.ts';
import { workloadId } from '../detection/anomaly/features/workload-id.ts';
import { Material } from '../detection/anomaly/learning/material.ts';
import type { MaterialTotals } from '../store/behaviour/behaviour-material-store.ts';
import type { Store } from '../store/store.ts';
import { addWorkload, newWorkload } from './new-workload.ts';

export interface MaterialKeeperDeps {
  readonly store: Store;
  readonly log: Log;
  /** ms since 1970. */
  readonly now: () => number;
  /** Told that workloads were added or removed: what is scored by may change. */
  readonly onWorkloads: () => Promise<void>;
  /** Workloads that are kept; the usual bound when left out. */
  readonly mostWorkloads?: number | undefined;
}

/** Counts since the start. */
export interface MaterialCounts {
  /** Rows that were written, and those that were the same as before. */
  written: number;
  same: number;
  /** Rows that were refused, by reason: `damaged`, `epoch` (begun before a reset), `paused`. */
  readonly refused: Record<'damaged' | 'epoch' | 'paused', number>;
}

/** Rows written in one transaction: others want the store too. */
const BATCH = 16;

/** Writes down what partitions have seen. */
export class MaterialKeeper {
  readonly #deps: MaterialKeeperDeps;
  /** sha256 of what was written last, by partition and workload. */
  readonly #written = new Map<string, string>();
  readonly counts: MaterialCounts = { written: 0, same: 0, refused: { damaged: 0, epoch: 0, paused: 0 } };

  constructor(deps: MaterialKeeperDeps) {
    this.#deps = deps;
  }

  /**
   * Takes over what a partition has seen so far, in place of what it gave before.
   * @throws ControlPlaneError STORE_UNAVAILABLE: give it again later, in its newest form
   */
  async take(partition: number, rows: readonly MaterialRow[]): Promise<void> {
    const fresh = rows.flatMap((row) => this.#readable(partition, row));
    let isNews = false;
    for (let at = 0; at < fresh.length; at += BATCH)
      isNews = (await this.#write(partition, fresh.slice(at, at + BATCH))) || isNews;
    const used = rows.map(({ key, digest }) => workloadId(key, digest));
    for (let at = 0; at < used.length; at += 500)
      await this.#deps.store.behaviour.touch(used.slice(at, at + 500), this.#deps.now());
    if (isNews) await this.#deps.onWorkloads();
  }

  /** What is new and can be read. */
  #readable(partition: number, row: MaterialRow): PreparedRow[] {
    const id = workloadId(row.key, row.digest);
    const hash = createHash('sha256').update(row.bytes).digest('hex');
    if (this.#written.get(`${partition} ${id}`) === hash) {
      this.counts.same++;
      return [];
    }
    try {
      const { windows, runs, completeRuns, firstAt, lastAt, refused } = Material.load(row.bytes).stats();
      return [{ row, id, hash, numbers: { windows, runs, completeRuns, first: firstAt, time: lastAt, refused } }];
    } catch (error) {
      this.counts.refused.damaged++;
      this.#deps.log.error('what a partition has learned can not be read and is left out', {
        ...{ workload: row.key, partition, why: messageOf(error) },
      });
      return [];
    }
  }

  /** @returns whether there are workloads that were not known */
  async #write(partition: number, rows: readonly PreparedRow[]): Promise<boolean> {
    const { store, now, mostWorkloads } = this.#deps;
    const added = await store.transaction(async (trx) => {
      let changed = false;
      for (const { row, id, numbers } of rows) {
        let workload = await trx.behaviour.get(id);
        if (!workload) {
          if (!changed) await trx.behaviour.nextRevision();
          changed = true;
          workload = newWorkload(row, now());
          this.#told(await addWorkload(trx, workload, mostWorkloads));
        }
        const epoch = row.epoch ?? 0;
        if (epoch < workload.epoch) this.counts.refused.epoch++;
        else if (workload.paused) this.counts.refused.paused++;
        else await trx.behaviourMaterial.put({ workload: id, partition, epoch, bytes: row.bytes, ...numbers });
      }
      return changed;
    });
    for (const { id, hash } of rows) this.#remember(`${partition} ${id}`, hash);
    this.counts.written += rows.length;
    return added;
  }

  #remember(name: string, hash: string): void {
    this.#written.delete(name);
    this.#written.set(name, hash);
    const [oldest] = this.#written.keys();
    if (this.#written.size > MOST_REMEMBERED && oldest !== undefined) this.#written.delete(oldest);
  }

  #told(removed: readonly { readonly key: string }[]): void {
    for (const { key } of removed)
      this.#deps.log.warn('a workload was forgotten for want of room: it was not seen the longest', { workload: key });
  }
}

interface PreparedRow {
  readonly row: MaterialRow;
  readonly id: string;
  readonly hash: string;
  readonly numbers: MaterialTotals;
}

const MOST_REMEMBERED = 50_000;

import { randomUUID } from 'node:crypto';
import { BACKTEST_LIMITS, type CaptureInfo, type Page } from '@picket/sdk/client';
import type { BacktestActor, PageWanted } from '../../api/backtests/backtest-lifecycle.ts';
import { Turns } from '../../bus/turns.ts';
import { ControlPlaneError } from '../../errors.ts';
import type { CaptureRecord } from '../../store/backtests/capture-store.ts';
import type { Store } from '../../store/store.ts';
import type { CaptureFiles } from './capture-files.ts';
import { pageOf } from './page-of.ts';
import { maySee, requireOwn } from './visible.ts';

export interface CaptureServiceDeps {
  readonly store: Store;
  readonly files: CaptureFiles;
  /** ms since 1970. */
  readonly now: () => number;
}

/** Captures that were uploaded to try things on. */
export class CaptureService {
  readonly #deps: CaptureServiceDeps;
  /** One upload at a time: so their number holds. */
  readonly #turns = new Turns();

  constructor(deps: CaptureServiceDeps) {
    this.#deps = deps;
  }

  upload(actor: BacktestActor, pieces: AsyncIterable<Uint8Array>): Promise<CaptureInfo> {
    return this.#turns.run(() => this.#upload(actor, pieces));
  }

  async #upload(actor: BacktestActor, pieces: AsyncIterable<Uint8Array>): Promise<CaptureInfo> {
    const { store, files, now } = this.#deps;
    if ((await store.captures.count()) >= BACKTEST_LIMITS.captures)
      throw new ControlPlaneError(
        'CAPTURES_FULL',
        `${BACKTEST_LIMITS.captures} captures are kept: delete one that is not needed any more`,
      );
    const id = randomUUID();
    const checked = await files.write(id, pieces);
    const record = { id, ...checked, namespaces: actor.scope, created: now(), createdBy: actor.id };
    try {
      await store.transaction(async (trx) => {
        await trx.captures.insert(record);
        const detail = { bytes: checked.bytes, batches: checked.batches };
        await trx.audit.append({ time: now(), actor: actor.id, action: 'captures.upload', target: id, detail });
      });
    } catch (error) {
      files.remove(id);
      throw error;
    }
    return infoOf(record);
  }

  async list(actor: BacktestActor, page: PageWanted): Promise<Page<CaptureInfo>> {
    const all = await this.#deps.store.captures.list();
    return pageOf(all.filter((capture) => maySee(actor, capture)).map(infoOf), page);
  }

  /** @throws ControlPlaneError NOT_FOUND, also for what the actor may not see */
  async get(actor: BacktestActor, id: string): Promise<CaptureRecord> {
    const capture = await this.#deps.store.captures.get(id);
    if (capture && maySee(actor, capture)) return capture;
    throw new ControlPlaneError('NOT_FOUND', `there is no capture ${id}, or the token may not see it`);
  }

  async delete(actor: BacktestActor, id: string): Promise<void> {
    const { store, files, now } = this.#deps;
    requireOwn(actor, await this.get(actor, id));
    await store.transaction(async (trx) => {
      await trx.captures.delete(id);
      await trx.audit.append({ time: now(), actor: actor.id, action: 'captures.delete', target: id, detail: {} });
    });
    files.remove(id);
  }
}

const infoOf = ({ id, bytes, batches, from, until, created, createdBy }: CaptureRecord): CaptureInfo => ({
  id,
  bytes,
  batches,
  from: from === null ? null : new Date(from).toISOString(),
  until: until === null ? null : new Date(until).toISOString(),
  created: new Date(created).toISOString(),
  created_by: createdBy,
});

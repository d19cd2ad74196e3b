import { randomUUID } from 'node:crypto';
import { BACKTEST_LIMITS, type Backtest, type BacktestInfo, type BacktestRequest, type Page } from '@picket/sdk/client';
import type { z } from 'zod';
import type { BacktestActor, PageWanted } from '../../api/backtests/backtest-lifecycle.ts';
import { ControlPlaneError } from '../../errors.ts';
import type { BacktestHead } from '../../store/backtests/backtest-store.ts';
import type { Store } from '../../store/store.ts';
import { bothNamespaces } from '../replay/event-filter.ts';
import type { BacktestJob, DetectorTried, RulesTried } from '../run/backtest-job.ts';
import { type BacktestQueue, NO_PROGRESS } from './backtest-queue.ts';
import type { CaptureFiles } from './capture-files.ts';
import type { CaptureService } from './capture-service.ts';
import { pageOf } from './page-of.ts';
import type { Tried } from './rules-tried.ts';
import { maySee, requireOwn } from './visible.ts';

type Request = z.output<typeof BacktestRequest>;

export interface BacktestServiceDeps {
  readonly store: Store;
  readonly queue: BacktestQueue;
  readonly captures: CaptureService;
  readonly files: CaptureFiles;
  /** Where the events are. */
  readonly bus: { readonly url: string; readonly seedFile: string };
  readonly rules: (rules: NonNullable<Request['rules']>) => Promise<Tried<RulesTried>>;
  readonly detector: (actor: BacktestActor, wanted: NonNullable<Request['detector']>) => Promise<Tried<DetectorTried>>;
  readonly alertsPerMinute: number | undefined;
  /** Name of this control plane. */
  readonly replica: string;
  /** ms since 1970. */
  readonly now: () => number;
}

/** Backtests: put in the queue, looked at, ended. */
export class BacktestService {
  readonly #deps: BacktestServiceDeps;

  constructor(deps: BacktestServiceDeps) {
    this.#deps = deps;
  }

  async create(actor: BacktestActor, request: Request): Promise<BacktestInfo> {
    const { store, queue, replica, now } = this.#deps;
    this.#refuseFull();
    const { subject, tried } = await this.#tried(actor, request);
    const own = tried.kind === 'detector' ? tried.detector.scope : null;
    const namespaces = bothNamespaces(bothNamespaces(actor.scope, own), request.filters.namespaces ?? null);
    const id = randomUUID();
    const source = await this.#source(actor, id, request.from);
    const head: BacktestHead = {
      id,
      state: 'queued',
      subject,
      source: request.from,
      filters: request.filters,
      namespaces,
      versionId: subject.kind === 'detector' ? subject.version_id : null,
      created: now(),
      createdBy: actor.id,
      replica,
      seen: now(),
      started: null,
      finished: null,
      progress: NO_PROGRESS,
      clean: null,
      error: null,
    };
    // others may have come while this one was made ready
    this.#refuseFull();
    await store.transaction(async (trx) => {
      await trx.backtests.insert(head);
      await trx.backtests.keepNewest(BACKTEST_LIMITS.kept);
      const detail = { subject, from: request.from, filters: request.filters };
      await trx.audit.append({ time: now(), actor: actor.id, action: 'backtests.create', target: id, detail });
    });
    const scope = { nodes: request.filters.nodes ?? null, namespaces };
    queue.add(id, { tried, source, scope, alertsPerMinute: this.#deps.alertsPerMinute });
    return this.#info(head);
  }

  async list(
    actor: BacktestActor,
    page: PageWanted,
    state: BacktestInfo['state'] | undefined,
  ): Promise<Page<BacktestInfo>> {
    const all = await this.#deps.store.backtests.list();
    const seen = all.filter((head) => maySee(actor, head) && (state === undefined || head.state === state));
    return pageOf(
      seen.map((head) => this.#info(head)),
      page,
    );
  }

  async get(actor: BacktestActor, id: string): Promise<Backtest> {
    const record = await this.#deps.store.backtests.get(id);
    if (!record || !maySee(actor, record)) throw notFound(id);
    return { ...this.#info(record), result: record.result };
  }

  async delete(actor: BacktestActor, id: string): Promise<void> {
    const { store, queue, now } = this.#deps;
    const record = await store.backtests.get(id);
    if (!record || !maySee(actor, record)) throw notFound(id);
    requireOwn(actor, record);
    const progress = queue.progressOf(id) ?? record.progress;
    const cancelled = await store.transaction(async (trx) => {
      const ended = { state: 'cancelled', finished: now(), progress, clean: null, error: null, result: null } as const;
      const isCancelled = await trx.backtests.end(id, ended);
      if (!isCancelled && !(await trx.backtests.delete(id))) throw notFound(id);
      const action = isCancelled ? 'backtests.cancel' : 'backtests.delete';
      await trx.audit.append({ time: now(), actor: actor.id, action, target: id, detail: {} });
      return isCancelled;
    });
    if (cancelled) await queue.cancel(id);
  }

  /** The permission depends on what is tried: rules hold for everybody. */
  #tried(actor: BacktestActor, { rules, detector }: Request): Promise<Tried<RulesTried | DetectorTried>> {
    if (detector) return this.#deps.detector(actor, detector);
    if (!actor.permissions.includes('rules.write'))
      throw new ControlPlaneError('AUTH_FORBIDDEN', 'to try rules needs the permission rules.write: ask an operator');
    return this.#deps.rules(rules ?? { files: [] });
  }

  async #source(actor: BacktestActor, id: string, from: Request['from']): Promise<BacktestJob['source']> {
    const { captures, files, bus, now } = this.#deps;
    if ('capture' in from) {
      const { batches } = await captures.get(actor, from.capture);
      return { kind: 'capture', path: files.path(from.capture), batches };
    }
    const until = from.until === undefined ? now() : Date.parse(from.until);
    return { kind: 'stored', ...bus, since: Date.parse(from.since), until, spool: files.path(id) };
  }

  #refuseFull(): void {
    if (this.#deps.queue.length < BACKTEST_LIMITS.waiting) return;
    throw new ControlPlaneError(
      'BACKTESTS_FULL',
      `${BACKTEST_LIMITS.waiting} backtests wait: wait until some have ended, or delete some`,
    );
  }

  #info(head: BacktestHead): BacktestInfo {
    const { id, state, subject, source, filters, namespaces, clean, error } = head;
    return {
      ...{ id, state, subject, from: source, filters, clean, error },
      namespaces: namespaces && [...namespaces],
      created: isoTime(head.created),
      created_by: head.createdBy,
      started: head.started === null ? null : isoTime(head.started),
      finished: head.finished === null ? null : isoTime(head.finished),
      progress: this.#deps.queue.progressOf(id) ?? head.progress,
    };
  }
}

const isoTime = (ms: number): string => new Date(ms).toISOString();
const notFound = (id: string) =>
  new ControlPlaneError('NOT_FOUND', `there is no backtest ${id}, or the token may not see it`);

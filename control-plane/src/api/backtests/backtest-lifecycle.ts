import type { Backtest, BacktestInfo, BacktestRequest, CaptureInfo, Page, Permission } from '@picket/sdk/client';
import type { z } from 'zod';
import type { Scope } from '../stores.ts';

/** Who tries something. */
export interface BacktestActor {
  /** Id of the token. */
  readonly id: string;
  readonly scope: Scope;
  readonly permissions: readonly Permission[];
}

/** Which page of a list. */
export interface PageWanted {
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** Backtests, and the captures that were uploaded for them. A token with a scope sees those of its namespaces alone. */
export interface BacktestLifecycle {
  /** @throws ControlPlaneError AUTH_FORBIDDEN, NOT_FOUND, RULES_REFUSED, DETECTOR_*, BACKTESTS_FULL */
  create(actor: BacktestActor, request: z.output<typeof BacktestRequest>): Promise<BacktestInfo>;
  list(actor: BacktestActor, page: PageWanted, state: BacktestInfo['state'] | undefined): Promise<Page<BacktestInfo>>;
  /** @throws ControlPlaneError NOT_FOUND */
  get(actor: BacktestActor, id: string): Promise<Backtest>;
  /** Ends one that waits or runs; removes one that has ended. @throws ControlPlaneError NOT_FOUND, AUTH_FORBIDDEN */
  delete(actor: BacktestActor, id: string): Promise<void>;

  /** @throws ControlPlaneError BODY_TOO_LARGE, CAPTURE_REFUSED, CAPTURES_FULL */
  uploadCapture(actor: BacktestActor, pieces: AsyncIterable<Uint8Array>): Promise<CaptureInfo>;
  captures(actor: BacktestActor, page: PageWanted): Promise<Page<CaptureInfo>>;
  /** @throws ControlPlaneError NOT_FOUND, AUTH_FORBIDDEN */
  deleteCapture(actor: BacktestActor, id: string): Promise<void>;
}

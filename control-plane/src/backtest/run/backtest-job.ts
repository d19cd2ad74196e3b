import type { BacktestProgress, BacktestResult } from '@picket/sdk/client';
import type { LiveDetector } from '../../detection/detectors/live-detector.ts';
import type { RuleFile } from '../../detection/rules/load/rule.ts';
import type { EventScope } from '../replay/event-filter.ts';

/** Rules to be tried: all files that would run, and all that run. */
export interface RulesTried {
  readonly kind: 'rules';
  readonly after: readonly RuleFile[];
  readonly before: readonly RuleFile[];
  /** Files whose rules run in any case; of the others run those that they change. */
  readonly named: readonly RuleFile[];
  /** What runs now, for people; null when there is nothing to compare with. */
  readonly against: string | null;
}

/** A version of a detector to be tried, and the one of its name that is active. */
export interface DetectorTried {
  readonly kind: 'detector';
  readonly detector: LiveDetector;
  readonly active: LiveDetector | undefined;
}

/** A capture file that was checked. */
export interface CaptureSource {
  readonly kind: 'capture';
  readonly path: string;
  /** Batches in it; undefined when nobody has counted. */
  readonly batches: number | undefined;
}

/** Events of the stream. */
export interface StoredSource {
  readonly kind: 'stored';
  readonly url: string;
  readonly seedFile: string;
  /** Times of publication, ms since 1970. */
  readonly since: number;
  readonly until: number;
  /** File to keep them in while they are looked at. */
  readonly spool: string;
}

/** All that a backtest needs. Plain, so that it can be handed to a worker. */
export interface BacktestJob {
  readonly tried: RulesTried | DetectorTried;
  readonly source: CaptureSource | StoredSource;
  readonly scope: EventScope;
  /** New alerts of one rule in one container within a minute; the default when left out. */
  readonly alertsPerMinute: number | undefined;
}

export interface BacktestOutcome {
  readonly result: BacktestResult;
  /** It came to its end without a fault, and nothing was left out. */
  readonly clean: boolean;
}

/** What the worker says. */
export type WorkerMessage =
  | { readonly type: 'progress'; readonly progress: BacktestProgress }
  | {
      readonly type: 'log';
      readonly level: 'info' | 'warn';
      readonly message: string;
      readonly fields: Record<string, string>;
    }
  | { readonly type: 'done'; readonly outcome: BacktestOutcome }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };

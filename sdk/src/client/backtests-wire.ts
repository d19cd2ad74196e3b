import { z } from 'zod';
import { Alert, PRIORITIES } from '../alert.ts';
import { RuleFileText } from './rules-wire.ts';
import { NamespaceName } from './wire.ts';

/** What the API sends and takes about backtests and uploaded captures. */

const Time = z.iso.datetime({ precision: null });
const Moment = z.iso.datetime({ offset: true });

export const BACKTEST_LIMITS = {
  /** Backtests that are kept, with their results. */
  kept: 200,
  /** Those that may wait for the one that runs. */
  waiting: 20,
  /** Full alerts in a result, of each kind. */
  examples: 100,
  /** Bytes of an uploaded capture. */
  captureBytes: 64 * 1024 * 1024,
  /** Uploaded captures that are kept. */
  captures: 16,
} as const;

const Detector = z.strictObject({
  name: z.string().min(1).max(100),
  /** Version of the manifest, or the id of the version; the newest one when left out. */
  version: z.string().min(1).max(100).optional(),
});

const Rules = z.union([
  z.strictObject({ set: z.string().regex(/^[0-9a-f]{64}$/, 'a rule set has an id of 64 hexadecimal digits') }),
  z.strictObject({ files: z.array(RuleFileText).min(1).max(64) }),
]);

/** Where the events come from. */
export const BacktestSource = z.union([
  z
    .strictObject({
      /** Events published from here (inclusive) until there (exclusive; now when left out). */
      since: Moment,
      until: Moment.optional(),
    })
    .refine(
      ({ since, until }) => until === undefined || Date.parse(since) < Date.parse(until),
      'it ends before it begins',
    ),
  /** Id of an uploaded capture. */
  z.strictObject({ capture: z.uuid() }),
]);
export type BacktestSource = z.infer<typeof BacktestSource>;

export const BacktestFilters = z.strictObject({
  nodes: z.array(z.string().min(1).max(253)).min(1).max(100).optional(),
  namespaces: z.array(NamespaceName).min(1).max(100).optional(),
});
export type BacktestFilters = z.infer<typeof BacktestFilters>;

export const BacktestRequest = z
  .strictObject({
    detector: Detector.optional(),
    rules: Rules.optional(),
    from: BacktestSource,
    filters: BacktestFilters.default({}),
  })
  .refine(
    ({ detector, rules }) => (detector === undefined) !== (rules === undefined),
    'say what is tried: a detector or rules',
  );
export type BacktestRequest = z.input<typeof BacktestRequest>;

export const BACKTEST_STATES = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;

export const BacktestSubject = z.union([
  z.object({ kind: z.literal('detector'), name: z.string(), version: z.string(), version_id: z.string() }),
  z.object({
    kind: z.literal('rules'),
    /** Id of the set; null for files that are no set. */
    set: z.string().nullable(),
    files: z.array(z.string()),
  }),
]);
export type BacktestSubject = z.infer<typeof BacktestSubject>;

export const BacktestProgress = z.object({
  /** What it does now: waits, fetches stored events, runs what is tried over them, makes alerts of what was found. */
  phase: z.enum(['waiting', 'fetching', 'running', 'telling']),
  batches: z.number().int(),
  /** Of how many; null while that is not known. */
  of: z.number().int().nullable(),
  events: z.number(),
  events_per_second: z.number(),
});
export type BacktestProgress = z.infer<typeof BacktestProgress>;

export const BacktestInfo = z.object({
  id: z.string(),
  state: z.enum(BACKTEST_STATES),
  subject: BacktestSubject,
  from: BacktestSource,
  filters: BacktestFilters,
  /** The only namespaces whose events are looked at; null for all. */
  namespaces: z.array(z.string()).nullable(),
  created: Time,
  created_by: z.string(),
  started: Time.nullable(),
  finished: Time.nullable(),
  progress: BacktestProgress,
  /** Whether it came to its end without a fault and without leaving anything out; null while it has not ended. */
  clean: z.boolean().nullable(),
  /** Why it failed, and what to do. */
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type BacktestInfo = z.infer<typeof BacktestInfo>;

const Count = z.number();

/** Alerts that would have been made, put together. */
export const BacktestGroup = z.object({
  /** Rule, or title of the finding. */
  rule: z.string(),
  priority: z.enum(PRIORITIES),
  namespace: z.string().nullable(),
  workload: z.string().nullable(),
  alerts: Count,
  /** Matches or findings in them. */
  matches: Count,
});
export type BacktestGroup = z.infer<typeof BacktestGroup>;

export const BacktestDifference = z.object({
  /** What runs now, over the same events; null when nothing of that name runs. */
  against: z.string().nullable(),
  /** Alerts that only what is tried makes. */
  added: Count,
  /** Alerts that only what runs now makes. */
  gone: Count,
  /** Alerts that both make: the same rule or title, caused first by the same event. */
  same: Count,
  /** Of these, those with another count, priority or text. */
  changed: Count,
  added_examples: z.array(Alert),
  gone_examples: z.array(Alert),
  /** False when there were so many alerts that not all were compared. */
  complete: z.boolean(),
});
export type BacktestDifference = z.infer<typeof BacktestDifference>;

export const BacktestResult = z.object({
  events: z.object({
    batches: Count,
    /** Events that were looked at. */
    records: Count,
    /** Of these, those that were handed to the detector; null for rules. */
    handed: Count.nullable(),
    /** When the first and the last batch were published. */
    from: Time.nullable(),
    until: Time.nullable(),
  }),
  skipped: z.object({
    /** Why not all of the time asked for was looked at; null when it was. */
    cut: z.enum(['batches', 'bytes', 'stored', 'faults']).nullable(),
    /** Batches that could not be read, by error. */
    unreadable: z.array(z.object({ code: z.string(), batches: Count })),
    /** Batches that came twice. */
    duplicates: Count,
    /** Events whose numbers never came. */
    missing: Count,
    /** Findings, log lines and proposals beyond the limits of a detector, and findings that could not be placed. */
    dropped: Count,
  }),
  alerts: z.object({
    total: Count,
    matches: Count,
    by: z.array(BacktestGroup),
    /** Alerts of groups that `by` has no room for. */
    others: Count,
    examples: z.array(Alert),
  }),
  difference: BacktestDifference,
  cost: z.object({
    /** Time of the clock, without fetching. */
    ms: Count,
    events_per_second: Count,
    /** CPU time of reading, state and rules. */
    cpu_ms: Count,
    /** Time in the detector; null for rules. */
    guest_ms: Count.nullable(),
    /** Fuel used, in digits; null for rules. */
    fuel: z.string().nullable(),
    /** Largest memory of one instance; null for rules. */
    memory_bytes: Count.nullable(),
    /** Instances that were lost, by what happened; evaluations of rules that failed, by rule. */
    faults: z.array(z.object({ code: z.string(), count: Count, message: z.string() })),
  }),
  coverage: z.object({
    /** Records by kind, the most first. */
    kinds: z.array(z.object({ kind: z.string(), records: Count })),
    /** Kinds that what is tried asks for, of which there was none. */
    absent: z.array(z.string()),
    /** What the nodes lost while it was recorded, by kind and reason. */
    lost: z.array(z.object({ kind: z.string(), reason: z.string(), count: Count })),
    notes: z.array(z.string()),
  }),
  /** SHA-256 over all that was found: the same input gives the same. */
  digest: z.string(),
});
export type BacktestResult = z.infer<typeof BacktestResult>;

export const Backtest = BacktestInfo.extend({
  /** Null while there is none. */
  result: BacktestResult.nullable(),
});
export type Backtest = z.infer<typeof Backtest>;

export const CaptureInfo = z.object({
  id: z.string(),
  bytes: z.number().int(),
  batches: z.number().int(),
  /** Publication of its first and last batch. */
  from: Time.nullable(),
  until: Time.nullable(),
  created: Time,
  created_by: z.string(),
});
export type CaptureInfo = z.infer<typeof CaptureInfo>;

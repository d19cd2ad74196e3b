import { IgnoredPeers, KINDS, PATH_PREFIX_BYTES, type PathRule, type ProbePlan } from '@picket/sdk';
import { z } from 'zod';

const KindName = z.enum(KINDS.map((kind) => kind.name) as [string, ...string[]]);
const Prefix = z
  .string()
  .startsWith('/')
  .refine((text) => Buffer.byteLength(text) <= PATH_PREFIX_BYTES && !text.includes('\0'), {
    message: `must have at most ${PATH_PREFIX_BYTES} bytes and no NUL`,
  });

/** What the administrator says about the probe plan; see docs/probe-plan.md. */
export const PlanSettings = z.strictObject({
  /** `needed`: what detection asks for. `all`: every kind and every open. */
  trace: z.enum(['needed', 'all']).default('needed'),
  /** Events a second of one container and kind in place of the default; 0 for no limit. */
  budgets: z.partialRecord(KindName, z.int().min(0).max(1_000_000_000)).default({}),
  suppress_ms: z.int().min(0).max(60_000).default(1000),
  ignore: z
    .strictObject({
      /** Beginnings of paths whose opens are not told. */
      opens: z.array(Prefix).max(1024).default([]),
      connects: z.array(IgnoredPeers).max(1024).default([]),
    })
    .default({ opens: [], connects: [] }),
});
export type PlanSettings = z.infer<typeof PlanSettings>;

/** Without a word of the administrator. */
export const DEFAULT_SETTINGS: PlanSettings = PlanSettings.parse({});

/** What is ignored of opens; a rule that must see a path wins over it. */
export const ignoredOpens = ({ ignore }: PlanSettings): PathRule[] =>
  ignore.opens.map((prefix) => ({ prefix, for: [], mustSee: false, ignore: true }));

/** The whole of the tracing, for `trace: all`. */
export const ALL_OPENS: ProbePlan['opens'] = { read: 'all', write: 'all', failed: 'all' };

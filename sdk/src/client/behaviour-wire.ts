import { z } from 'zod';
import { pageOf } from './wire.ts';

/** What the API sends and takes about learned behaviour: models and their versions. Profiles: profiles-wire.ts. */

const Time = z.iso.datetime({ precision: null });
const Count = z.number().int();

/** How far a workload is; see docs/behaviour-life.md. */
export const BEHAVIOUR_STAGES = ['learning', 'review', 'monitor', 'enforce'] as const;
export const BehaviourStage = z.enum(BEHAVIOUR_STAGES);
export type BehaviourStage = z.output<typeof BehaviourStage>;

/** A workload under one image: the first 16 hexadecimal digits of the sha256 of its key, a NUL and the digest. See behaviour-id.ts. */
export const ModelId = z.string().regex(/^[0-9a-f]{16}$/, 'the id of a model has 16 hexadecimal digits');
/** sha256 of what a version consists of, hexadecimal. */
export const ModelVersionId = z.string().regex(/^[0-9a-f]{64}$/, 'the id of a version has 64 hexadecimal digits');
/** A version by its id, or the first 8 digits of it or more. */
export const ModelVersionRef = z
  .string()
  .regex(/^[0-9a-f]{8,64}$/, 'a version is named by its id, or its first 8 digits or more');

/** Scores, -log10 p, from which on something is told. */
export const ModelThreshold = z.object({
  /** Of what is not in the profile. */
  drift: z.number(),
  /** Told when it comes twice in a row. */
  weak: z.number(),
  /** Told at once. */
  strong: z.number(),
});
export type ModelThreshold = z.output<typeof ModelThreshold>;

/** Alarms that windows gave which a model was not trained on, for each container and day, with its 95 % interval. */
export const HeldOutRate = z.object({ perDay: z.number(), low: z.number(), high: z.number() });
export type HeldOutRate = z.output<typeof HeldOutRate>;

/** One training of one workload, or one import. */
export const ModelVersionInfo = z.object({
  id: ModelVersionId,
  model: ModelId,
  /** Whether it is the one that scores, the one before that, or the first that was accepted. */
  active: z.boolean(),
  previous: z.boolean(),
  anchor: z.boolean(),
  origin: z.enum(['trained', 'imported']),
  created: Time,
  /** `system`, or the id of the token that imported it. */
  created_by: z.string(),
  /** What it was trained on. */
  windows: Count,
  runs: Count,
  seed: Count,
  /** What it takes up. */
  bytes: z.object({ model: Count, profile: Count }),
  /** Entries of the profile that were learned with it. */
  tokens: Count,
  /** Null when too little was held out to say. */
  held_out: HeldOutRate.nullable(),
  threshold: ModelThreshold,
  /** How far it is from the anchor, in words; null when it is not. */
  anchor_drift: z.string().nullable(),
  /** What its training said, as it said it. */
  report: z.record(z.string(), z.unknown()),
});
export type ModelVersionInfo = z.output<typeof ModelVersionInfo>;

export const ModelInfo = z.object({
  id: ModelId,
  /** Namespace, workload, container and image repository, with their running parts taken off. */
  key: z.string(),
  /** Digest of the image, or its tag where no digest is known. */
  digest: z.string(),
  image: z.string(),
  /** Null without Kubernetes. */
  namespace: z.string().nullable(),
  stage: BehaviourStage,
  /** Nothing is learned from it. */
  paused: z.boolean(),
  /** Newer versions wait for an operator. */
  pinned: z.boolean(),
  /** What scores; null while there is none. In stage `learning` another image of the workload may stand in: `prior`. */
  version: ModelVersionInfo.nullable(),
  prior: z.object({ model: ModelId, version: ModelVersionId }).nullable(),
  /** What a rollback goes to. */
  previous: ModelVersionId.nullable(),
  anchor: ModelVersionId.nullable(),
  /** Newest version that waits for an operator, and why it was not accepted by itself. */
  waiting: z.object({ version: ModelVersionId, why: z.string() }).nullable(),
  /**
   * What was seen of it so far, `needed` seconds of which make a model (five containers seen from start to end do as well), and
   * the windows that nothing was learned from, by reason: `incident` (one was open), `loss`, `partial`, `paused`, `strange`.
   */
  learned: z.object({
    ...{ windows: Count, runs: Count, seconds: z.number(), changed: Time.nullable() },
    needed: z.number(),
    refused: z.record(z.string(), Count),
  }),
  /** False alarms that are put up with, for each container and day; `own` when it is said for this workload. */
  target: z.object({ per_day: z.number(), own: z.boolean() }),
  /** Alarms that came of it on the control plane that answers; null when it watches none of its containers. */
  observed: z.object({ per_day: z.number(), alarms: Count, container_days: z.number() }).nullable(),
  /** Why the last training made no model; null when it did. */
  failure: z.object({ time: Time, message: z.string() }).nullable(),
  /** How many versions are kept. */
  versions: Count,
  created: Time,
  changed: Time,
});
export type ModelInfo = z.output<typeof ModelInfo>;

/** Reasons go to the audit log. */
const Reason = z.string().trim().min(1).max(500);

export const ModelPromoteRequest = z.strictObject({ version: ModelVersionRef, reason: Reason.optional() });
export type ModelPromoteRequest = z.input<typeof ModelPromoteRequest>;

export const ModelReasonRequest = z.strictObject({ reason: Reason.optional() });
export type ModelReasonRequest = z.input<typeof ModelReasonRequest>;

/** What is left out stays as it is. */
export const ModelStageRequest = z
  .strictObject({
    stage: BehaviourStage.optional(),
    /** True: nothing more is learned from it until it is false again. */
    paused: z.boolean().optional(),
    /** False: newer versions are used by themselves again, after a rollback, say. */
    pinned: z.boolean().optional(),
    /** Alarms for each container and day that are put up with; null: what the server says. */
    target: z.number().positive().max(1000).nullable().optional(),
    reason: Reason.optional(),
  })
  .refine(
    ({ stage, paused, pinned, target }) => [stage, paused, pinned, target].some((part) => part !== undefined),
    'say what is to change: stage, paused, pinned or target',
  );
export type ModelStageRequest = z.input<typeof ModelStageRequest>;

/** Two versions side by side: `a` the earlier one. */
export const ModelComparison = z.object({
  a: ModelVersionInfo,
  b: ModelVersionInfo,
  /** Entries of the profiles by class: how many both have, and those that only one has, as far as there is room. */
  tokens: z.array(
    z.object({
      class: z.string(),
      /** In words, such as `programs that are started`. */
      name: z.string(),
      both: Count,
      only_a: Count,
      only_b: Count,
      examples_a: z.array(z.string()),
      examples_b: z.array(z.string()),
    }),
  ),
  /** What changed most between the two, in words. */
  changes: z.array(z.string()),
});
export type ModelComparison = z.output<typeof ModelComparison>;

/** What speaks for a score, in words. */
export const ScoreContribution = z.object({
  feature: z.string(),
  observed: z.string(),
  usual: z.string(),
  weight: z.number(),
});
export type ScoreContribution = z.output<typeof ScoreContribution>;

/** The score of one window. */
export const WindowScore = z.object({
  /** End of the window. */
  at: Time,
  /** Length of the window: 10 or 60. */
  seconds: Count,
  /** -log10 p. */
  value: z.number(),
  version: z.string(),
  /** From which on it is told when it comes twice in a row. */
  threshold: z.number(),
  /** Of what is new to the profile; 0 for nothing. */
  drift: z.number(),
});
export type WindowScore = z.output<typeof WindowScore>;

/** The newest scores of the containers of a workload, the oldest first, of those that the control plane that answers watches. */
export const ModelScores = z.object({
  replica: z.string(),
  containers: z.array(
    z.object({ id: z.string(), name: z.string().nullable(), node: z.string(), scores: z.array(WindowScore) }),
  ),
});
export type ModelScores = z.output<typeof ModelScores>;

export const ModelPage = pageOf(ModelInfo);
export const ModelVersionPage = pageOf(ModelVersionInfo);

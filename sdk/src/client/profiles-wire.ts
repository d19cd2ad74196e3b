import { z } from 'zod';
import { BehaviourStage, ModelId, ModelVersionId } from './behaviour-wire.ts';
import { pageOf } from './wire.ts';

/** What the API sends and takes about profiles: what a workload is known to do. */

const Time = z.iso.datetime({ precision: null });
const Count = z.number().int();

/** Most characters of a profile as YAML, most tokens of one request, and most entries of a workload that are allowed, and that are removed. */
export const PROFILE_LIMITS = { yaml: 2 * 1024 * 1024, tokens: 200, entries: 1000 } as const;

/** One thing that a workload does: its class, a colon, and what it is. See docs/profiles.md. */
export const ProfileToken = z
  .string()
  .min(3)
  .max(300)
  .regex(/^[A-Za-z]:[^\p{Cc}]+$/su, 'a token is a letter for its class, a colon, and text, as in x:/usr/bin/curl');

/** What somebody said about a token, beside what is learned. It outlives every training. */
export const ProfileDecision = z.object({
  token: ProfileToken,
  /** `*` in it stands for any part of a name, `**` for any text. */
  pattern: z.boolean(),
  /** `allow` is known whether it is learned or not, `remove` is new whether it is learned or not. */
  what: z.enum(['allow', 'remove']),
  /** A proposal changes nothing until an operator says the same. */
  state: z.enum(['proposed', 'accepted']),
  reason: z.string(),
  by: z.string(),
  at: Time,
});
export type ProfileDecision = z.output<typeof ProfileDecision>;

/** How many entries a class has. */
export const ProfileClass = z.object({ class: z.string(), name: z.string(), tokens: Count });

export const ProfileInfo = z.object({
  id: ModelId,
  key: z.string(),
  digest: z.string(),
  image: z.string(),
  namespace: z.string().nullable(),
  stage: BehaviourStage,
  /** Version that it was learned with; null while there is none. */
  version: ModelVersionId.nullable(),
  tokens: Count,
  classes: z.array(ProfileClass),
  allowed: Count,
  removed: Count,
  proposed: Count,
  /** What it was learned from. */
  windows: Count,
  runs: Count,
  /** Null while there is none. */
  learned: Time.nullable(),
});
export type ProfileInfo = z.output<typeof ProfileInfo>;

/** An entry that was learned; times and counts are 0 or null where an import did not tell them. */
export const ProfileEntry = z.object({
  token: z.string(),
  class: z.string(),
  /** The token without its class. */
  text: z.string(),
  windows: Count,
  runs: Count,
  first_seen: Time.nullable(),
  last_seen: Time.nullable(),
});
export type ProfileEntry = z.output<typeof ProfileEntry>;

export const ProfileDocument = ProfileInfo.extend({
  entries: z.array(ProfileEntry),
  decisions: z.array(ProfileDecision),
});
export type ProfileDocument = z.output<typeof ProfileDocument>;

export const ProfileImport = z.strictObject({
  /** As an export gives it. Its head must name the workload that the address names; where the server asks for it, it is signed. */
  yaml: z.string().min(1).max(PROFILE_LIMITS.yaml),
  /** Stage that it has from then on; left out: as it is where something of its own scores it, else as the document says. */
  stage: BehaviourStage.optional(),
  reason: z.string().trim().min(1).max(500).optional(),
});
export type ProfileImport = z.input<typeof ProfileImport>;

export const ProfileDecisionRequest = z.strictObject({
  tokens: z.array(ProfileToken).min(1).max(PROFILE_LIMITS.tokens),
  /** True: `*` stands for any part of a name, `**` for any text. Else tokens are taken as they are. */
  pattern: z.boolean().default(false),
  reason: z.string().trim().min(1).max(500),
});
export type ProfileDecisionRequest = z.input<typeof ProfileDecisionRequest>;

export const ProfilePage = pageOf(ProfileInfo);

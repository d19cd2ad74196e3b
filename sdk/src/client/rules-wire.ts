import { z } from 'zod';
import { PRIORITIES } from '../alert.ts';

/** What the API sends and takes about rule sets, overrides and exceptions. */

const Time = z.iso.datetime({ precision: null });

/** Most characters that the files of a set may have together, and most files. */
export const RULE_SET_LIMITS = { characters: 1024 * 1024, files: 64 } as const;

/** A name as in a folder: no absolute path, no way out. It is shown where a problem is told. */
const FileName = z
  .string()
  .regex(
    /^(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_. /-]{0,199}$/,
    'a file is named by letters, digits, "_", ".", "-" and "/"',
  );

export const RuleFileText = z.strictObject({ name: FileName, text: z.string().max(RULE_SET_LIMITS.characters) });
export type RuleFileText = z.infer<typeof RuleFileText>;

const RuleFiles = z
  .array(RuleFileText)
  .min(1)
  .max(RULE_SET_LIMITS.files)
  .refine((files) => new Set(files.map(({ name }) => name)).size === files.length, 'two files have the same name')
  .refine(
    (files) => files.reduce((sum, { text }) => sum + text.length, 0) <= RULE_SET_LIMITS.characters,
    `the files may have ${RULE_SET_LIMITS.characters} characters together`,
  );

/** Files to be checked together, read in this order behind those of the server. */
export const RuleFilesRequest = z.strictObject({ files: RuleFiles });
export type RuleFilesRequest = z.input<typeof RuleFilesRequest>;

export const RuleSetRequest = z.strictObject({
  files: RuleFiles,
  name: z.string().trim().min(1).max(100).optional(),
  /** Leaves out what can not be loaded, in place of refusing the set for it. */
  partial: z.boolean().default(false),
});
export type RuleSetRequest = z.input<typeof RuleSetRequest>;

/** What is wrong, and where. An error keeps a rule or a file from being loaded. */
export const RuleFinding = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  message: z.string(),
  rule: z.string().nullable(),
  file: z.string(),
  line: z.number().int(),
  column: z.number().int(),
});
export type RuleFinding = z.infer<typeof RuleFinding>;

/** What became of one rule of the files. */
export const RuleOutcome = z.object({
  rule: z.string(),
  /** `skipped` asks for what is not collected, in a way that allows for it. */
  outcome: z.enum(['loaded', 'disabled', 'skipped', 'refused']),
  reasons: z.array(z.string()),
  /** Null for a rule that does not run. */
  priority: z.enum(PRIORITIES).nullable(),
});
export type RuleOutcome = z.infer<typeof RuleOutcome>;

export const RuleCheck = z.object({
  /** Whether the files would be taken as a set without `partial`. */
  valid: z.boolean(),
  rules: z.array(RuleOutcome),
  problems: z.array(RuleFinding),
});
export type RuleCheck = z.infer<typeof RuleCheck>;

export const RuleSetInfo = z.object({
  /** SHA-256 of the files: the same files are the same set. */
  id: z.string(),
  name: z.string(),
  /** Rules that it defines or changes, without those that can not be loaded. */
  rules: z.number().int(),
  partial: z.boolean(),
  active: z.boolean(),
  created: Time,
  /** Id of the token. */
  created_by: z.string(),
});
export type RuleSetInfo = z.infer<typeof RuleSetInfo>;

export const RuleSet = RuleSetInfo.extend({ files: z.array(z.object({ name: z.string(), text: z.string() })) });
export type RuleSet = z.infer<typeof RuleSet>;

export const RuleSetCreated = RuleSetInfo.extend({ problems: z.array(RuleFinding) });
export type RuleSetCreated = z.infer<typeof RuleSetCreated>;

/** What one control plane runs. Others run the same when their digest is the same. */
export const RulesState = z.object({
  replica: z.string(),
  /** Number of the last change that runs here. */
  revision: z.number().int(),
  /** Number of the last change of all; higher for a moment, while this control plane takes it over. */
  wanted: z.number().int(),
  /** SHA-256 of all that is loaded. */
  digest: z.string(),
  /** The active set; null when only the files of the server are loaded. */
  set: z.string().nullable(),
  since: Time,
  /** Revision of the probe plan that these rules ask for. */
  plan: z.string(),
  rules: z.number().int(),
  enabled: z.number().int(),
  /** Rules that can not be loaded, and overrides and exceptions of rules that are gone. */
  errors: z.number().int(),
  /** Why the last change could not be taken over here: what runs is what ran before. */
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type RulesState = z.infer<typeof RulesState>;

/** What a change led to. */
export const RulesChanged = z.object({ state: RulesState, problems: z.array(RuleFinding) });
export type RulesChanged = z.infer<typeof RulesChanged>;

export const ReloadRequest = z.strictObject({ partial: z.boolean().default(false) });
export type ReloadRequest = z.input<typeof ReloadRequest>;

export const RuleOverrideRequest = z
  .strictObject({
    enabled: z.boolean().optional(),
    priority: z.enum(PRIORITIES).optional(),
    reason: z.string().trim().min(1).max(500).optional(),
  })
  .refine(
    ({ enabled, priority }) => enabled !== undefined || priority !== undefined,
    'say what is changed: enabled, priority, or both',
  );
export type RuleOverrideRequest = z.input<typeof RuleOverrideRequest>;

export const RuleOverrideInfo = z.object({
  rule: z.string(),
  enabled: z.boolean().nullable(),
  priority: z.enum(PRIORITIES).nullable(),
  reason: z.string().nullable(),
  time: Time,
  actor: z.string(),
  /** False when there is no such rule now: it waits for one. */
  applies: z.boolean(),
});
export type RuleOverrideInfo = z.infer<typeof RuleOverrideInfo>;

/** The rule passes over events that meet all of these tests: field, comparison, value. */
export const ExceptionSpec = z.object({
  fields: z.array(z.string()),
  comps: z.array(z.string()),
  values: z.array(z.string()),
});

export const EXCEPTION_LIMITS = { fields: 8, days: 366, hours: 168 } as const;

const Owner = z.string().trim().min(1).max(100);
const Reason = z.string().trim().min(1).max(500);
const Expires = z.iso.datetime({ offset: true });

export const ProposalRequest = z.strictObject({
  alert: z.uuid(),
  /** Fields of the output of the alert; chosen by the server when left out. */
  fields: z.array(z.string().min(1).max(200)).min(1).max(EXCEPTION_LIMITS.fields).optional(),
  /** How far back to look for what it would have silenced. */
  hours: z.number().int().min(1).max(EXCEPTION_LIMITS.hours).default(24),
  owner: Owner.optional(),
  reason: Reason.optional(),
  expires: Expires.optional(),
  /** Only looks; keeps no proposal. */
  dry_run: z.boolean().default(false),
});
export type ProposalRequest = z.input<typeof ProposalRequest>;

/** What an exception would have silenced over what is stored. */
export const ExceptionEffect = z.object({
  events: z.object({
    /** Batches and records that were looked at. */
    batches: z.number().int(),
    records: z.number(),
    /** Time of the first and the last of them. */
    from: Time.nullable(),
    until: Time.nullable(),
    /** Why not all of the time asked for was looked at; null when it was. */
    cut: z.enum(['batches', 'time', 'stored']).nullable(),
    /** Batches that could not be read. */
    unreadable: z.number().int(),
    /** Alerts of the rule, and matches in them, as it is. */
    before: z.object({ alerts: z.number().int(), matches: z.number() }),
    /** The same with the exception. */
    after: z.object({ alerts: z.number().int(), matches: z.number() }),
  }),
  alerts: z.object({
    /** Stored alerts of the rule that were looked at. */
    looked: z.number().int(),
    silenced: z.number().int(),
    /** Alerts that do not tell the fields of the exception. */
    unknown: z.number().int(),
    /** Some of those that would be silenced. */
    examples: z.array(z.object({ uuid: z.string(), time: z.string(), output: z.string() })),
    cut: z.boolean(),
  }),
});
export type ExceptionEffect = z.infer<typeof ExceptionEffect>;

export const ExceptionProposal = z.object({
  /** For `proposal` when it is accepted; null after a dry run. */
  id: z.string().nullable(),
  rule: z.string(),
  exception: ExceptionSpec,
  /** What to think about before it is accepted. */
  warnings: z.array(z.string()),
  effect: ExceptionEffect,
});
export type ExceptionProposal = z.infer<typeof ExceptionProposal>;

export const ExceptionRequest = z.strictObject({
  /** Id of a proposal. */
  proposal: z.uuid(),
  owner: Owner,
  reason: Reason,
  /** At most a year from now. */
  expires: Expires,
});
export type ExceptionRequest = z.input<typeof ExceptionRequest>;

export const EXCEPTION_STATES = ['proposed', 'active', 'expired', 'ended'] as const;

export const ExceptionInfo = z.object({
  id: z.string(),
  rule: z.string(),
  state: z.enum(EXCEPTION_STATES),
  exception: ExceptionSpec,
  /** The alert it was made from. */
  alert: z.string().nullable(),
  owner: z.string().nullable(),
  reason: z.string().nullable(),
  expires: Time.nullable(),
  proposed: Time,
  proposed_by: z.string(),
  accepted: Time.nullable(),
  accepted_by: z.string().nullable(),
  ended: Time.nullable(),
  /** Id of the token, or `system` when its time was over. */
  ended_by: z.string().nullable(),
  /** Matches that it kept from becoming alerts, as far as they were counted. */
  silenced: z.number(),
  /** False when it holds but there is no such rule now. */
  applies: z.boolean(),
});
export type ExceptionInfo = z.infer<typeof ExceptionInfo>;

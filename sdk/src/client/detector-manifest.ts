import { z } from 'zod';
import { KINDS } from '../events.gen.ts';
import { PATH_PREFIX_BYTES } from '../plan.ts';

/** What a detector says about itself, as it stands in `manifest.yaml`. */

export const CAPABILITIES = ['observe', 'state', 'context', 'respond'] as const;

export const DETECTOR_SEVERITIES = [
  'emergency',
  'alert',
  'critical',
  'error',
  'warning',
  'notice',
  'informational',
  'debug',
] as const;

/** Least, most and what holds when left out, of what a detector may ask for. */
export const DETECTOR_LIMITS = {
  memory_mib: { least: 1, most: 64, usual: 64 },
  /** Of one call. */
  fuel: { least: 1_000_000, most: 20_000_000_000, usual: 2_000_000_000 },
  /** Of one call. */
  deadline_ms: { least: 10, most: 10_000, usual: 1000 },
  state_kib: { least: 0, most: 16_384, usual: 1024 },
  findings_per_minute: { least: 1, most: 10_000, usual: 600 },
  /** Seconds between two ticks; 0 for none. */
  tick: { least: 0, most: 86_400, usual: 0 },
  /** Entries of the configuration, and characters of one text or list of it. */
  entries: 64,
  text: 4096,
} as const;

/** Name of a detector: it is part of addresses and alerts. */
export const DetectorName = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    'the id of a detector has 1 to 63 small letters, digits and "-" within',
  );

const EntryName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,62}$/, 'an entry is named by letters, digits and "_", at most 63 of them');
const Summary = z.string().trim().min(1).max(500);
/** Characters of a text and of a list with its commas; anything that JSON and the guest library carry. */
const Text = z.string().max(DETECTOR_LIMITS.text);
const ListItem = Text.regex(/^[^,]*$/, 'an item of a list has no comma');

const IntegerEntry = z.strictObject({
  type: z.literal('integer'),
  default: z.int(),
  minimum: z.int().optional(),
  maximum: z.int().optional(),
  summary: Summary.optional(),
});
const NumberEntry = z.strictObject({
  type: z.literal('number'),
  default: z.number(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  summary: Summary.optional(),
});
const FlagEntry = z.strictObject({ type: z.literal('flag'), default: z.boolean(), summary: Summary.optional() });
const Length = z.int().min(0).max(DETECTOR_LIMITS.text).optional();
const TextEntry = z.strictObject({
  type: z.literal('text'),
  default: Text,
  /** Characters. */
  minimum: Length,
  maximum: Length,
  summary: Summary.optional(),
});
const ListEntry = z.strictObject({
  type: z.literal('list'),
  default: z.array(ListItem),
  /** Items. */
  minimum: Length,
  maximum: Length,
  summary: Summary.optional(),
});

/** One entry of the configuration: its type, what holds when it is not set, and its bounds. */
export const ConfigEntry = z
  .discriminatedUnion('type', [IntegerEntry, NumberEntry, FlagEntry, TextEntry, ListEntry])
  .superRefine((entry, context) => {
    if (entry.type === 'flag') return;
    const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = entry;
    if (minimum > maximum) context.addIssue({ code: 'custom', message: 'minimum is above maximum', path: ['minimum'] });
    const size = typeof entry.default === 'number' ? entry.default : entry.default.length;
    if (size < minimum || size > maximum)
      context.addIssue({ code: 'custom', message: 'the default is not within minimum and maximum', path: ['default'] });
  });
export type ConfigEntry = z.output<typeof ConfigEntry>;

/** A value of the configuration as it is sent. */
export const ConfigValue = z.union([z.number(), z.boolean(), Text, z.array(ListItem).max(DETECTOR_LIMITS.text)]);
export type ConfigValue = z.output<typeof ConfigValue>;

/** What is set by name; entries that are left out have their default. */
export const DetectorConfig = z
  .record(EntryName, ConfigValue)
  .refine(
    (config) => Object.keys(config).length <= DETECTOR_LIMITS.entries,
    `at most ${DETECTOR_LIMITS.entries} entries`,
  );
export type DetectorConfig = z.output<typeof DetectorConfig>;

const bounded = ({ least, most, usual }: { least: number; most: number; usual: number }) =>
  z.int().min(least).max(most).default(usual);

const Limits = z.strictObject({
  memory_mib: bounded(DETECTOR_LIMITS.memory_mib),
  fuel: bounded(DETECTOR_LIMITS.fuel),
  deadline_ms: bounded(DETECTOR_LIMITS.deadline_ms),
  state_kib: bounded(DETECTOR_LIMITS.state_kib),
  findings_per_minute: bounded(DETECTOR_LIMITS.findings_per_minute),
});

const KIND_NAMES = KINDS.map(({ name }) => name) as [string, ...string[]];
const unique = <T>(items: readonly T[]) => new Set(items).size === items.length;
const TWICE = 'something is named twice';

export const DetectorManifest = z.strictObject({
  id: DetectorName,
  version: z
    .string()
    .regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}(?:-[0-9A-Za-z.-]{1,40})?$/, 'a version is three numbers, for example 1.0.0'),
  summary: Summary,
  description: z.string().max(20_000).optional(),
  /** What it is written in; said to people, nothing depends on it. */
  language: z.string().trim().min(1).max(40).default('unknown'),
  /** Text encoding of a bare core module; sources and components say their own. */
  encoding: z.enum(['utf8', 'utf16']).default('utf8'),
  /** Kinds of events that it is given. */
  kinds: z.array(z.enum(KIND_NAMES)).min(1).refine(unique, TWICE),
  /** Beginnings of the paths whose opens it wants; left out: all. It may be given others that somebody else wants. */
  opens: z
    .array(
      z
        .string()
        .startsWith('/')
        .refine((path) => new TextEncoder().encode(path).length <= PATH_PREFIX_BYTES && !path.includes('\0'), {
          message: `a beginning of a path has at most ${PATH_PREFIX_BYTES} bytes and no NUL`,
        }),
    )
    .max(64)
    .refine(unique, TWICE)
    .optional(),
  /** False: equal opens and connects of a process within a moment may come as one record with a count. */
  repeats: z.boolean().default(true),
  /** Every detector has `observe`. */
  capabilities: z.array(z.enum(CAPABILITIES)).refine(unique, TWICE).default(['observe']),
  /** The most that its findings may say. */
  severity: z
    .string()
    .transform((text) => text.toLowerCase())
    .pipe(z.enum(DETECTOR_SEVERITIES)),
  tags: z.array(z.string().trim().min(1).max(100)).max(32).refine(unique, TWICE).default([]),
  mitre: z
    .array(z.string().regex(/^T[AS]?\d{4}(?:\.\d{3})?$/, 'a MITRE ATT&CK technique looks like T1046 or T1059.004'))
    .max(32)
    .refine(unique, TWICE)
    .default([]),
  /** Entries of the configuration by name. */
  config: z
    .record(EntryName, ConfigEntry)
    .refine(
      (config) => Object.keys(config).length <= DETECTOR_LIMITS.entries,
      `at most ${DETECTOR_LIMITS.entries} entries`,
    )
    .default({}),
  /** Seconds of event time between two ticks; 0 for none. */
  tick: bounded(DETECTOR_LIMITS.tick),
  limits: Limits.prefault({}),
  /** What becomes of the state store of the version before. */
  state: z.enum(['keep', 'reset']).default('keep'),
});
/** A manifest with everything in it that was left out. */
export type DetectorManifest = z.output<typeof DetectorManifest>;

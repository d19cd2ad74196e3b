import { z } from 'zod';
import { firstOf, readCheckedYaml } from '../../yaml/checked-yaml.ts';
import { MOST_ENTRIES, type OperatorEntry } from './operator-entries.ts';
import { Profile } from './profile.ts';
import { ProfileError, type ProfileProblem } from './profile-error.ts';
import type { ProfileHead, ProfileSignature } from './profile-head.ts';
import { PROFILE_SECTIONS } from './profile-sections.ts';
import { PROFILE_YAML_VERSION } from './profile-yaml.ts';
import type { TokenStat } from './token-stat.ts';

/** Characters of a written profile. */
export const MOST_PROFILE_TEXT = 2 * 1024 * 1024;

/** A profile from its text, and what the text says of it. */
export interface WrittenProfile {
  readonly head: ProfileHead;
  readonly profile: Profile;
  readonly signature: ProfileSignature | undefined;
}

const MOST_TEXT = 256;
const MOST_REASON = 500;
const Count = z.number().int().min(0).max(1e12);
const Time = z.iso.datetime().transform((text) => Date.parse(text));
const Name = z.string().max(1000);

const Seen = z.strictObject({
  is: z.string().max(MOST_TEXT),
  windows: Count.default(1),
  runs: Count.default(1),
  first: Time.optional(),
  last: Time.optional(),
});

const letters = PROFILE_SECTIONS.map(({ letter }) => letter).join('');
const Token = z
  .string()
  .max(MOST_TEXT)
  .regex(new RegExp(`^[${letters}]:`), 'it begins with the letter of a class and a colon, as in "x:/usr/bin/curl"');

const Entry = z
  .strictObject({
    token: Token.optional(),
    pattern: Token.optional(),
    reason: z.string().min(1).max(MOST_REASON),
    by: Name.default('import'),
    at: Time.optional(),
  })
  .refine(
    ({ token, pattern }) => (token === undefined) !== (pattern === undefined),
    'it has either a token or a pattern',
  );
type Entry = z.infer<typeof Entry>;

const Written = z.strictObject({
  picket_profile: z.literal(
    PROFILE_YAML_VERSION,
    `this Picket reads version ${PROFILE_YAML_VERSION} of written profiles`,
  ),
  workload: z.strictObject({ key: Name.min(1), digest: Name.min(1), image: Name }),
  stage: Name.default('review'),
  version: Name.optional(),
  learned: z.strictObject({
    from: Time,
    to: Time,
    windows: Count,
    runs: Count,
    starts_seen: Count.optional(),
    ends_seen: Count.optional(),
    lossy: z.boolean().default(false),
    left_out: Count.default(0),
  }),
  does: z.partialRecord(z.enum(PROFILE_SECTIONS.map(({ name }) => name)), z.array(Seen)).default({}),
  allowed: z.array(Entry).max(MOST_ENTRIES).default([]),
  removed: z.array(Entry).max(MOST_ENTRIES).default([]),
  signature: z.strictObject({ key: Name, value: Name }).optional(),
});
type Written = z.infer<typeof Written>;

/**
 * Reads a profile from YAML, as `toYaml` wrote it or as somebody did by hand.
 * @param name of the file, for messages
 * @param now ms since 1970, for entries that do not say when they were made
 * @throws ProfileError PROFILE_INVALID with every place that is wrong, as file:line:column; PROFILE_TOO_LARGE
 */
export function fromYaml(text: string, name = 'profile.yaml', now = Date.now()): WrittenProfile {
  const refused = (details: ProfileProblem[]) => new ProfileError('PROFILE_INVALID', firstOf(details), { details });
  const written = readCheckedYaml<Written>(text, {
    ...{ name, what: 'profile', most: MOST_PROFILE_TEXT, schema: Written, keys: Object.keys(Written.shape), refused },
  });
  const { workload, stage, version, learned, allowed, removed, signature } = written;
  const profile = Profile.of(tokensOf(written), {
    ...{
      windows: learned.windows,
      runs: learned.runs,
      startsSeen: learned.starts_seen,
      endsSeen: learned.ends_seen,
      overflow: learned.left_out,
    },
    ...{ from: learned.from, to: learned.to, lossy: learned.lossy },
    operator: {
      allowed: allowed.map((entry) => entryOf(entry, now)),
      removed: removed.map((entry) => entryOf(entry, now)),
    },
  });
  return { head: { ...workload, stage, ...(version === undefined ? {} : { version }) }, profile, signature };
}

function tokensOf({ does, learned }: Written): TokenStat[] {
  const tokens = new Map<string, TokenStat>();
  for (const { letter, name } of PROFILE_SECTIONS)
    for (const { is, windows, runs, first = learned.from, last = learned.to } of does[name] ?? []) {
      const token = `${letter}:${is}`;
      tokens.set(token, { token, windows, runs, firstSeen: first, lastSeen: Math.max(first, last) });
    }
  return [...tokens.values()];
}

function entryOf({ token, pattern, reason, by, at }: Entry, now: number): OperatorEntry {
  const about = { reason, by, at: at ?? now };
  return pattern === undefined ? { token: token ?? '', ...about } : { token: pattern, isPattern: true, ...about };
}

import { stringify } from 'yaml';
import type { OperatorEntry } from './operator-entries.ts';
import type { Profile } from './profile.ts';
import type { ProfileHead, ProfileSignature } from './profile-head.ts';
import { PROFILE_SECTIONS } from './profile-sections.ts';
import { classOf, type TokenStat, textOf } from './token-stat.ts';

export const PROFILE_YAML_VERSION = 1;

/**
 * A profile as YAML that can be read, kept in a repository, changed and imported again. The same profile gives the same text.
 */
export function toYaml(profile: Profile, head: ProfileHead, signature?: ProfileSignature): string {
  const { windows, runs, overflow } = profile.stats();
  const learned = { ...profile.learned, windows, runs, overflow };
  const lines = [
    '# What the containers of a workload do, as Picket has learned it. "allowed" and "removed" hold what operators said: put',
    '# there what is missing or wrong, for learning again leaves them alone.',
    `picket_profile: ${PROFILE_YAML_VERSION}`,
    'workload:',
    ...[`  key: ${scalar(head.key)}`, `  digest: ${scalar(head.digest)}`, `  image: ${scalar(head.image)}`],
    `stage: ${scalar(head.stage)}`,
    ...(head.version === undefined ? [] : [`version: ${scalar(head.version)}`]),
    'learned:',
    `  from: ${time(learned.from)}`,
    `  to: ${time(learned.to)}`,
    `  windows: ${learned.windows} # of 10 s`,
    `  runs: ${learned.runs} # containers`,
    `  starts_seen: ${learned.startsSeen}${profile.startUnknown ? ' # what containers do at their start is not known' : ''}`,
    `  ends_seen: ${learned.endsSeen}`,
    `  lossy: ${learned.lossy}`,
    `  left_out: ${learned.overflow} # tokens that found no room`,
    ...sections(profile),
    ...entries('allowed', profile.operator.allowed),
    ...entries('removed', profile.operator.removed),
    ...(signature ? ['signature:', `  key: ${scalar(signature.key)}`, `  value: ${scalar(signature.value)}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function sections(profile: Profile): string[] {
  const lines: string[] = [];
  for (const { letter, name } of PROFILE_SECTIONS) {
    const tokens = profile.tokens.filter(({ token }) => classOf(token) === letter);
    if (tokens.length === 0) continue;
    lines.push(`  ${name}:`);
    for (const { pattern, of } of profile.wildcards)
      if (classOf(pattern) === letter) lines.push(`    # all of ${quoted(textOf(pattern))}, learned from ${of} names`);
    lines.push(...tokens.map(tokenLine));
  }
  return lines.length === 0 ? ['does: {}'] : ['does:', ...lines];
}

const tokenLine = ({ token, windows, runs, firstSeen, lastSeen }: TokenStat): string =>
  `    - {is: ${quoted(textOf(token))}, windows: ${windows}, runs: ${runs}, first: ${time(firstSeen)}, last: ${time(lastSeen)}}`;

function entries(name: string, list: readonly OperatorEntry[]): string[] {
  if (list.length === 0) return [`${name}: []`];
  return [
    `${name}:`,
    ...list.flatMap(({ token, isPattern, reason, by, at }) => [
      `  - ${isPattern ? 'pattern' : 'token'}: ${quoted(token)}`,
      `    reason: ${quoted(reason)}`,
      `    by: ${quoted(by)}`,
      `    at: ${time(at)}`,
    ]),
  ];
}

const time = (ms: number): string => new Date(ms).toISOString();

/** Within brackets and behind a list mark: quoted whenever it is not plain. */
const quoted = (text: string): string => (PLAIN.test(text) && !WORD.test(text) ? text : JSON.stringify(text));
const PLAIN = /^[A-Za-z/][A-Za-z0-9/._+@-]*$/;
const WORD = /^(?:true|false|null|yes|no|on|off)$/i;

const scalar = (text: string): string => stringify(text, { lineWidth: 0, defaultStringType: 'PLAIN' }).trimEnd();

import { ByteReader } from '../bytes/byte-reader.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import type { OperatorEntries, OperatorEntry } from './operator-entries.ts';
import { ProfileError } from './profile-error.ts';
import type { TokenStat } from './token-stat.ts';

/** What a saved profile holds; wildcards and rates are worked out from it. */
export interface ProfileData {
  /** In the order of their text. */
  readonly tokens: readonly TokenStat[];
  readonly windows: number;
  readonly runs: number;
  readonly startsSeen: number;
  readonly endsSeen: number;
  readonly from: number;
  readonly to: number;
  readonly lossy: boolean;
  /** Tokens that found no room. */
  readonly overflow: number;
  readonly operator: OperatorEntries;
}

const MAGIC = 0x31465050;
const VERSION = 1;
/** Largest saved profile that is read. */
export const MOST_PROFILE_BYTES = 256 * 1024;

/** Tokens share their beginnings with the one before, so a profile is a fraction of its text. The same data, the same bytes. */
export function encodeProfile(data: ProfileData): Uint8Array {
  const out = new ByteWriter();
  out.u32(MAGIC);
  for (const value of [VERSION, data.windows, data.runs, data.startsSeen, data.endsSeen, data.from])
    writeNumber(out, value);
  for (const value of [data.to - data.from, data.lossy ? 1 : 0, data.overflow, data.tokens.length])
    writeNumber(out, value);
  let before = '';
  for (const { token, windows, runs, firstSeen, lastSeen } of data.tokens) {
    const shared = sharedLength(before, token);
    out.whole(shared);
    out.text(token.slice(shared));
    for (const value of [windows, runs, firstSeen - data.from, lastSeen - firstSeen]) writeNumber(out, value);
    before = token;
  }
  const { allowed, removed } = data.operator;
  for (const list of [allowed, removed]) {
    out.whole(list.length);
    for (const entry of list) writeEntry(out, entry);
  }
  return out.done();
}

/** @throws ProfileError PROFILE_MALFORMED, PROFILE_VERSION */
export function decodeProfile(bytes: Uint8Array): ProfileData {
  if (bytes.length > MOST_PROFILE_BYTES)
    throw new ProfileError(
      'PROFILE_MALFORMED',
      `a profile of ${bytes.length} bytes is larger than ${MOST_PROFILE_BYTES}`,
    );
  const read = new ByteReader(bytes, malformed);
  if (read.u32() !== MAGIC) throw malformed('it does not begin like one');
  const version = read.whole();
  if (version !== VERSION)
    throw new ProfileError(
      'PROFILE_VERSION',
      `the profile has version ${version}, this Picket reads ${VERSION}: learn it anew`,
    );
  const [windows, runs, startsSeen] = [read.whole(), read.whole(), read.whole()];
  const [endsSeen, from] = [read.whole(), read.whole()];
  const [length, lossy, overflow, count] = [read.whole(), read.whole(), read.whole(), read.whole()];
  const tokens: TokenStat[] = [];
  let before = '';
  for (let i = 0; i < count; i++) {
    const shared = read.whole();
    if (shared > before.length) throw malformed('a token begins with more than the one before has');
    const token = before.slice(0, shared) + read.text();
    if (i > 0 && token <= before) throw malformed('its tokens are not in order');
    const [seen, by, first, lasted] = [read.whole(), read.whole(), read.whole(), read.whole()];
    tokens.push({ token, windows: seen, runs: by, firstSeen: from + first, lastSeen: from + first + lasted });
    before = token;
  }
  const [allowed, removed] = [readEntries(read), readEntries(read)];
  read.end();
  const operator = { allowed, removed };
  return {
    tokens,
    windows,
    runs,
    startsSeen,
    endsSeen,
    from,
    to: from + length,
    lossy: lossy === 1,
    overflow,
    operator,
  };
}

function writeEntry(out: ByteWriter, { token, isPattern, reason, by, at }: OperatorEntry): void {
  out.text(token);
  out.whole(isPattern ? 1 : 0);
  out.text(reason);
  out.text(by);
  writeNumber(out, at);
}

function readEntries(read: ByteReader): OperatorEntry[] {
  const entries: OperatorEntry[] = [];
  for (let left = read.whole(); left > 0; left--) {
    const [token, isPattern, reason] = [read.text(), read.whole() === 1, read.text()];
    const [by, at] = [read.text(), read.whole()];
    entries.push({ token, ...(isPattern ? { isPattern } : {}), reason, by, at });
  }
  return entries;
}

/** Half of a pair of surrogates can not be written alone. */
function sharedLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  const last = length > 0 ? a.charCodeAt(length - 1) : 0;
  return last >= 0xd800 && last < 0xdc00 ? length - 1 : length;
}

/** Times may have parts of a ms, which say nothing. */
const writeNumber = (out: ByteWriter, value: number): void => out.whole(Math.max(0, Math.round(value)));

const malformed = (why: string): ProfileError =>
  new ProfileError('PROFILE_MALFORMED', `these bytes are no profile: ${why}`);

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
  const out = new Writer();
  out.u32(MAGIC);
  for (const value of [VERSION, data.windows, data.runs, data.startsSeen, data.endsSeen, data.from]) out.number(value);
  for (const value of [data.to - data.from, data.lossy ? 1 : 0, data.overflow, data.tokens.length]) out.number(value);
  let before = '';
  for (const { token, windows, runs, firstSeen, lastSeen } of data.tokens) {
    const shared = sharedLength(before, token);
    out.number(shared);
    out.text(token.slice(shared));
    for (const value of [windows, runs, firstSeen - data.from, lastSeen - firstSeen]) out.number(Math.max(0, value));
    before = token;
  }
  const { allowed, removed } = data.operator;
  for (const list of [allowed, removed]) {
    out.number(list.length);
    for (const entry of list) writeEntry(out, entry);
  }
  return out.bytes();
}

/** @throws ProfileError PROFILE_MALFORMED, PROFILE_VERSION */
export function decodeProfile(bytes: Uint8Array): ProfileData {
  if (bytes.length > MOST_PROFILE_BYTES)
    throw new ProfileError(
      'PROFILE_MALFORMED',
      `a profile of ${bytes.length} bytes is larger than ${MOST_PROFILE_BYTES}`,
    );
  const read = new Reader(bytes);
  if (read.u32() !== MAGIC) throw malformed('it does not begin like one');
  const version = read.number();
  if (version !== VERSION)
    throw new ProfileError(
      'PROFILE_VERSION',
      `the profile has version ${version}, this Picket reads ${VERSION}: learn it anew`,
    );
  const [windows, runs, startsSeen] = [read.number(), read.number(), read.number()];
  const [endsSeen, from] = [read.number(), read.number()];
  const [length, lossy, overflow, count] = [read.number(), read.number(), read.number(), read.number()];
  const tokens: TokenStat[] = [];
  let before = '';
  for (let i = 0; i < count; i++) {
    const shared = read.number();
    if (shared > before.length) throw malformed('a token begins with more than the one before has');
    const token = before.slice(0, shared) + read.text();
    if (i > 0 && token <= before) throw malformed('its tokens are not in order');
    const [seen, by, first, lasted] = [read.number(), read.number(), read.number(), read.number()];
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

function writeEntry(out: Writer, { token, isPattern, reason, by, at }: OperatorEntry): void {
  out.text(token);
  out.number(isPattern ? 1 : 0);
  out.text(reason);
  out.text(by);
  out.number(at);
}

function readEntries(read: Reader): OperatorEntry[] {
  const entries: OperatorEntry[] = [];
  for (let left = read.number(); left > 0; left--) {
    const [token, isPattern, reason] = [read.text(), read.number() === 1, read.text()];
    const [by, at] = [read.text(), read.number()];
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

const malformed = (why: string): ProfileError =>
  new ProfileError('PROFILE_MALFORMED', `these bytes are no profile: ${why}`);

class Writer {
  #buffer = Buffer.alloc(4096);
  #at = 0;

  u32(value: number): void {
    this.#room(4);
    this.#at = this.#buffer.writeUInt32LE(value, this.#at);
  }

  /** A whole number of up to 53 bits, seven of them a byte. */
  number(value: number): void {
    this.#room(8);
    let rest = Math.round(value);
    while (rest >= 0x80) {
      this.#buffer[this.#at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#buffer[this.#at++] = rest;
  }

  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.number(length);
    this.#room(length);
    this.#at += this.#buffer.write(value, this.#at);
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#buffer.subarray(0, this.#at));
  }

  #room(more: number): void {
    if (this.#at + more <= this.#buffer.length) return;
    const larger = Buffer.alloc(Math.max(this.#buffer.length * 2, this.#at + more));
    this.#buffer.copy(larger);
    this.#buffer = larger;
  }
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  u32(): number {
    if (this.#at + 4 > this.#bytes.length) throw malformed('they end too early');
    this.#at += 4;
    return this.#bytes.readUInt32LE(this.#at - 4);
  }

  number(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw malformed('they end too early');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      scale *= 0x80;
    }
    throw malformed('a number is too large');
  }

  text(): string {
    const length = this.number();
    if (this.#at + length > this.#bytes.length) throw malformed('they end too early');
    this.#at += length;
    return this.#bytes.toString('utf8', this.#at - length, this.#at);
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw malformed('there is more behind them');
  }
}

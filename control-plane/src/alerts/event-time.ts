import { type BatchHeader, type EventCursor, Header } from '@picket/sdk';

const MILLION = 1_000_000n;
/** In the year 2255: the last time that is exact as a double of µs, which the store and its readers use. */
const LAST = BigInt(Number.MAX_SAFE_INTEGER) * 1000n;

/** Wall-clock time of the current event in ns since 1970, kept between 1970 and 2255 whatever the agent claims. */
export function eventTime(cursor: EventCursor, header: BatchHeader): bigint {
  return bounded(cursor.big(Header.time) + header.wallOffset);
}

/** Wall-clock time in ns up to which every event of the node has arrived. */
export function watermark(header: BatchHeader): bigint {
  return bounded(header.watermark + header.wallOffset);
}

/** Kept between 1970 and 2255. */
export function bounded(ns: bigint): bigint {
  if (ns < 0n) return 0n;
  return ns > LAST ? LAST : ns;
}

/** ns since 1970 as RFC 3339 with nine decimals: of equal length, so that text order is time order. */
export function isoTime(ns: bigint): string {
  const text = new Date(Number(ns / MILLION)).toISOString();
  return `${text.slice(0, -1)}${(ns % MILLION).toString().padStart(6, '0')}Z`;
}

/** What `isoTime` wrote, in ns since 1970. */
export const fromIso = (iso: string): bigint =>
  BigInt(Date.parse(`${iso.slice(0, -7)}Z`)) * MILLION + BigInt(iso.slice(-7, -1));

/** ns since 1970 to whole ms. */
export const toMs = (ns: bigint): number => Number(ns / MILLION);

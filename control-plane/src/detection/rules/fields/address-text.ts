import { formatIp, isMapped } from '@picket/sdk';

/** Addresses whose text is remembered; when there are more, all are forgotten. */
const MAX = 4096;
const known = new Map<number, string>();

/** As `formatIp`; the same addresses come again and again. Those of IPv4 fit into one number. */
export function addressText(bytes: Uint8Array, at: number): string {
  if (!isMapped(bytes, at)) return formatIp(bytes, at);
  const number = ((read(bytes, at + 12) << 16) | read(bytes, at + 14)) >>> 0;
  const seen = known.get(number);
  if (seen !== undefined) return seen;
  if (known.size >= MAX) known.clear();
  const text = formatIp(bytes, at);
  known.set(number, text);
  return text;
}

const read = (bytes: Uint8Array, at: number): number => ((bytes[at] as number) << 8) | (bytes[at + 1] as number);

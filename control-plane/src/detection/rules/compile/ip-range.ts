import { isMapped, parseIp } from '@picket/sdk';

/** An address or a network in CIDR form, as 16 bytes with IPv4 mapped. */
export interface IpRange {
  readonly bytes: Uint8Array;
  /** Bits that count, of the 128. */
  readonly bits: number;
  readonly isV4: boolean;
}

/** Reads "10.0.0.1", "10.0.0.0/8", "fd00::/8"; undefined when it is none of these. */
export function parseIpRange(text: string): IpRange | undefined {
  const slash = text.indexOf('/');
  const bytes = parseIp(slash === -1 ? text : text.slice(0, slash));
  if (!bytes) return undefined;
  const isV4 = isMapped(bytes, 0);
  const most = isV4 && !text.includes(':') ? 32 : 128;
  if (slash === -1) return { bytes, bits: 128, isV4 };
  const length = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(length) || Number(length) > most) return undefined;
  return { bytes, bits: Number(length) + 128 - most, isV4 };
}

/** Whether 16 address bytes lie in a range. An IPv4 address lies in no IPv6 network. */
export function inRange(range: IpRange, bytes: Uint8Array, at: number): boolean {
  if (range.isV4 !== isMapped(bytes, at)) return false;
  const whole = range.bits >> 3;
  for (let i = 0; i < whole; i++) if (bytes[at + i] !== range.bytes[i]) return false;
  const rest = range.bits & 7;
  if (rest === 0) return true;
  return (((bytes[at + whole] as number) ^ (range.bytes[whole] as number)) & (0xff00 >> rest) & 0xff) === 0;
}

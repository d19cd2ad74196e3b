import { isMapped, parseIp } from '@picket/sdk';

/** First port of those that kernels give away for the moment. */
const EPHEMERAL = 32_768;

/** A port, or `high` for one of those that change from one time to the next. */
export const portClass = (port: number): string => (port >= EPHEMERAL ? 'high' : String(port));

/** The network of an address: 127.0.0.0/8, else /24 or /64. `at` is where its 16 bytes begin. */
export function networkOf(bytes: Uint8Array, at: number): string {
  const byte = (i: number) => bytes[at + i] as number;
  if (isMapped(bytes, at)) return byte(12) === 127 ? 'localhost' : `${byte(12)}.${byte(13)}.${byte(14)}.0/24`;
  if (isLoopback(bytes, at)) return 'localhost';
  const group = (i: number) => ((byte(i) << 8) | byte(i + 1)).toString(16);
  return `${[0, 2, 4, 6].map(group).join(':')}::/64`;
}

function isLoopback(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < 15; i++) if (bytes[at + i] !== 0) return false;
  return bytes[at + 15] === 1;
}

/** As `networkOf`, of an address as text; the text itself when it is none. */
export function networkOfText(address: string): string {
  const bytes = parseIp(address);
  return bytes ? networkOf(bytes, 0) : address;
}

/** Names on the bus. See docs/reference/subjects.md. */
export const EVENT_STREAM = 'PICKET_EVENTS';
export const ALERT_STREAM = 'PICKET_ALERTS';
export const PARTITIONS = 64;

export const eventSubject = (partition: number, token: string) => `picket.events.${partition}.${token}`;
export const partitionSubjects = (partition: number) => `picket.events.${partition}.>`;
export const alertSubject = (severity: string, source: string) => `picket.alerts.${severity.toLowerCase()}.${source}`;
export const statusSubject = (token: string) => `picket.agents.${token}.status`;
export const commandSubject = (token: string) => `picket.agents.${token}.cmd`;
export const auditSubject = (topic: string) => `picket.audit.${topic}`;

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** Stands for a node in subjects: base32(sha256(name)), first 16 characters. */
export async function nodeToken(name: string): Promise<string> {
  return tokenOfDigest(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(name))));
}

/** The token of a node whose name has this SHA-256 digest, for callers that hash by other means. */
export function tokenOfDigest(digest: Uint8Array): string {
  let out = '';
  for (let bit = 0; out.length < 16; bit += 5) {
    const word = ((digest[bit >> 3] as number) << 8) | (digest[(bit >> 3) + 1] as number);
    out += BASE32[(word >> (11 - (bit & 7))) & 31];
  }
  return out;
}

/** The partition of a node: fnv1a32(token) mod 64 (Fowler, Noll, Vo). */
export function partitionOf(token: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < token.length; i++) hash = Math.imul(hash ^ token.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % PARTITIONS;
}

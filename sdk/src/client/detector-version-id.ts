import type { DetectorManifest } from './detector-manifest.ts';

/** What of an upload a version is made of: sources by path, or the bytes of a component or core module. */
export type DetectorPayload =
  | { readonly kind: 'source'; readonly files: Readonly<Record<string, string>> }
  | { readonly kind: 'component' | 'core'; readonly bytes: Uint8Array };

const encoder = new TextEncoder();
const hex = (bytes: ArrayBuffer) =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * A manifest as one text: the same for the same meaning, whatever the layout of its file. Entries that a later schema adds
 * must stay out of it while they have their default, or ids of what is stored and signed would change.
 */
export const canonicalManifest = (manifest: DetectorManifest): string => JSON.stringify(sorted(manifest));

/** The bytes that are kept of an upload. Of sources: their JSON with sorted paths. */
export const payloadBytes = (payload: DetectorPayload): Uint8Array<ArrayBuffer> =>
  payload.kind === 'source' ? encoder.encode(JSON.stringify(sorted(payload.files))) : new Uint8Array(payload.bytes);

/**
 * Id of a version: sha256, hexadecimal, over the canonical manifest and the upload. It is the same wherever it is
 * computed, so that whoever signs needs no server, and it says nothing of the compiler and the guard of the server.
 */
export async function detectorVersionId(manifest: DetectorManifest, payload: DetectorPayload): Promise<string> {
  const upload = hex(await crypto.subtle.digest('SHA-256', payloadBytes(payload)));
  const text = `picket:detector-version:1\n${canonicalManifest(manifest)}\n${payload.kind}\n${upload}\n`;
  return hex(await crypto.subtle.digest('SHA-256', encoder.encode(text)));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  // by code unit: the same everywhere, which an order of a language is not
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, part]) => [name, sorted(part)]));
}

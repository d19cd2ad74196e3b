import { createHash } from 'node:crypto';
import type { Profile } from './profile.ts';

/** Whose profile it is. */
export interface ProfileHead {
  readonly key: string;
  readonly digest: string;
  readonly image: string;
  readonly stage: string;
  /** Of the model that it was learned with; left out for one that was written by hand. */
  readonly version?: string | undefined;
}

export interface ProfileSignature {
  /** Id of the key: the first 32 hexadecimal digits of the sha256 of the public key (SPKI, DER). */
  readonly key: string;
  /** Ed25519 over the 32 bytes of the id of the profile, base64. */
  readonly value: string;
}

/** Id of a profile, 64 hexadecimal digits: of what it says and of whose it is, however its text is laid out. */
export function profileId(profile: Profile, { key, digest, image, stage, version }: ProfileHead): string {
  const head = JSON.stringify(['picket profile', key, digest, image, stage, version ?? null]);
  return createHash('sha256').update(head).update('\n').update(profile.save()).digest('hex');
}

import { type KeyObject, sign, verify } from 'node:crypto';
import { ProfileError } from './profile-error.ts';
import type { ProfileSignature } from './profile-head.ts';

/** A public key that is trusted, and its id; see `ProfileSignature`. */
export interface TrustedKey {
  readonly id: string;
  readonly key: KeyObject;
}

/**
 * Signs a profile.
 * @param id of the profile, see `profileId`
 * @param key private, Ed25519
 * @param keyId id of its public half
 */
export const signProfile = (id: string, key: KeyObject, keyId: string): ProfileSignature => ({
  key: keyId,
  value: sign(null, Buffer.from(id, 'hex'), key).toString('base64'),
});

/**
 * Checks that one of the keys signed a profile. The id of the key that the signature names is a hint for people: every key is
 * tried.
 * @param id of the profile, worked out from what was read
 * @returns id of the key
 * @throws ProfileError PROFILE_SIGNATURE
 */
export function checkProfileSignature(
  id: string,
  signature: ProfileSignature | undefined,
  keys: readonly TrustedKey[],
): string {
  if (!signature)
    throw new ProfileError('PROFILE_SIGNATURE', `this server takes signed profiles only: sign the id ${id}`);
  const bytes = Buffer.from(signature.value, 'base64');
  const signer = keys.find(({ key }) => verify(null, Buffer.from(id, 'hex'), key, bytes));
  if (signer) return signer.id;
  throw new ProfileError(
    'PROFILE_SIGNATURE',
    `the signature is not one of a known key over the profile ${id}: sign what is sent, and ask an administrator to add the key`,
  );
}

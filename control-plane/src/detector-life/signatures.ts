import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '@picket/sdk';
import { ControlPlaneError } from '../errors.ts';

/** A public key that uploads may be signed with. */
export interface SignatureKey {
  /** First 32 hexadecimal digits of the sha256 of the key (SPKI, DER). */
  readonly id: string;
  readonly key: KeyObject;
}

/**
 * Checks an Ed25519 signature over the 32 bytes of a version id against the public keys of a folder. They are read at
 * each call: a key that is put in or taken away holds at once.
 * @param signature base64
 * @returns id of the key that made it
 * @throws ControlPlaneError DETECTOR_SIGNATURE, or CONFIG_INVALID when the folder can not be used
 */
export function checkSignature(folder: string, versionId: string, signature: string | undefined): string {
  const keys = readKeys(folder);
  if (signature === undefined)
    throw refused(`this server takes signed detectors only: sign the version ${versionId} and send the signature`);
  const bytes = Buffer.from(signature, 'base64');
  const signer = keys.find(({ key }) => verify(null, Buffer.from(versionId, 'hex'), key, bytes));
  if (signer) return signer.id;
  throw refused(
    `the signature is not one of a known key over the version ${versionId}: sign just this manifest and upload, and ask an administrator to add the key`,
  );
}

/** The public keys of a folder. @throws ControlPlaneError CONFIG_INVALID when it can not be used */
export function readKeys(folder: string): SignatureKey[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.pem'));
  } catch (cause) {
    throw unusable(`the folder ${folder} of keys can not be read (${messageOf(cause)})`, cause);
  }
  return names.toSorted().map((name) => readKey(join(folder, name)));
}

function readKey(path: string): SignatureKey {
  let key: KeyObject;
  try {
    key = createPublicKey(readFileSync(path));
  } catch (cause) {
    throw unusable(`${path} is no public key in PEM (${messageOf(cause)})`, cause);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw unusable(`${path} is a key of another kind than Ed25519`);
  const id = createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 32);
  return { id, key };
}

const refused = (message: string) => new ControlPlaneError('DETECTOR_SIGNATURE', message);
const unusable = (message: string, cause?: unknown) =>
  new ControlPlaneError('CONFIG_INVALID', `${message}: see PICKET_DETECTOR_KEYS`, { cause });

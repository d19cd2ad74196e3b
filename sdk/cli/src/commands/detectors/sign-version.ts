import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { messageOf } from '@picket/sdk';
import { CliError } from '../../errors.ts';

/**
 * Signature of a version, base64: Ed25519 over the 32 bytes of its id.
 * @param keyFile private key, PEM
 * @throws CliError KEY_INVALID
 */
export function signVersion(id: string, keyFile: string): string {
  return sign(null, Buffer.from(id, 'hex'), readSigningKey(keyFile)).toString('base64');
}

/** A private key for signatures, PEM. @throws CliError KEY_INVALID */
export function readSigningKey(file: string): KeyObject {
  const how = 'openssl genpkey -algorithm ed25519 makes one';
  let key: KeyObject;
  try {
    key = createPrivateKey(readFileSync(file));
  } catch (cause) {
    // what the file holds is a secret: the reason is told, its content not
    throw new CliError('KEY_INVALID', `${file} is no private key that can be read (${messageOf(cause)}); ${how}`);
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new CliError('KEY_INVALID', `${file} holds a key of type ${key.asymmetricKeyType}, not ed25519; ${how}`);
}

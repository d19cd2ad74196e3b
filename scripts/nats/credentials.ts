import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nkeys } from '@nats-io/transport-node';
import { messageOf } from '@picket/sdk';
import { NatsServerError } from './errors.ts';
import { ROLES, type Role } from './permissions.ts';

/** The key of one role: the seed stays in its file, the public part goes into the server configuration. */
export interface Credential {
  readonly seedFile: string;
  readonly seed: Uint8Array;
  readonly publicKey: string;
}
export type Credentials = Readonly<Record<Role, Credential>>;

/**
 * Reads the nkey seeds of all roles from `folder`; makes those that are missing. Seed files are `<role>.nk`, mode
 * 0600 in a 0700 folder; a looser mode is put right.
 * @throws NatsServerError NATS_SEED_INVALID when a seed file holds something else
 */
export async function ensureCredentials(folder: string): Promise<Credentials> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const made = await Promise.all(
    ROLES.map(async (role) => [role, await ensureSeed(join(folder, `${role}.nk`))] as const),
  );
  return Object.fromEntries(made) as Record<Role, Credential>;
}

async function ensureSeed(seedFile: string): Promise<Credential> {
  const fresh = nkeys.createUser().getSeed();
  try {
    // Exclusive: two first starts at once must not each keep a different seed.
    await writeFile(seedFile, fresh, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
  }
  await chmod(seedFile, 0o600);
  return readSeed(seedFile);
}

async function readSeed(seedFile: string): Promise<Credential> {
  const text = (await readFile(seedFile, 'utf8')).trim();
  const seed = new TextEncoder().encode(text);
  try {
    return { seedFile, seed, publicKey: nkeys.fromSeed(seed).getPublicKey() };
  } catch (cause) {
    throw new NatsServerError(
      'NATS_SEED_INVALID',
      `${seedFile} does not hold an nkey seed (${messageOf(cause)}): delete the file and start again, a new key is made`,
      { cause },
    );
  }
}

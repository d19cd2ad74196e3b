import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ApiStore } from '../stores.ts';
import { hashOf, newToken } from './secrets.ts';

/**
 * Makes an admin token when the store has none that works, and writes it into a file that its owner alone can read:
 * at the first start, and when the last one was revoked or has expired. The token appears nowhere else.
 * @returns true when a token was made
 */
export async function ensureAdminToken(store: ApiStore, file: string, now = Date.now()): Promise<boolean> {
  return await store.transaction(async (trx) => {
    // Of several control planes that start at once, one makes the token.
    await trx.tokens.lock();
    if (await trx.tokens.hasUsable('admin', now)) return false;
    const secret = newToken();
    const id = randomUUID();
    await trx.tokens.insert({
      id,
      hash: hashOf(secret),
      name: 'first admin',
      role: 'admin',
      namespaces: null,
      created: now,
      expires: null,
      lastUsed: null,
      revoked: null,
    });
    await trx.audit.append({
      time: now,
      actor: 'system',
      action: 'token.create',
      target: id,
      detail: { role: 'admin' },
    });
    // Before the commit: a token in the store that nobody can read would never be made again.
    writeSecret(file, secret);
    return true;
  });
}

function writeSecret(file: string, secret: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.new`;
  writeFileSync(draft, `${secret}\n`, { mode: 0o600, flush: true });
  // The mode above holds only for a file that was not there.
  chmodSync(draft, 0o600);
  renameSync(draft, file);
}

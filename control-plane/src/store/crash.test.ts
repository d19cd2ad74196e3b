import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from './open-store.ts';

test('a process that is killed in the middle of writing loses nothing it acknowledged', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'picket-crash-'));
  const path = join(folder, 'store.sqlite');
  const writer = new URL('testing/endless-writer.ts', import.meta.url).pathname;
  for (let round = 1; round <= 3; round++) {
    const acknowledged = await writeAndKill(writer, path, 20 * round);
    const store = await openStore({ path, onConnectionError: () => undefined });
    expect(acknowledged).toBeGreaterThanOrEqual(20);
    const { items } = await store.alerts.list({ scope: null, limit: 100_000 });
    expect(items.length).toBeGreaterThanOrEqual(acknowledged);
    const audit = (await store.audit.list(100_000)).items.map((entry) => entry.id);
    expect(audit).toEqual(Array.from({ length: audit.length }, (_, i) => audit.length - i));
    const changes = await store.alerts.changesAfter(0, 100_000);
    expect(changes.at(-1)?.change).toBeLessThanOrEqual(await store.alerts.lastChange());
    await store.close();
  }
  rmSync(folder, { recursive: true });
});

/** Answers with how many writes were acknowledged before the kill. */
function writeAndKill(writer: string, path: string, after: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [writer, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    let acknowledged = 0;
    child.stdout.on('data', (data: Buffer) => {
      acknowledged += data.toString().split('\n').length - 1;
      if (acknowledged >= after) child.kill('SIGKILL');
    });
    child.once('error', reject);
    child.once('close', () => resolve(acknowledged));
  });
}

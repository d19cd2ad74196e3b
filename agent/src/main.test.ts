import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

function run(env: Record<string, string>) {
  const { status, stderr } = spawnSync(process.execPath, [MAIN], { env, encoding: 'utf8', timeout: 20_000 });
  return { status, stderr };
}

describe('main', () => {
  it.each([
    [{ PICKET_SLOTS: 'many' }, 'PICKET_SLOTS must be a whole number'],
    [{ PICKET_NATS_SEED_FILE: '/nowhere/agent.nk' }, 'set PICKET_NATS_SEED_FILE'],
  ])('ends with a sentence and a code for %o', (env, sentence) => {
    const { status, stderr } = run(env);
    expect(status).toBe(1);
    expect(stderr).toContain(sentence);
    expect(stderr).toContain('code=CONFIG_INVALID');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startNats } from '../../test/support/nats.ts';
import { until } from './testing/collect.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

describe('main', () => {
  it.each([
    [{ PICKET_SLOTS: 'many' }, 'PICKET_SLOTS must be a whole number'],
    [{ PICKET_NATS_SEED_FILE: '/nowhere/agent.nk' }, 'set PICKET_NATS_SEED_FILE'],
  ])('ends with a sentence and a code for %o', (env, sentence) => {
    const { status, stderr } = spawnSync(process.execPath, [MAIN], { env, encoding: 'utf8', timeout: 20_000 });
    expect(status).toBe(1);
    expect(stderr).toContain(sentence);
    expect(stderr).toContain('code=CONFIG_INVALID');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('says when it is ready, and ends in order on SIGTERM', async () => {
    const nats = await startNats({ nodes: ['main-test'] });
    const env = { NATS_URL: nats.url, PICKET_NATS_SEED_FILE: nats.seedFiles.agent, PICKET_NODE: 'main-test' };
    const agent = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    try {
      let said = '';
      agent.stderr.on('data', (data) => {
        said += data;
      });
      const ended = new Promise((resolve) => agent.once('exit', (code, signal) => resolve(code ?? signal)));
      await until(() => said.includes(' info ready node=main-test '), `ready, but it said: ${said}`, 20_000);
      agent.kill('SIGTERM');
      expect(await ended).toBe(0);
      expect(said).toMatch(/ info stopped batches=\d+\n$/);
    } finally {
      agent.kill('SIGKILL');
      await nats.stop();
    }
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Codec, createLog } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { readConfig, readSeed } from './config.ts';

describe('readConfig', () => {
  it('has a default for everything', () => {
    const config = readConfig({});
    expect(config).toMatchObject({ slots: 1024, publishWindow: 32, codec: Codec.lz4, metricsPort: undefined });
    expect(config.spoolBytes).toBe(64 * 1024 * 1024);
    expect(config.spoolDiskBytes).toBe(512 * 1024 * 1024);
    expect(readConfig({ PICKET_SPOOL_DISK_MIB: '0' }).spoolDiskBytes).toBe(0);
    expect(config.seedFile).toBe(join(config.dataFolder, 'credentials', 'agent.nk'));
    expect(config.runtimeRoots).toContain('/run/containerd/runc/*');
  });

  it('takes what it is given', () => {
    const env = { NATS_URL: 'nats://a:1, nats://b:2', PICKET_NODE: 'n-1', PICKET_SLOTS: '16', PICKET_CODEC: 'zstd' };
    const config = readConfig({ ...env, PICKET_RUNTIME_STATE: '/x,/y', PICKET_AGENT_METRICS_PORT: '0' });
    expect(config.servers).toEqual(['nats://a:1', 'nats://b:2']);
    expect(config).toMatchObject({ node: 'n-1', slots: 16, codec: Codec.zstd, metricsPort: 0 });
    expect(config.runtimeRoots).toEqual(['/x', '/y']);
  });

  it.each([
    ['PICKET_SLOTS', '1'],
    ['PICKET_SLOTS', '65536'],
    ['PICKET_SLOTS', '1e3'],
    ['PICKET_SPOOL_MIB', '-1'],
    ['PICKET_SPOOL_DISK_MIB', 'half'],
    ['PICKET_LOG', 'loud'],
    ['PICKET_CODEC', 'gzip'],
    ['PICKET_REDACT_DEFAULTS', 'false'],
    ['PICKET_NODE', 'a b'],
    ['PICKET_AGENT_METRICS_PORT', '70000'],
  ])('refuses %s=%s by name', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(name) }),
    );
  });
});

describe('readSeed', () => {
  it('reads the key without the blanks around it, and says which variable names the file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'picket-seed-'));
    try {
      writeFileSync(join(folder, 'a.nk'), ' SUAB \n');
      expect(Buffer.from(readSeed(join(folder, 'a.nk'))).toString()).toBe('SUAB');
      expect(() => readSeed(join(folder, 'b.nk'))).toThrow(/PICKET_NATS_SEED_FILE/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('createLog', () => {
  it('writes one line, whatever the values hold', () => {
    const lines: string[] = [];
    const log = createLog('info', (line) => void lines.push(line));
    log.debug('not this');
    log.warn('said', { name: 'a\nb \u001b[31m\u009b', path: '/x', none: undefined, n: 3n });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\S+Z warn said name="a\\nb \\u001b\[31m\\u009b" path=\/x n=3\n$/);
  });
});

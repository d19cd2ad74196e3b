import { expect, it } from 'vitest';
import { readConfig } from './config.ts';

it('has defaults for everything', () => {
  const config = readConfig({});
  expect(config).toMatchObject({
    servers: ['nats://127.0.0.1:4222'],
    host: '127.0.0.1',
    port: 8686,
    logLevel: 'info',
    alertsPerMinute: 30,
    openMetrics: false,
  });
  expect(config.rules).toHaveLength(1);
  expect(config.seedFile).toBe(`${config.dataFolder}/credentials/control-plane.nk`);
});

it('takes what is given', () => {
  const env = { PICKET_LISTEN: '[::1]:0', NATS_URL: 'nats://a:1, nats://b:2', PICKET_RULES: '/x.yaml,/y' };
  expect(readConfig(env)).toMatchObject({ host: '::1', port: 0, servers: ['nats://a:1', 'nats://b:2'] });
  expect(readConfig(env).rules.slice(1)).toEqual(['/x.yaml', '/y']);
});

it.each([
  ['PICKET_LISTEN', '8686'],
  ['PICKET_LISTEN', 'host:99999'],
  ['PICKET_LOG', 'loud'],
  ['PICKET_ALERTS_PER_MINUTE', '0'],
  ['PICKET_ALERTS_PER_MINUTE', 'many'],
])('refuses %s=%s by name', (name, value) => {
  expect(() => readConfig({ [name]: value })).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(name) }),
  );
});

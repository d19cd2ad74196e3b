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
    detectors: {
      hosts: true,
      confinement: 'warn',
      policy: { grants: ['observe', 'state'], ungranted: 'refuse', keysFolder: undefined, promotion: 'free' },
      quota: {},
    },
    behaviour: { isOn: true, alarmsPerDay: 1, learningMinutes: 60, review: 'auto', trainSeconds: 600 },
  });
  expect(config.rules).toHaveLength(1);
  expect(config.seedFile).toBe(`${config.dataFolder}/credentials/control-plane.nk`);
});

it('takes what is given', () => {
  const env = { PICKET_LISTEN: '[::1]:0', NATS_URL: 'nats://a:1, nats://b:2', PICKET_RULES: '/x.yaml,/y' };
  expect(readConfig(env)).toMatchObject({ host: '::1', port: 0, servers: ['nats://a:1', 'nats://b:2'] });
  expect(readConfig(env).rules.slice(1)).toEqual(['/x.yaml', '/y']);
});

it('takes what is said of detectors', () => {
  const env = {
    PICKET_DETECTOR_HOSTS: 'off',
    PICKET_DETECTOR_CONFINEMENT: 'required',
    PICKET_DETECTOR_GRANTS: 'context, state',
    PICKET_DETECTOR_UNGRANTED: 'trap',
    PICKET_DETECTOR_KEYS: '/etc/picket/keys',
    PICKET_DETECTOR_PROMOTION: 'backtest',
    PICKET_DETECTOR_MEMORY_MIB: '64',
    PICKET_DETECTOR_COUNT: '3',
  };
  expect(readConfig(env).detectors).toEqual({
    hosts: false,
    confinement: 'required',
    policy: {
      grants: ['observe', 'state', 'context'],
      ungranted: 'trap',
      keysFolder: '/etc/picket/keys',
      promotion: 'backtest',
    },
    quota: { memoryBytes: 64 * 1024 * 1024, detectors: 3 },
  });
});

it('takes what is said of behaviour', () => {
  const env = {
    PICKET_BEHAVIOUR: 'off',
    PICKET_BEHAVIOUR_ALARMS: '0.5',
    PICKET_BEHAVIOUR_LEARNING_MINUTES: '0',
    PICKET_BEHAVIOUR_REVIEW: 'manual',
    PICKET_BEHAVIOUR_TRAIN_SECONDS: '5',
  };
  expect(readConfig(env).behaviour).toEqual({
    isOn: false,
    alarmsPerDay: 0.5,
    learningMinutes: 0,
    review: 'manual',
    trainSeconds: 5,
  });
});

it.each([
  ['PICKET_BEHAVIOUR', 'yes'],
  ['PICKET_BEHAVIOUR_ALARMS', '0'],
  ['PICKET_BEHAVIOUR_LEARNING_MINUTES', 'soon'],
  ['PICKET_BEHAVIOUR_REVIEW', 'never'],
  ['PICKET_BEHAVIOUR_TRAIN_SECONDS', 'NaN'],
  ['PICKET_LISTEN', '8686'],
  ['PICKET_LISTEN', 'host:99999'],
  ['PICKET_LOG', 'loud'],
  ['PICKET_ALERTS_PER_MINUTE', '0'],
  ['PICKET_ALERTS_PER_MINUTE', 'many'],
  ['PICKET_DETECTOR_HOSTS', 'maybe'],
  ['PICKET_DETECTOR_CONFINEMENT', 'none'],
  ['PICKET_DETECTOR_GRANTS', 'state,everything'],
  ['PICKET_DETECTOR_UNGRANTED', 'allow'],
  ['PICKET_DETECTOR_PROMOTION', 'hope'],
  ['PICKET_DETECTOR_MEMORY_MIB', '0.5'],
  ['PICKET_DETECTOR_FUEL', '-1'],
  ['PICKET_DETECTOR_FINDINGS', 'all'],
])('refuses %s=%s by name', (name, value) => {
  expect(() => readConfig({ [name]: value })).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(name) }),
  );
});

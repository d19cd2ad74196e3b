import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LOG_LEVELS, type LogLevel } from '@picket/sdk';
import { readBehaviourSettings } from './behaviour-config.ts';
import { type Environment, invalid, oneOf } from './config-values.ts';
import type { BehaviourSettings } from './detection/anomaly/engine/behaviour-program.ts';
import { type DetectorSettings, readDetectorSettings } from './detector-config.ts';
import { SHIPPED_RULES } from './rule-files.ts';

/** What the control plane was told. Plain values, checked once. */
export interface ControlPlaneConfig {
  readonly servers: readonly string[];
  /** File with the nkey seed of the control plane. */
  readonly seedFile: string;
  readonly dataFolder: string;
  /** PostgreSQL address; undefined uses the embedded store in the data folder. */
  readonly databaseUrl: string | undefined;
  readonly host: string;
  readonly port: number;
  /** Rule files and folders; the shipped rules come first. */
  readonly rules: readonly string[];
  /** What the administrator says about the probe plan; undefined when nothing. */
  readonly planFile: string | undefined;
  /** New alerts of one rule in one container within a minute; further findings are told in a summary. */
  readonly alertsPerMinute: number;
  /** Detectors of users. */
  readonly detectors: DetectorSettings;
  /** Learned behaviour of workloads. */
  readonly behaviour: BehaviourSettings;
  readonly logLevel: LogLevel;
  /** Folder of the built console. */
  readonly consoleFolder: string;
  /** /metrics needs no token. */
  readonly openMetrics: boolean;
  /** The browser reaches us through TLS: cookies are marked Secure. */
  readonly secure: boolean;
  /** Origins of the console besides our own address, as behind a proxy. */
  readonly origins: readonly string[];
  /** Name of this replica, for leases. */
  readonly replica: string;
}

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Reads the configuration from the environment. See docs/configuration.md for the names.
 * @throws ControlPlaneError CONFIG_INVALID naming the variable that can not be used
 */
export function readConfig(env: Environment = process.env): ControlPlaneConfig {
  const dataFolder = resolve(PROJECT, env.PICKET_DATA || '.picket');
  const { host, port } = listenAddress(env.PICKET_LISTEN || '127.0.0.1:8686');
  return {
    servers: list(env.NATS_URL || 'nats://127.0.0.1:4222'),
    seedFile: env.PICKET_NATS_SEED_FILE || join(dataFolder, 'credentials', 'control-plane.nk'),
    dataFolder,
    databaseUrl: env.DATABASE_URL || undefined,
    host,
    port,
    planFile: env.PICKET_PLAN_FILE || undefined,
    rules: [SHIPPED_RULES, ...list(env.PICKET_RULES ?? '')],
    alertsPerMinute: alertsPerMinute(env.PICKET_ALERTS_PER_MINUTE || '30'),
    detectors: readDetectorSettings(env),
    behaviour: readBehaviourSettings(env),
    logLevel: oneOf(env, 'PICKET_LOG', LOG_LEVELS, 'info'),
    consoleFolder: env.PICKET_CONSOLE || fileURLToPath(new URL('../console/dist', import.meta.url)),
    openMetrics: env.PICKET_METRICS_OPEN === '1',
    secure: env.PICKET_SECURE === '1',
    origins: list(env.PICKET_ORIGINS ?? ''),
    replica: env.PICKET_REPLICA || `replica-${process.pid}`,
  };
}

const list = (text: string) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

function listenAddress(text: string): { host: string; port: number } {
  const at = text.lastIndexOf(':');
  const port = Number(text.slice(at + 1));
  const host = text.slice(0, at).replace(/^\[|\]$/g, '');
  if (at > 0 && host && Number.isInteger(port) && port >= 0 && port < 65536) return { host, port };
  throw invalid('PICKET_LISTEN', text, 'write address:port, for example 127.0.0.1:8686');
}

function alertsPerMinute(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 1_000_000) return value;
  throw invalid('PICKET_ALERTS_PER_MINUTE', text, 'use a whole number from 1 to 1000000, for example 30');
}

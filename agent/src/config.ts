import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Codec, LOG_LEVELS, type LogLevel, messageOf } from '@picket/sdk';
import { AgentError } from './errors.ts';

/** What the agent was told. Plain values, checked once. */
export interface AgentConfig {
  /** Name of this node. */
  readonly node: string;
  readonly servers: readonly string[];
  /** File with the nkey seed of the agent. */
  readonly seedFile: string;
  readonly dataFolder: string;
  readonly logLevel: LogLevel;
  /** Rows of the kernel tables by slot. Row 0 stands for "not known", so that one container less fits. */
  readonly slots: number;
  /** Events of processes outside containers are sent too. */
  readonly traceHost: boolean;
  /** Folders in which OCI runtimes keep their state; `*` stands for any one name. */
  readonly runtimeRoots: readonly string[];
  /** Data folders of Docker. */
  readonly dockerRoots: readonly string[];
  /** Sockets of container runtimes with a Container Runtime Interface. */
  readonly criSockets: readonly string[];
  /** Sockets of engines with the API of Docker; `*` stands for any one name. */
  readonly dockerSockets: readonly string[];
  /** Kubeconfig file, or `in-cluster` for the account of the pod; undefined asks no Kubernetes. */
  readonly kubeconfig: string | undefined;
  /** Bytes of batches kept in memory while the bus is away. */
  readonly spoolBytes: number;
  /** Bytes of batches kept on disk behind those in memory; 0 for none. */
  readonly spoolDiskBytes: number;
  /** Batches published and not acknowledged yet. */
  readonly publishWindow: number;
  readonly codec: Codec;
  /** File with patterns of secrets that users add; undefined for none. */
  readonly redactFile: string | undefined;
  /** Whether the patterns of secrets that come with Picket are used. */
  readonly redactDefaults: boolean;
  readonly snapshotMs: number;
  readonly heartbeatMs: number;
  /** Port of /metrics on 127.0.0.1; 0 takes a free one; undefined serves none. */
  readonly metricsPort: number | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

const RUNTIME_ROOTS = [
  '/run/runc',
  '/run/crun',
  '/run/containerd/runc/*',
  '/run/docker/runtime-runc/*',
  '/run/user/*/runc',
  '/run/user/*/crun',
];

const CRI_SOCKETS = ['/run/containerd/containerd.sock', '/run/crio/crio.sock', '/run/k3s/containerd/containerd.sock'];

const DOCKER_SOCKETS = [
  '/run/docker.sock',
  '/var/run/docker.sock',
  '/run/podman/podman.sock',
  '/run/user/*/podman/podman.sock',
];

/**
 * Reads the configuration from the environment. See docs/agent.md for the names.
 * @throws AgentError CONFIG_INVALID naming the variable that can not be used
 */
export function readConfig(env: Environment = process.env): AgentConfig {
  const dataFolder = resolve(PROJECT, env.PICKET_DATA || '.picket');
  return {
    node: nodeName(env.PICKET_NODE || hostname()),
    servers: list(env.NATS_URL) ?? ['nats://127.0.0.1:4222'],
    seedFile: env.PICKET_NATS_SEED_FILE || join(dataFolder, 'credentials', 'agent.nk'),
    dataFolder,
    logLevel: choice(env, 'PICKET_LOG', LOG_LEVELS, 'info'),
    slots: integer(env, 'PICKET_SLOTS', 1024, 2, 65_535),
    traceHost: choice(env, 'PICKET_TRACE_HOST', ['off', 'on'], 'off') === 'on',
    runtimeRoots: list(env.PICKET_RUNTIME_STATE) ?? RUNTIME_ROOTS,
    dockerRoots: list(env.PICKET_DOCKER_ROOT) ?? ['/var/lib/docker'],
    criSockets: list(env.PICKET_CRI_SOCKETS) ?? CRI_SOCKETS,
    dockerSockets: list(env.PICKET_DOCKER_SOCKETS) ?? DOCKER_SOCKETS,
    kubeconfig: env.PICKET_KUBECONFIG || (env.KUBERNETES_SERVICE_HOST ? 'in-cluster' : undefined),
    spoolBytes: integer(env, 'PICKET_SPOOL_MIB', 64, 1, 65_536) * 1024 * 1024,
    spoolDiskBytes: integer(env, 'PICKET_SPOOL_DISK_MIB', 512, 0, 1_048_576) * 1024 * 1024,
    publishWindow: integer(env, 'PICKET_PUBLISH_WINDOW', 32, 1, 1024),
    codec: Codec[choice(env, 'PICKET_CODEC', ['none', 'lz4', 'zstd'], 'lz4')],
    redactFile: env.PICKET_REDACT || undefined,
    redactDefaults: choice(env, 'PICKET_REDACT_DEFAULTS', ['on', 'off'], 'on') === 'on',
    snapshotMs: integer(env, 'PICKET_SNAPSHOT_SECONDS', 60, 1, 3600) * 1000,
    heartbeatMs: 5000,
    metricsPort: env.PICKET_AGENT_METRICS_PORT ? integer(env, 'PICKET_AGENT_METRICS_PORT', 0, 0, 65_535) : undefined,
  };
}

/**
 * Reads the nkey seed. It is not part of the configuration so that nothing prints it by accident.
 * @throws AgentError CONFIG_INVALID when the file can not be read
 */
export function readSeed(file: string): Uint8Array {
  try {
    return new TextEncoder().encode(readFileSync(file, 'utf8').trim());
  } catch (cause) {
    throw new AgentError(
      'CONFIG_INVALID',
      `the key of the agent can not be read (${messageOf(cause)}): set PICKET_NATS_SEED_FILE to the nkey seed file`,
      { cause },
    );
  }
}

function list(value: string | undefined): string[] | undefined {
  const items = (value ?? '').split(',').map((item) => item.trim());
  const given = items.filter((item) => item !== '');
  return given.length > 0 ? given : undefined;
}

function nodeName(name: string): string {
  if (name.length <= 253 && /^[\w.:-]+$/.test(name)) return name;
  throw invalid('PICKET_NODE', 'must be 1 to 253 letters, digits, dots, colons or dashes');
}

function integer(env: Environment, name: string, fallback: number, least: number, most: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw invalid(name, `must be a whole number from ${least} to ${most}`);
}

function choice<T extends string>(env: Environment, name: string, choices: readonly T[], fallback: T): T {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const found = choices.find((each) => each === text);
  if (found !== undefined) return found;
  throw invalid(name, `must be one of ${choices.join(', ')}`);
}

const invalid = (name: string, why: string) =>
  new AgentError('CONFIG_INVALID', `${name} ${why}: change it and start again`);

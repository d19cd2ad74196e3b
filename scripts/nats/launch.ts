import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import { messageOf } from '@picket/sdk';
import { type Credential, type Credentials, ensureCredentials } from './credentials.ts';
import { NatsServerError } from './errors.ts';
import { freePort } from './free-port.ts';
import { natsConfig, writeNatsConfig } from './nats-config.ts';
import { stopOrphan } from './orphan.ts';
import { inboxPrefix } from './permissions.ts';
import { type NatsExit, ServerProcess } from './server-process.ts';

export interface LaunchOptions {
  /** Data folder of Picket: keys go to `credentials/`, the configuration and the JetStream store to `nats/`. */
  readonly data: string;
  /** Port on 127.0.0.1; a free one when left out. */
  readonly port?: number;
  /** Names of the nodes whose agents use the agent key; this host when left out. */
  readonly nodes?: readonly string[];
  /** Most that JetStream may keep on disk, in bytes; 16 GiB when left out. */
  readonly maxStoreBytes?: number;
  /** How long to wait for the server, in ms; 60 s when left out: a large store takes time to recover. */
  readonly readyMs?: number;
  /** Path of nats-server; looked for when left out. */
  readonly program?: string;
  /** Called when the server ends without having been asked to. */
  readonly onExit?: (exit: NatsExit) => void;
}

/** A running server. */
export interface NatsServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly credentials: Credentials;
  /** Ends it in order: SIGTERM, and SIGKILL when that is not enough. */
  stop(): Promise<void>;
  /** Ends it as a crash would (SIGKILL). */
  kill(): Promise<void>;
}

const DEFAULT_STORE_BYTES = 16 * 1024 ** 3;

/**
 * Makes keys and configuration where they are missing, starts nats-server and waits until it takes connections.
 * @throws NatsServerError with what went wrong and, when the server ended, the last lines of its stderr
 */
export async function launchNats(options: LaunchOptions): Promise<NatsServer> {
  const folder = resolve(options.data, 'nats');
  const configFile = join(folder, 'nats.conf');
  const pidFile = join(folder, 'nats.pid');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const credentials = await ensureCredentials(resolve(options.data, 'credentials'));
  await stopOrphan(pidFile, configFile);
  const port = options.port ?? (await freePort());
  const text = await natsConfig(credentials, {
    port,
    pidFile,
    storeFolder: join(folder, 'store'),
    nodes: options.nodes ?? [hostname()],
    maxStoreBytes: options.maxStoreBytes ?? DEFAULT_STORE_BYTES,
  });
  await writeNatsConfig(configFile, text);
  const server = await ServerProcess.spawn(configFile, options.program === undefined ? undefined : [options.program]);
  const url = `nats://127.0.0.1:${port}`;
  try {
    await waitUntilReady(server, url, credentials['control-plane'], options.readyMs ?? 60_000);
  } catch (error) {
    await server.kill();
    throw error;
  }
  return handleOf(server, { url, port, credentials }, options.onExit);
}

function handleOf(
  server: ServerProcess,
  facts: Pick<NatsServer, 'url' | 'port' | 'credentials'>,
  onExit: LaunchOptions['onExit'],
): NatsServer {
  let asked = false;
  void server.exited.then((exit) => {
    if (!asked) onExit?.(exit);
  });
  const end = async (how: 'stop' | 'kill') => {
    asked = true;
    await server[how]();
  };
  return { ...facts, pid: server.pid, stop: () => end('stop'), kill: () => end('kill') };
}

/** Ready means that a client with a key gets in, and that JetStream is on; an open port says neither. */
async function waitUntilReady(server: ServerProcess, url: string, key: Credential, ms: number): Promise<void> {
  const until = performance.now() + ms;
  let last: unknown;
  while (performance.now() < until) {
    if (server.ended) throw exitedEarly(server.ended);
    try {
      return await tryConnection(url, key);
    } catch (error) {
      last = error;
    }
    await Promise.race([wait(50), server.exited]);
  }
  throw new NatsServerError('NATS_NOT_READY', `nats-server was not ready within ${ms} ms: ${messageOf(last)}`, {
    cause: last,
  });
}

async function tryConnection(url: string, key: Credential): Promise<void> {
  const connection = await connect({
    servers: url,
    authenticator: nkeyAuthenticator(key.seed),
    inboxPrefix: inboxPrefix('control-plane'),
    reconnect: false,
    timeout: 2000,
  });
  try {
    if (!connection.info?.jetstream) throw new Error('JetStream is off');
  } finally {
    await connection.close();
  }
}

function exitedEarly(exit: NatsExit): NatsServerError {
  const how = exit.signal ? `signal ${exit.signal}` : `code ${exit.code}`;
  return new NatsServerError(
    'NATS_EXITED',
    `nats-server ended at once with ${how}: ${exit.stderr || 'it said nothing'}`,
  );
}

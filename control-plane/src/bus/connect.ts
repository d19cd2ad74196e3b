import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { connect, type NatsConnection, nkeyAuthenticator, nkeys } from '@nats-io/transport-node';
import { messageOf, type PicketError } from '@picket/sdk';
import { ControlPlaneError } from '../errors.ts';
import { isRefusal, toBusError } from './bus-error.ts';

export interface ConnectOptions {
  /** nats:// or tls:// addresses, separated by commas. */
  readonly url: string;
  /** File with the nkey seed of the role control-plane. */
  readonly seedFile: string;
  /** Shown in the monitoring of the server. */
  readonly name: string;
  /** How long to try at the start, in ms. */
  readonly connectMs: number;
  /** Errors the server reports by itself; the connection goes on. */
  readonly onError?: (error: PicketError) => void;
}

/** Must agree with the permissions of the role on the server. */
const INBOX = '_INBOX_control-plane';

/** A connection that comes back by itself for ever, and tells when it did. */
export class BusConnection {
  readonly nats: NatsConnection;
  /** Ends when the connection is closed for good. */
  readonly closed: Promise<void>;
  #up = true;
  #reconnects = 0;
  #listeners = new Set<() => void>();
  #waiting: (() => void)[] = [];

  private constructor(nats: NatsConnection, onError: ConnectOptions['onError']) {
    this.nats = nats;
    const watching = this.#watch(onError);
    this.closed = nats.closed().then(() => watching);
  }

  /**
   * @throws ControlPlaneError BUS_REFUSED when the key is not accepted, BUS_UNAVAILABLE when nobody answers
   */
  static async open(options: ConnectOptions): Promise<BusConnection> {
    const seed = await readSeed(options.seedFile);
    const until = performance.now() + options.connectMs;
    while (true) {
      try {
        return new BusConnection(await dial(options, seed), options.onError);
      } catch (cause) {
        if (isRefusal(cause)) throw refused(options, cause);
        if (performance.now() >= until) throw unavailable(options, cause);
      }
      await wait(200);
    }
  }

  get isUp(): boolean {
    return this.#up;
  }
  get reconnects(): number {
    return this.#reconnects;
  }

  /** Calls back after every reconnect, until the returned function is called. */
  onReconnect(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends when the connection is up, or closed for good. */
  async whenUp(): Promise<void> {
    if (this.#up || this.nats.isClosed()) return;
    await Promise.race([new Promise<void>((resolve) => this.#waiting.push(resolve)), this.nats.closed()]);
  }

  async close(): Promise<void> {
    await this.nats.close();
    await this.closed;
  }

  async #watch(onError: ConnectOptions['onError']): Promise<void> {
    for await (const status of this.nats.status()) {
      if (status.type === 'disconnect') this.#up = false;
      else if (status.type === 'reconnect') this.#back();
      else if (status.type === 'error') onError?.(toBusError(status.error, 'do what was asked'));
    }
    this.#up = false;
  }

  #back(): void {
    this.#up = true;
    this.#reconnects++;
    for (const resolve of this.#waiting.splice(0)) resolve();
    for (const listener of this.#listeners) listener();
  }
}

function dial(options: ConnectOptions, seed: Uint8Array): Promise<NatsConnection> {
  return connect({
    servers: options.url.split(',').map((server) => server.trim()),
    name: options.name,
    authenticator: nkeyAuthenticator(seed),
    inboxPrefix: INBOX,
    timeout: 5000,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 200,
    reconnectJitter: 200,
    pingInterval: 10_000,
    // A key that is refused while the server restarts with a half-written configuration must not end us.
    ignoreAuthErrorAbort: true,
    noAsyncTraces: true,
  });
}

async function readSeed(seedFile: string): Promise<Uint8Array> {
  try {
    const seed = new TextEncoder().encode((await readFile(seedFile, 'utf8')).trim());
    nkeys.fromSeed(seed);
    return seed;
  } catch (cause) {
    throw new ControlPlaneError(
      'BUS_REFUSED',
      `the key for the bus can not be read from ${seedFile} (${messageOf(cause)}): set PICKET_NATS_SEED_FILE to a file with the nkey seed of the role control-plane`,
      { cause },
    );
  }
}

function refused(options: ConnectOptions, cause: Error): ControlPlaneError {
  return new ControlPlaneError(
    'BUS_REFUSED',
    `NATS at ${options.url} does not accept the key in ${options.seedFile}: use the key of the role control-plane that its configuration lists`,
    { cause },
  );
}

function unavailable(options: ConnectOptions, cause: unknown): ControlPlaneError {
  return new ControlPlaneError(
    'BUS_UNAVAILABLE',
    `no NATS server answers at ${options.url} (${messageOf(cause)}): start it, or set NATS_URL to where it is`,
    { cause },
  );
}

import { setTimeout as wait } from 'node:timers/promises';
import { connect, errors, type NatsConnection, nkeyAuthenticator } from '@nats-io/transport-node';
import { type Log, messageOf } from '@picket/sdk';
import { AgentError } from '../errors.ts';

export interface ConnectionOptions {
  readonly servers: readonly string[];
  readonly seed: Uint8Array;
  /** Shown in the connection list of the server. */
  readonly name: string;
  readonly log: Log;
}

/** Told of every connection; the one before is over by then. */
export interface ConnectionListener {
  up(connection: NatsConnection): void;
  down(): void;
}

export const INBOX_PREFIX = '_INBOX_agent';
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 2000;
const REFUSED_PAUSE_MS = 5000;

/**
 * Keeps a connection to the bus. The client's own reconnect is off: it would go on where it was, while the publisher
 * must first send again what was not acknowledged, or batches would change places in the stream.
 */
export class BusConnection {
  /** Connections made, since start. */
  connects = 0;
  readonly #options: ConnectionOptions;
  readonly #listeners: ConnectionListener[] = [];
  readonly #stopping = new AbortController();
  #current: NatsConnection | undefined;
  #running: Promise<void> | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get current(): NatsConnection | undefined {
    return this.#current;
  }

  listen(listener: ConnectionListener): void {
    this.#listeners.push(listener);
  }

  /**
   * Connects, and connects again for ever after. Resolves with the first connection, however long that takes.
   * @throws AgentError BUS_REFUSED when the bus does not take the key before it ever did
   */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#running = this.#run(resolve).catch(reject);
    });
  }

  /** Ends the connection; what was written before still goes out. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#current?.close();
    await this.#running;
  }

  async #run(onFirst: () => void): Promise<void> {
    for (let failures = 0; !this.#stopping.signal.aborted; ) {
      try {
        const connection = await this.#connect();
        if (this.connects++ === 0) onFirst();
        failures = 0;
        await this.#serve(connection);
      } catch (error) {
        await this.#failed(error, ++failures);
      }
    }
  }

  async #connect(): Promise<NatsConnection> {
    const { servers, seed, name } = this.#options;
    const connection = await connect({
      servers: [...servers],
      authenticator: nkeyAuthenticator(seed),
      inboxPrefix: INBOX_PREFIX,
      name,
      reconnect: false,
      noAsyncTraces: true,
      timeout: 3000,
      pingInterval: 10_000,
      maxPingOut: 2,
    });
    if (this.#stopping.signal.aborted) await connection.close();
    return connection;
  }

  async #serve(connection: NatsConnection): Promise<void> {
    const { log } = this.#options;
    this.#current = connection;
    log.info('connected to the bus', { server: connection.getServer() });
    void this.#watch(connection);
    for (const listener of this.#listeners) listener.up(connection);
    const reason = await connection.closed();
    this.#current = undefined;
    for (const listener of this.#listeners) listener.down();
    if (!this.#stopping.signal.aborted)
      log.warn('the bus is gone, batches are kept', { why: reason ? messageOf(reason) : 'closed by the server' });
  }

  /** A refused subject shows only here: the server answers a publish with nothing. */
  async #watch(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'error') this.#options.log.error(refused(messageOf(status.error)).message);
    }
  }

  async #failed(error: unknown, failures: number): Promise<void> {
    const denied = isDenied(error);
    if (denied && this.connects === 0) throw refused(messageOf(error), error);
    const { log, servers } = this.#options;
    if (denied) log.error(refused(messageOf(error)).message);
    else if (failures === 1 || failures % 30 === 0)
      log.warn('the bus does not answer, trying again', {
        servers: servers.map(hostOf).join(','),
        why: messageOf(error),
      });
    const pause = denied ? REFUSED_PAUSE_MS : Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10));
    await wait(pause * (0.75 + Math.random() / 2), undefined, { signal: this.#stopping.signal }).catch(ended);
  }
}

/** The client reports it with the same class when a busy machine was too slow with its answer: that is no refusal. */
function isDenied(error: unknown): boolean {
  if (error instanceof errors.UserAuthenticationExpiredError) return true;
  return error instanceof errors.AuthorizationError && !/timeout/i.test(error.message);
}

/** The pause was cut short because the agent stops; the loop sees that by itself. */
function ended(error: unknown): void {
  if ((error as Error).name !== 'AbortError') throw error;
}

function refused(why: string, cause?: unknown): AgentError {
  return new AgentError(
    'BUS_REFUSED',
    `the bus refuses the agent (${why}): check that PICKET_NATS_SEED_FILE holds the agent's key and PICKET_NODE the name it was made for`,
    { cause },
  );
}

/** An address may hold a password: only the host is shown. */
function hostOf(server: string): string {
  return server.slice(server.lastIndexOf('@') + 1);
}

import { randomUUID } from 'node:crypto';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Alert, PicketError } from '@picket/sdk';
import { AlertFeed } from './alert-feed.ts';
import { AlertPublisher } from './alert-publisher.ts';
import { AlertReader, type AlertReaderOptions } from './alert-reader.ts';
import { BusConnection } from './connect.ts';
import { Partitions } from './partitions.ts';
import { openStoredEvents } from './stored-events.ts';
import { ensureStateBucket, ensureStreams } from './streams.ts';
import {
  type AlertReaderStats,
  BUS_DEFAULTS,
  type BusSettings,
  type PartitionStats,
  type PartitionWork,
  type PublisherStats,
  type StoredEvents,
  type StoredEventsQuery,
} from './types.ts';

export interface BusConfig {
  /** nats:// or tls:// addresses, separated by commas. */
  readonly url: string;
  /** File with the nkey seed of the role control-plane. */
  readonly seedFile: string;
  /** Name of this replica, for people. */
  readonly name: string;
  readonly settings?: Partial<BusSettings>;
  /** Trouble that belongs to no partition: errors reported by the server, alerts that can not be published or read. */
  readonly onError: (error: PicketError) => void;
}

export interface BusStats {
  readonly connected: boolean;
  readonly reconnects: number;
  readonly partitions: readonly PartitionStats[];
  readonly publisher: PublisherStats;
  readonly alertReader: AlertReaderStats | undefined;
}

/** Everything the control plane does on the bus. */
export interface Bus {
  /** The connection, for request-reply with agents. */
  readonly nats: NatsConnection;
  /** Begins to take partitions and to read them. Call it once. */
  runPartitions(work: PartitionWork): void;
  /** Ends when the alert is on the bus; need not be awaited. @throws ControlPlaneError ALERT_REFUSED */
  publishAlert(alert: Alert): Promise<void>;
  /** Ends when every alert handed to `publishAlert` so far is on the bus. Every checkpoint waits for it by itself. */
  flushAlerts(): Promise<void>;
  /** Begins to project the alert stream into a store. Call it once. */
  readAlerts(handle: AlertReaderOptions['handle'], options?: Pick<AlertReaderOptions, 'consumer' | 'rebuild'>): void;
  /** Calls back for every alert of all replicas as it is published, until the returned function is called. */
  onAlert(listener: (alert: Alert) => void): () => void;
  /** What the event stream holds of the past. @throws ControlPlaneError BUS_* */
  storedEvents(query: StoredEventsQuery): Promise<StoredEvents>;
  stats(): BusStats;
  /** Stops reading, makes last checkpoints, gives the partitions back and closes the connection. */
  close(): Promise<void>;
  /** Closes at once, as a crash would. */
  abandon(): Promise<void>;
}

/** How long the end waits for alerts that are not acked yet, in ms. */
const LAST_ALERTS_MS = 5000;

/**
 * Connects to the bus and makes sure that its streams are there.
 * @throws ControlPlaneError BUS_UNAVAILABLE, BUS_REFUSED, BUS_CONFLICT
 */
export async function openBus(config: BusConfig): Promise<Bus> {
  const settings = { ...BUS_DEFAULTS, ...config.settings };
  const { url, seedFile, name, onError } = config;
  const connection = await BusConnection.open({ url, seedFile, name, connectMs: settings.connectMs, onError });
  try {
    const js = jetstream(connection.nats);
    const jsm = await jetstreamManager(connection.nats, { checkAPI: false });
    await ensureStreams(jsm, settings);
    const kv = await ensureStateBucket(js, settings);
    return new OpenBus({ connection, js, jsm, kv, settings, onError });
  } catch (error) {
    await connection.close();
    throw error;
  }
}

interface Parts {
  readonly connection: BusConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly kv: KV;
  readonly settings: BusSettings;
  readonly onError: (error: PicketError) => void;
}

class OpenBus implements Bus {
  readonly nats: NatsConnection;
  readonly #parts: Parts;
  readonly #publisher: AlertPublisher;
  readonly #feed: AlertFeed;
  #partitions: Partitions | undefined;
  #reader: AlertReader | undefined;

  constructor(parts: Parts) {
    this.nats = parts.connection.nats;
    this.#parts = parts;
    this.#publisher = new AlertPublisher(parts.connection, parts.js, parts.settings.alertQueue, parts.onError);
    this.#feed = new AlertFeed(parts.connection.nats, parts.onError);
  }

  runPartitions(work: PartitionWork): void {
    const publisher = this.#publisher;
    const context = { ...this.#parts, work, flush: () => publisher.drained(), room: () => publisher.room() };
    this.#partitions ??= new Partitions(context, randomUUID());
  }

  publishAlert(alert: Alert): Promise<void> {
    return this.#publisher.publish(alert);
  }

  flushAlerts(): Promise<void> {
    return this.#publisher.drained();
  }

  readAlerts(
    handle: AlertReaderOptions['handle'],
    options: Pick<AlertReaderOptions, 'consumer' | 'rebuild'> = {},
  ): void {
    const { connection, js, jsm, onError } = this.#parts;
    this.#reader ??= new AlertReader(connection, js, jsm, { ...options, handle, onError });
  }

  onAlert(listener: (alert: Alert) => void): () => void {
    return this.#feed.listen(listener);
  }

  storedEvents(query: StoredEventsQuery): Promise<StoredEvents> {
    return openStoredEvents(this.#parts.js, this.#parts.jsm, query);
  }

  stats(): BusStats {
    return {
      connected: this.#parts.connection.isUp,
      reconnects: this.#parts.connection.reconnects,
      partitions: this.#partitions?.stats() ?? [],
      publisher: this.#publisher.stats(),
      alertReader: this.#reader?.stats(),
    };
  }

  async close(): Promise<void> {
    await this.#partitions?.stop();
    await this.#publisher.close(LAST_ALERTS_MS);
    await this.#reader?.stop();
    this.#feed.close();
    await this.#parts.connection.close();
  }

  async abandon(): Promise<void> {
    await this.#partitions?.abandon();
    await this.#publisher.close(0);
    await this.#reader?.stop();
    await this.#parts.connection.close();
  }
}

import { setTimeout as wait } from 'node:timers/promises';
import {
  AckPolicy,
  type ConsumerMessages,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { ALERT_STREAM, type Alert, messageOf, PicketError } from '@picket/sdk';
import { ControlPlaneError } from '../errors.ts';
import { ApiCode, apiCode, toBusError } from './bus-error.ts';
import type { BusConnection } from './connect.ts';
import { Halt } from './halt.ts';
import { parseAlert } from './parse-alert.ts';
import type { AlertReaderStats } from './types.ts';

export interface AlertReaderOptions {
  /**
   * Writes alerts to the store, all or none. Alerts come in the order of the stream, but after a failure some come
   * again: it must keep the highest revision of an uuid.
   */
  readonly handle: (alerts: readonly Alert[]) => void | Promise<void>;
  readonly onError: (error: PicketError) => void;
  /** Name of the durable consumer: replicas that share a store share it. Default `picket-store`. */
  readonly consumer?: string;
  /** Read the whole stream again: the store is new or was lost. */
  readonly rebuild?: boolean;
}

/** Most alerts handed to the store at once. */
const BATCH = 64;
const READ_AHEAD = 256;
const PAUSE_MS = 500;
/** What was on the wire when the bus went away comes again after this time. */
const ACK_WAIT_MS = 5000;

/** Projects the alert stream into a store: every alert is acked after the store has it, and comes again until then. */
export class AlertReader {
  readonly #connection: BusConnection;
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;
  readonly #options: AlertReaderOptions;
  readonly #name: string;
  readonly #halt = new Halt();
  readonly #done: Promise<void>;
  readonly #waiting: JsMsg[] = [];
  #wake = Promise.withResolvers<void>();
  #rebuild: boolean;
  #troubled = false;
  #counts = { projected: 0, malformed: 0, failed: 0 };

  constructor(connection: BusConnection, js: JetStreamClient, jsm: JetStreamManager, options: AlertReaderOptions) {
    this.#connection = connection;
    this.#js = js;
    this.#jsm = jsm;
    this.#options = options;
    this.#name = options.consumer ?? 'picket-store';
    this.#rebuild = options.rebuild ?? false;
    this.#done = this.#run();
  }

  stats(): AlertReaderStats {
    return { ...this.#counts };
  }

  /** Stops behind the alerts at hand. */
  async stop(): Promise<void> {
    this.#halt.set();
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#halt.isSet) {
      await this.#halt.unless(this.#connection.whenUp());
      if (this.#halt.isSet) return;
      try {
        await this.#read(await this.#open());
      } catch (cause) {
        this.#trouble(toBusError(cause, 'read alerts'));
        await this.#halt.unless(wait(PAUSE_MS));
      }
    }
  }

  async #open(): Promise<ConsumerMessages> {
    if (this.#rebuild) await this.#jsm.consumers.delete(ALERT_STREAM, this.#name).catch(ignoreMissing);
    await this.#jsm.consumers.add(ALERT_STREAM, {
      durable_name: this.#name,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ACK_WAIT_MS),
      max_ack_pending: READ_AHEAD,
      deliver_policy: DeliverPolicy.All,
    });
    this.#rebuild = false;
    const consumer = await this.#js.consumers.get(ALERT_STREAM, this.#name);
    return consumer.consume({
      max_messages: READ_AHEAD,
      idle_heartbeat: 5000,
      abort_on_missing_resource: true,
      callback: (message) => {
        this.#waiting.push(message);
        this.#wake.resolve();
      },
    });
  }

  /** Ends when asked to stop, or when the consumer is gone: then it is opened again. */
  async #read(messages: ConsumerMessages): Promise<void> {
    let gone = false;
    void messages.closed().then(() => {
      gone = true;
      this.#wake.resolve();
    });
    try {
      while (!this.#halt.isSet && !gone) {
        if (this.#waiting.length === 0) await this.#halt.unless(this.#wake.promise);
        this.#wake = Promise.withResolvers<void>();
        await this.#project(this.#waiting.splice(0, BATCH));
      }
    } finally {
      messages.stop();
      this.#waiting.length = 0;
    }
  }

  async #project(messages: readonly JsMsg[]): Promise<void> {
    const good = messages.map((message) => ({ message, alert: this.#parse(message) })).filter((one) => one.alert);
    if (good.length === 0) return;
    try {
      await this.#options.handle(good.map((one) => one.alert as Alert));
      for (const { message } of good) message.ack();
      this.#counts.projected += good.length;
      this.#troubled = false;
    } catch (cause) {
      for (const { message } of good) message.nak(PAUSE_MS);
      this.#counts.failed += good.length;
      this.#trouble(notStored(cause));
      await this.#halt.unless(wait(PAUSE_MS));
    }
  }

  /** A message that is no alert is reported and never read again. */
  #parse(message: JsMsg): Alert | undefined {
    const read = parseAlert(message.data);
    if (!(read instanceof ControlPlaneError)) return read;
    this.#counts.malformed++;
    this.#options.onError(read);
    message.term();
    return undefined;
  }

  /** Reports the first failure of a row: the same one would come twice a second. */
  #trouble(error: PicketError): void {
    if (!this.#troubled) this.#options.onError(error);
    this.#troubled = true;
  }
}

function ignoreMissing(cause: unknown): void {
  if (apiCode(cause) !== ApiCode.consumerNotFound) throw cause;
}

function notStored(cause: unknown): PicketError {
  if (cause instanceof PicketError) return cause;
  return new ControlPlaneError(
    'HANDLER_FAILED',
    `alerts could not be stored and are tried again: ${messageOf(cause)}`,
    { cause },
  );
}

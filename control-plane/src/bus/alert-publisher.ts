import { setTimeout as wait } from 'node:timers/promises';
import type { JetStreamClient } from '@nats-io/jetstream';
import { InvalidArgumentError } from '@nats-io/transport-node';
import { type Alert, alertSubject, messageOf, type PicketError } from '@picket/sdk';
import { ControlPlaneError } from '../errors.ts';
import { ApiCode, apiCode, toBusError } from './bus-error.ts';
import type { BusConnection } from './connect.ts';
import type { PublisherStats } from './types.ts';

interface Queued {
  readonly subject: string;
  readonly id: string;
  readonly payload: string;
  readonly resolve: () => void;
  readonly reject: (error: PicketError) => void;
}

/** Alerts sent before the first of them is acked. */
const WINDOW = 32;
const ACK_MS = 2000;
const PAUSE_MS = 250;

/**
 * Publishes alerts in the order given and keeps each until the bus has acked it. What is sent again after the bus
 * was away is recognised there by its Nats-Msg-Id (uuid and revision).
 */
export class AlertPublisher {
  readonly #connection: BusConnection;
  readonly #js: JetStreamClient;
  readonly #limit: number;
  readonly #onError: (error: PicketError) => void;
  #queue: Queued[] = [];
  #sending = false;
  #closed = false;
  #roomWaits: (() => void)[] = [];
  #drainWaits: { left: number; resolve: () => void }[] = [];
  #counts = { published: 0, retried: 0, refused: 0 };

  /**
   * @param limit alerts in the queue from which on `room` makes callers wait
   * @param onError called when publishing begins to fail, and for every alert that is refused for good
   */
  constructor(connection: BusConnection, js: JetStreamClient, limit: number, onError: (error: PicketError) => void) {
    this.#connection = connection;
    this.#js = js;
    this.#limit = limit;
    this.#onError = onError;
  }

  /**
   * Ends when the bus has acked the alert; goes on trying for as long as that takes. Need not be awaited.
   * @throws ControlPlaneError ALERT_REFUSED when the bus will never take it; also reported and counted
   */
  publish(alert: Alert): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => undefined); // Reported where it is refused; callers that do not wait must not crash.
    const subject = alertSubject(alert.priority, subjectToken(alert.source));
    this.#queue.push({
      subject,
      id: `${alert.uuid}.${alert.revision}`,
      payload: JSON.stringify(alert),
      resolve,
      reject,
    });
    void this.#send();
    return promise;
  }

  /** Undefined when the queue takes more; else ends when it does. */
  room(): Promise<void> | undefined {
    if (this.#queue.length < this.#limit) return undefined;
    return new Promise((resolve) => this.#roomWaits.push(resolve));
  }

  /** Ends when everything handed to `publish` so far is acked or refused. */
  drained(): Promise<void> {
    if (this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drainWaits.push({ left: this.#queue.length, resolve }));
  }

  stats(): PublisherStats {
    return { queued: this.#queue.length, ...this.#counts };
  }

  /**
   * Waits for what is queued, then stops trying. What is left then is rejected; it is published again when its
   * events are read again, because no checkpoint was made behind it.
   */
  async close(patienceMs: number): Promise<void> {
    if (patienceMs > 0) await Promise.race([this.drained(), wait(patienceMs, undefined, { ref: false })]);
    this.#closed = true;
    const left = this.#queue.splice(0);
    if (left.length === 0) return;
    const error = new ControlPlaneError(
      'BUS_UNAVAILABLE',
      `${left.length} alerts could not be published before the end`,
    );
    for (const one of left) one.reject(error);
    this.#onError(error);
  }

  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    let troubled = false;
    while (this.#queue.length > 0 && !this.#closed) {
      await this.#connection.whenUp();
      const error = await this.#sendWindow();
      if (!error) {
        troubled = false;
        continue;
      }
      if (!troubled) this.#onError(error);
      troubled = true;
      await wait(PAUSE_MS);
    }
    this.#sending = false;
  }

  /**
   * Sends the head of the queue and takes from it what was acked. Everything from the first alert without an ack on
   * stays and is sent again, so that the order in the stream is that of the queue.
   */
  async #sendWindow(): Promise<PicketError | undefined> {
    const sent = this.#queue.slice(0, WINDOW);
    const results = await Promise.allSettled(sent.map((one) => this.#publishOne(one)));
    for (const [index, result] of results.entries()) {
      const one = sent[index] as Queued;
      if (this.#closed) return undefined;
      if (result.status === 'fulfilled') this.#done(one);
      else if (isForGood(result.reason)) this.#refuse(one, result.reason);
      else {
        this.#counts.retried += results.length - index;
        return toBusError(result.reason, 'take alerts');
      }
    }
    return undefined;
  }

  async #publishOne({ subject, id, payload }: Queued): Promise<void> {
    await this.#js.publish(subject, payload, { msgID: id, timeout: ACK_MS });
  }

  #done(one: Queued): void {
    this.#counts.published++;
    this.#leave();
    one.resolve();
  }

  #refuse(one: Queued, cause: unknown): void {
    const error = new ControlPlaneError('ALERT_REFUSED', `the bus does not take alert ${one.id}: ${messageOf(cause)}`, {
      cause,
    });
    this.#counts.refused++;
    this.#leave();
    one.reject(error);
    this.#onError(error);
  }

  #leave(): void {
    this.#queue.shift();
    if (this.#queue.length < this.#limit) for (const go of this.#roomWaits.splice(0)) go();
    for (const waiting of this.#drainWaits) waiting.left--;
    while (this.#drainWaits[0]?.left === 0) this.#drainWaits.shift()?.resolve();
  }
}

/** Whether trying again is of no use: the message itself is at fault. */
function isForGood(cause: unknown): boolean {
  return cause instanceof InvalidArgumentError || apiCode(cause) === ApiCode.messageTooLarge;
}

/** A source as a token of a subject. */
const subjectToken = (source: string) => source.replace(/[^\w-]/g, '_') || '_';

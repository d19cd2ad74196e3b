import {
  AckPolicy,
  type Consumer,
  type ConsumerMessages,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
  ReplayPolicy,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { EVENT_STREAM, partitionSubjects } from '@picket/sdk';
import { ApiCode, apiCode, toBusError } from './bus-error.ts';

/** What the stream holds at a moment. */
export interface StreamState {
  readonly created: string;
  readonly first: number;
  readonly last: number;
}

/**
 * Acks are only sent with checkpoints, and tell people and the monitoring how far a partition is safe. Nothing may be
 * delivered again or held back for want of them, also while checkpoints fail.
 */
const ACK_WAIT_MS = 3600_000;
const MAX_ACK_PENDING = 1_000_000;
const PULL_MS = 30_000;
const HEARTBEAT_MS = 5000;

export const consumerName = (partition: number) => `picket-p${partition}`;

/** @throws ControlPlaneError BUS_* */
export async function eventStreamState(jsm: JetStreamManager): Promise<StreamState> {
  try {
    const { created, state } = await jsm.streams.info(EVENT_STREAM);
    return { created, first: state.first_seq, last: state.last_seq };
  } catch (cause) {
    throw toBusError(cause, `look at stream ${EVENT_STREAM}`);
  }
}

/**
 * One life of the durable consumer of a partition. It is made anew after every interruption, because messages may
 * have been on the wire then: the server counts them as delivered and would send them again only after minutes, behind
 * later ones. Within one life the delivery numbers rise by one, so that a missing message shows at once.
 */
export class EventConsumer {
  readonly #consumer: Consumer;
  readonly #messages: ConsumerMessages;
  #delivered = 0;
  #stopped = false;

  private constructor(consumer: Consumer, messages: ConsumerMessages) {
    this.#consumer = consumer;
    this.#messages = messages;
  }

  /**
   * @param start first stream sequence to deliver
   * @throws ControlPlaneError BUS_*
   */
  static async open(
    js: JetStreamClient,
    jsm: JetStreamManager,
    options: { readonly partition: number; readonly start: number; readonly readAhead: number },
  ): Promise<EventConsumer> {
    const name = consumerName(options.partition);
    try {
      await jsm.consumers.delete(EVENT_STREAM, name).catch(ignoreMissing);
      await jsm.consumers.add(EVENT_STREAM, {
        durable_name: name,
        filter_subject: partitionSubjects(options.partition),
        ack_policy: AckPolicy.All,
        ack_wait: nanos(ACK_WAIT_MS),
        max_ack_pending: MAX_ACK_PENDING,
        replay_policy: ReplayPolicy.Instant,
        ...(options.start > 1
          ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: options.start }
          : { deliver_policy: DeliverPolicy.All }),
      });
      const consumer = await js.consumers.get(EVENT_STREAM, name);
      const messages = await consumer.consume({
        max_messages: options.readAhead,
        expires: PULL_MS,
        idle_heartbeat: HEARTBEAT_MS,
        abort_on_missing_resource: true,
      });
      return new EventConsumer(consumer, messages);
    } catch (cause) {
      throw toBusError(cause, `read the events of partition ${options.partition}`);
    }
  }

  /** The messages in order. Ends when stopped, when one is missing, or when the consumer is gone. */
  async *messages(): AsyncGenerator<JsMsg, void, undefined> {
    try {
      for await (const message of this.#messages) {
        if (this.#stopped || message.info.deliverySequence !== this.#delivered + 1) return;
        yield message;
        this.#delivered++;
      }
    } catch (cause) {
      if (!isGone(cause)) throw toBusError(cause, 'deliver events');
    } finally {
      this.#messages.stop();
    }
  }

  /** Whether every message of the partition that the stream holds was taken from `messages`. @throws ControlPlaneError BUS_* */
  async isDrained(): Promise<boolean> {
    try {
      const info = await this.#consumer.info();
      return info.num_pending === 0 && info.delivered.consumer_seq === this.#delivered;
    } catch (cause) {
      throw toBusError(cause, 'look at a consumer');
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#messages.stop();
  }
}

function ignoreMissing(cause: unknown): void {
  if (apiCode(cause) !== ApiCode.consumerNotFound) throw cause;
}

/** The consumer or the stream was removed: the reader looks what is there and goes on or gives up. */
function isGone(cause: unknown): boolean {
  const code = apiCode(cause);
  return (
    code === ApiCode.consumerNotFound ||
    code === ApiCode.streamNotFound ||
    (cause instanceof Error && /consumer deleted|consumer not found|stream not found/i.test(cause.message))
  );
}

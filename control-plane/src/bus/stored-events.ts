import {
  AckPolicy,
  type ConsumerConfig,
  type ConsumerInfo,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { EVENT_STREAM } from '@picket/sdk';
import { toBusError } from './bus-error.ts';
import type { StoredEvents, StoredEventsQuery, StoredMessage } from './types.ts';

/** A consumer that nobody asks any more is removed by the server after this time. */
const IDLE_MS = 60_000;
const READ_AHEAD = 16;

/**
 * Opens what the event stream holds of a time, as it stands now. It touches nothing of the partitions: the consumer is its
 * own, acks nothing and goes away by itself. When there is more than is asked for, the newest.
 * @throws ControlPlaneError BUS_*
 */
export async function openStoredEvents(
  js: JetStreamClient,
  jsm: JetStreamManager,
  { since, most }: StoredEventsQuery,
): Promise<StoredEvents> {
  const { first, last, firstTime } = await streamState(jsm);
  const all = await addConsumer(jsm, {
    deliver_policy: DeliverPolicy.StartTime,
    opt_start_time: new Date(since).toISOString(),
  });
  if (all.num_pending <= most)
    return { cut: firstTime > since ? 'stored' : null, messages: messages(js, jsm, all, last) };
  await removeConsumer(jsm, all);
  const start = Math.max(first, last - most + 1);
  const some = await addConsumer(jsm, { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: start });
  return { cut: 'batches', messages: messages(js, jsm, some, last) };
}

async function streamState(jsm: JetStreamManager): Promise<{ first: number; last: number; firstTime: number }> {
  try {
    const { state } = await jsm.streams.info(EVENT_STREAM);
    return { first: state.first_seq, last: state.last_seq, firstTime: Date.parse(state.first_ts) };
  } catch (cause) {
    throw toBusError(cause, `look at stream ${EVENT_STREAM}`);
  }
}

async function addConsumer(jsm: JetStreamManager, start: Partial<ConsumerConfig>): Promise<ConsumerInfo> {
  try {
    return await jsm.consumers.add(EVENT_STREAM, {
      ack_policy: AckPolicy.None,
      mem_storage: true,
      num_replicas: 1,
      inactive_threshold: nanos(IDLE_MS),
      ...start,
    });
  } catch (cause) {
    throw toBusError(cause, 'look at stored events');
  }
}

async function* messages(
  js: JetStreamClient,
  jsm: JetStreamManager,
  info: ConsumerInfo,
  last: number,
): AsyncGenerator<StoredMessage, void, undefined> {
  try {
    if (info.num_pending === 0) return;
    const consumer = await js.consumers.get(EVENT_STREAM, info.name);
    const incoming = await consumer.consume({ max_messages: READ_AHEAD, abort_on_missing_resource: true });
    try {
      for await (const message of incoming) {
        const { subject, data, seq, time } = message;
        if (seq > last) return;
        yield { subject, streamSequence: seq, bytes: data, time: time.getTime() };
        // the end as it was at the beginning, or what the limits of the stream have left of it
        if (seq === last || message.info.pending === 0) return;
      }
    } finally {
      incoming.stop();
    }
  } catch (cause) {
    throw toBusError(cause, 'read stored events');
  } finally {
    await removeConsumer(jsm, info);
  }
}

/** The server removes it by itself too, only later. */
async function removeConsumer(jsm: JetStreamManager, { name }: ConsumerInfo): Promise<void> {
  await jsm.consumers.delete(EVENT_STREAM, name).catch(() => false);
}

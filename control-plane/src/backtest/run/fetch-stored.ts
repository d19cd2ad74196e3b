import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { CaptureEncoder } from '@picket/sdk';
import { BusConnection } from '../../bus/connect.ts';
import { openStoredEvents } from '../../bus/stored-events.ts';
import type { StoredMessage } from '../../bus/types.ts';
import type { StoredSource } from './backtest-job.ts';
import type { Meter } from './meter.ts';

/** The newest batches of a longer time. */
const MOST_BATCHES = 500_000;
/** Of packed batches; about 2 to 8 times as much unpacked. */
const MOST_BYTES = 1024 ** 3;
const CONNECT_MS = 10_000;

export interface Fetched {
  readonly batches: number;
  readonly cut: 'batches' | 'bytes' | 'stored' | null;
}

/**
 * Copies the stored events of a time into a capture file: what is looked at may be looked at twice, and must be the same
 * then, whatever the limits of the stream discard meanwhile. On a connection of its own: it must not stand in the way of
 * detection.
 * @throws ControlPlaneError BUS_*
 */
export async function fetchStored(source: StoredSource, signal: AbortSignal, meter: Meter): Promise<Fetched> {
  const { url, seedFile, since } = source;
  const connection = await BusConnection.open({ url, seedFile, name: 'backtest', connectMs: CONNECT_MS });
  try {
    const manager = await jetstreamManager(connection.nats, { checkAPI: false });
    const stored = await openStoredEvents(jetstream(connection.nats), manager, { since, most: MOST_BATCHES });
    const { batches, isFull } = await write(source, stored.messages, signal, meter);
    return { batches, cut: isFull ? 'bytes' : stored.cut };
  } finally {
    await connection.close();
  }
}

async function write(
  { spool, until }: StoredSource,
  messages: AsyncIterable<StoredMessage>,
  signal: AbortSignal,
  meter: Meter,
): Promise<{ batches: number; isFull: boolean }> {
  rmSync(spool, { force: true });
  const file = openSync(spool, 'wx', 0o600);
  const encoder = new CaptureEncoder();
  let batches = 0;
  let bytes = 0;
  try {
    writeSync(file, encoder.start());
    for await (const message of messages) {
      signal.throwIfAborted();
      if (message.time >= until) break;
      if (bytes + message.bytes.length > MOST_BYTES) return { batches, isFull: true };
      writeSync(file, encoder.message({ subject: message.subject, time: message.time, batch: message.bytes }));
      batches++;
      bytes += message.bytes.length;
      meter.add(0);
    }
    writeSync(file, encoder.end());
    return { batches, isFull: false };
  } finally {
    closeSync(file);
  }
}

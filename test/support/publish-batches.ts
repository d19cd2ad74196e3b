import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import { encodeBatchHeader, eventSubject, Header, nodeToken, partitionOf } from '@picket/sdk';
import type { TestNats } from './nats.ts';

/** What one batch holds. */
export interface MadeBatch {
  /** Watermark, ns since boot. */
  readonly at: number;
  readonly records: readonly Uint8Array[];
}

const BOOT = new Uint8Array(16).fill(5);
const EPOCH = 1_700_000_000_000n;

/** The agent of a node, as far as the stream can tell. */
export interface BatchPublisher {
  /** Resolves when the stream has it. Not to be called again before. */
  publish(batch: MadeBatch): Promise<void>;
  close(): Promise<void>;
}

/** Connects as the agent of a node. The same batches become the same bytes every time. */
export async function openPublisher(nats: TestNats, node: string): Promise<BatchPublisher> {
  const authenticator = nkeyAuthenticator(nats.seeds.agent);
  const connection = await connect({ servers: nats.url, authenticator, inboxPrefix: '_INBOX_agent' });
  const token = await nodeToken(node);
  const subject = eventSubject(partitionOf(token), token);
  let sequence = 1n;
  return {
    async publish({ at, records }) {
      await jetstream(connection).publish(subject, messageOf(node, at, records, sequence));
      sequence += BigInt(records.length);
    },
    close: () => connection.close(),
  };
}

/**
 * Publishes batches as the agent of a node would.
 * @param pauseMs between two of them
 */
export async function publishBatches(
  nats: TestNats,
  node: string,
  batches: readonly MadeBatch[],
  pauseMs: number,
): Promise<void> {
  const publisher = await openPublisher(nats, node);
  try {
    for (const batch of batches) {
      await publisher.publish(batch);
      await sleep(pauseMs);
    }
  } finally {
    await publisher.close();
  }
}

function messageOf(node: string, at: number, records: readonly Uint8Array[], firstSequence: bigint): Uint8Array {
  let sequence = firstSequence;
  for (const record of records)
    new DataView(record.buffer, record.byteOffset).setBigUint64(Header.sequence, sequence++, true);
  const bytes = Buffer.concat(records);
  const header = encodeBatchHeader({
    ...{ codec: 0, count: records.length, rawLength: bytes.length, firstSequence, agentEpoch: EPOCH },
    ...{ wallOffset: EPOCH * 1_000_000n, watermark: BigInt(at), bootId: BOOT, node, losses: [] },
  });
  return Buffer.concat([header, bytes]);
}

import type { JetStreamManager } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import { PicketError } from '@picket/sdk';
import { type Checkpoint, CheckpointStore } from './checkpoint.ts';
import type { PartitionWork } from './types.ts';

/**
 * Takes the checkpoints of a partition over and hands the last state to the pipeline. A checkpoint that can not be
 * used is reported; the pipeline then begins with nothing and the stream is read from its start.
 * @throws ControlPlaneError LEASE_LOST, BUS_*
 */
export async function restorePartition(
  bus: { readonly kv: KV; readonly jsm: JetStreamManager; readonly work: Pick<PartitionWork, 'restore'> },
  partition: number,
  epoch: number,
  report: (error: PicketError) => void,
): Promise<{ store: CheckpointStore; saved: Checkpoint | undefined }> {
  const store = await CheckpointStore.claim(bus.kv, bus.jsm, partition, epoch);
  try {
    const saved = await store.read();
    await bus.work.restore(partition, saved?.state);
    return { store, saved };
  } catch (error) {
    if (!(error instanceof PicketError && error.code === 'CHECKPOINT_CORRUPT')) throw error;
    report(error);
  }
  await bus.work.restore(partition, undefined);
  return { store, saved: undefined };
}

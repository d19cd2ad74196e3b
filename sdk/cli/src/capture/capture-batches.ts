import type { Batch } from '@picket/control-plane/rules';
import { BatchError } from '@picket/sdk';
import { readCapture } from './capture-file.ts';
import { unpackBatch } from './unpack.ts';

/**
 * The batches of a capture, unpacked, for detection that runs here. Those that can not be read are passed over, and
 * `onUnreadable` hears of them.
 * @throws CaptureError; BatchError BATCH_SCHEMA_UNSUPPORTED; CliError FILE_UNREADABLE
 */
export async function* captureBatches(
  file: string,
  onUnreadable: (error: BatchError) => void,
): AsyncGenerator<Batch, void, undefined> {
  let number = 0;
  for await (const { batch } of readCapture(file)) {
    number++;
    try {
      yield { ...unpackBatch(batch), partition: 0, token: '', streamSequence: number };
    } catch (error) {
      if (!(error instanceof BatchError) || error.code === 'BATCH_SCHEMA_UNSUPPORTED') throw error;
      onUnreadable(error);
    }
  }
}

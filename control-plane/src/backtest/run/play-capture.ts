import { setImmediate } from 'node:timers/promises';
import { BatchError } from '@picket/sdk';
import { batchWithoutRecords, releaseBatch, unpackBatch } from '../../bus/unpack.ts';
import { checkSender } from '../../node-token.ts';
import type { Batch } from '../../types.ts';
import { type CaptureFrame, captureFrames } from '../replay/capture-frames.ts';
import type { QuietBatches } from '../replay/quiet-batches.ts';
import type { Replay } from '../replay/replay.ts';
import type { Meter } from './meter.ts';

/** ms of work after which others have their turn: what ends a backtest comes as a message. */
const TURN_MS = 20;

export interface PlayOptions {
  readonly signal: AbortSignal;
  readonly meter: Meter;
  /** Batches whose records say nothing that is needed: they are not unpacked. */
  readonly quiet?: QuietBatches;
  /** Asked after each batch: what to wait for, when there is something; false ends the play. */
  readonly after?: () => Promise<void> | undefined | false;
}

/** What was read, and what could not be. */
export interface Played {
  /** Publication of the first and the last batch, ms since 1970. */
  readonly from: number | undefined;
  readonly until: number | undefined;
  /** Batches that could not be used, by error code. */
  readonly unreadable: ReadonlyMap<string, number>;
}

/**
 * Plays all batches of a capture file through a replay. Batches get the numbers of their place in the file, from 1, as
 * stream sequences.
 * @throws the reason of `signal`
 */
export async function playCapture(path: string, replay: Replay, options: PlayOptions): Promise<Played> {
  const { signal, meter, after, quiet } = options;
  const unreadable = new Map<string, number>();
  let from: number | undefined;
  let until: number | undefined;
  let ordinal = 0;
  let turned = performance.now();
  for (const frame of captureFrames(path)) {
    signal.throwIfAborted();
    from ??= frame.time;
    until = frame.time;
    meter.add(handle(frame, ordinal, replay, { unreadable, isQuiet: quiet?.has(ordinal) ?? false }));
    ordinal++;
    const wait = after?.();
    if (wait === false) break;
    if (wait) await wait;
    else if (performance.now() - turned > TURN_MS) {
      await setImmediate();
      turned = performance.now();
    }
  }
  signal.throwIfAborted();
  replay.finish();
  return { from, until, unreadable };
}

interface Handling {
  readonly unreadable: Map<string, number>;
  readonly isQuiet: boolean;
}

/** @returns how many events the batch has */
function handle(frame: CaptureFrame, ordinal: number, replay: Replay, { unreadable, isQuiet }: Handling): number {
  let batch: Batch | undefined;
  try {
    const open = isQuiet ? batchWithoutRecords : unpackBatch;
    batch = open(frame.bytes, frame.subject, ordinal + 1);
    checkSender(batch);
    replay.handle(batch, ordinal, isQuiet);
    return batch.header.count;
  } catch (error) {
    if (!(error instanceof BatchError)) throw error;
    unreadable.set(error.code, (unreadable.get(error.code) ?? 0) + 1);
    return 0;
  } finally {
    if (batch) releaseBatch(batch);
  }
}

import { setTimeout as wait } from 'node:timers/promises';
import type { KV, KvEntry } from '@nats-io/kv';
import { ApiCode, apiCode, toBusError } from './bus-error.ts';

export interface CompareAndSet {
  readonly key: string;
  /** Must differ from every value that anybody else may write to the key: it is how our own write is recognised. */
  readonly value: Uint8Array;
  /** Revision that the key must have; 0 when it must not exist. */
  readonly revision: number;
  /** How long to go on when it is not known whether the write arrived, in ms. */
  readonly patienceMs: number;
  readonly signal?: AbortSignal;
}

const TRY_MS = 2000;
const PAUSE_MS = 100;

/**
 * Writes the value when the key still has the expected revision. A write whose answer got lost is looked up, so that
 * the result is always known.
 * @returns the new revision, or undefined when somebody else has written the key
 * @throws ControlPlaneError BUS_UNAVAILABLE when the patience ends with the result not known; BUS_REFUSED
 */
export async function compareAndSet(kv: KV, write: CompareAndSet): Promise<number | undefined> {
  const until = performance.now() + write.patienceMs;
  while (true) {
    try {
      return await attempt(kv, write);
    } catch (cause) {
      const error = toBusError(cause, `write ${write.key}`);
      if (error.code !== 'BUS_UNAVAILABLE' || performance.now() >= until || write.signal?.aborted) throw error;
    }
    await wait(PAUSE_MS);
  }
}

async function attempt(kv: KV, write: CompareAndSet): Promise<number | undefined> {
  const { key, value, revision } = write;
  try {
    return await kv.put(key, value, { previousSeq: revision, timeout: TRY_MS });
  } catch (cause) {
    if (apiCode(cause) !== ApiCode.wrongLastSequence) throw cause;
  }
  const current = await kv.get(key);
  return current && holds(current, value) ? current.revision : undefined;
}

function holds(entry: KvEntry, value: Uint8Array): boolean {
  return entry.operation === 'PUT' && Buffer.compare(entry.value, value) === 0;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

// Asks a control plane for its health again and again: in a thread of its own, so that the work of the story does not count.

/** What one question came to. */
export interface Health {
  /** Undefined when it is well. */
  readonly failure: string | undefined;
}

const PAUSE_MS = 200;
/** The control plane answers within this, whatever detectors do. */
const PATIENCE_MS = 5000;

for (;;) {
  let failure: string | undefined;
  try {
    const { status } = await fetch(String(workerData), { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (status !== 200) failure = `status ${status}`;
  } catch (error) {
    failure = String(error);
  }
  parentPort?.postMessage({ failure } satisfies Health);
  await sleep(PAUSE_MS);
}

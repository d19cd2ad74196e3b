import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '@picket/sdk';
import { ScriptError } from '../errors.ts';

/**
 * Waits until the control plane says that it works.
 * @param api its address, http://host:port
 * @throws ScriptError SERVICE_FAILED when it does not within `ms`, or before `signal` ends the wait
 */
export async function waitUntilReady(api: string, ms: number, signal?: AbortSignal): Promise<void> {
  const until = performance.now() + ms;
  let last = 'no answer';
  while (performance.now() < until && !signal?.aborted) {
    try {
      const response = await fetch(`${api}/readyz`, { signal: AbortSignal.timeout(2000) });
      const text = await response.text();
      if (response.ok) return;
      last = `status ${response.status}: ${text.slice(0, 500)}`;
    } catch (error) {
      last = messageOf(error);
    }
    await sleep(100);
  }
  throw new ScriptError('SERVICE_FAILED', `the control plane was not ready within ${ms / 1000} s (${last})`);
}

/** Waits for a line of a part that matches; `onLine` is to be given every line. */
export class LineWatch {
  readonly #pattern: RegExp;
  #found = false;
  #tell: () => void = () => undefined;

  constructor(pattern: RegExp) {
    this.#pattern = pattern;
  }

  onLine(line: string): void {
    if (this.#found || !this.#pattern.test(line)) return;
    this.#found = true;
    this.#tell();
  }

  /** @returns false when no such line came within `ms` */
  async seen(ms: number): Promise<boolean> {
    if (this.#found) return true;
    const told = new Promise<void>((resolve) => {
      this.#tell = resolve;
    });
    await Promise.race([told, sleep(ms, undefined, { ref: false })]);
    return this.#found;
  }
}

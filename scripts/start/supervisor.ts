import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '@picket/sdk';
import { ScriptError } from '../errors.ts';
import { BackOff } from './back-off.ts';
import type { Part, Run, Wait } from './service.ts';

const wait: Wait = async (ms, signal) => {
  // Rejects when the signal comes: being told to stop is no error.
  await sleep(ms, undefined, { signal }).catch(() => undefined);
};

/**
 * Keeps one part running: when it ends unasked, it is started again after a while, and that is said.
 * The first start is different: one that fails is an error for the caller.
 */
export class Supervisor {
  readonly #part: Part;
  readonly #say: (line: string) => void;
  readonly #wait: Wait;
  readonly #stopping = new AbortController();
  readonly #backOff = new BackOff();
  #run: Run | undefined;
  #ready = false;
  #loop: Promise<void> = Promise.resolve();
  #failedEarly: ((error: ScriptError) => void) | undefined;

  constructor(part: Part, say: (line: string) => void, waitFor: Wait = wait) {
    this.#part = part;
    this.#say = say;
    this.#wait = waitFor;
  }

  /**
   * Starts the part and waits until `ready` says that it works.
   * @throws ScriptError SERVICE_FAILED when it ends before that, or what `launch` or `ready` throws
   */
  async start(ready: () => Promise<void> = async () => undefined): Promise<void> {
    this.#run = await this.#part.launch();
    // A stop that came during the launch found nothing to stop.
    if (this.#stopping.signal.aborted) return this.#run.stop();
    const failed = new Promise<never>((_, reject) => {
      this.#failedEarly = reject;
    });
    this.#loop = this.#watch(this.#run);
    await Promise.race([ready(), failed, this.#loop]);
    this.#ready = true;
  }

  /** Ends the part, and its being started again. Harmless when it was never started. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#run?.stop();
    await this.#loop;
  }

  async #watch(first: Run): Promise<void> {
    let run = first;
    for (;;) {
      const from = performance.now();
      const { how, said } = await run.ended;
      if (this.#stopping.signal.aborted) return;
      if (!this.#ready) {
        const words = said === '' ? ', see above' : `:\n${said}`;
        this.#failedEarly?.(new ScriptError('SERVICE_FAILED', `${this.#part.name} ended at once with ${how}${words}`));
        return;
      }
      const next = await this.#again(how, performance.now() - from);
      if (!next) return;
      run = next;
    }
  }

  /** Starts the part again, however often that takes; undefined when it shall stop. */
  async #again(how: string, ranMs: number): Promise<Run | undefined> {
    let why = `ended unexpectedly with ${how}`;
    let ran = ranMs;
    for (;;) {
      const delay = this.#backOff.delayMs(ran);
      this.#say(`${this.#part.name} ${why}; starting it again in ${delay / 1000} s`);
      await this.#wait(delay, this.#stopping.signal);
      if (this.#stopping.signal.aborted) return undefined;
      try {
        this.#run = await this.#part.launch();
        this.#say(`${this.#part.name} runs again`);
        // A stop that came during the launch found the old run: end the new one too.
        if (this.#stopping.signal.aborted) await this.#run.stop();
        return this.#run;
      } catch (error) {
        why = `could not be started: ${messageOf(error)}`;
        ran = 0;
      }
    }
  }
}

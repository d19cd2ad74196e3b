import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { messageOf } from '@picket/sdk';
import { type ConfinedProcess, notAsRequired, spawnConfined } from '../sandbox/spawn-confined.ts';
import { CompileFailed } from './compile-failed.ts';
import type { CompileReply, CompileRequest } from './compile-message.ts';

export interface CompileLimits {
  /** From the request to the answer, ms. */
  readonly timeoutMs: number;
  /** Resident memory of the compiler, bytes. */
  readonly memoryBytes: number;
}

const MAX_REPLY_BYTES = 32 << 20;
const MAX_STDERR = 2000;
const LOOK_EVERY_MS = 50;
const PAGE_BYTES = 4096;
/** Private memory, whatever is resident: the watch below ends it earlier and says why. */
const DATA_BYTES = 3 * 1024 ** 3;

/**
 * One compiler, for one request: a process that is confined as those that run detectors, and is killed when it takes too long
 * or too much.
 */
export class CompileProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #confined: ConfinedProcess['confined'];
  #out = '';
  #err = '';
  #spawnError: Error | undefined;
  #killedFor: CompileFailed | undefined;

  /**
   * @param warm it runs the compiler once on a few lines while it waits for its request
   * @param required refuse to run it when a confinement is missing
   * @param launcher the one that the build has made when left out
   * @throws ControlPlaneError DETECTOR_CONFINEMENT
   */
  constructor(warm: boolean, required: boolean, launcher?: string) {
    const { child, confined } = spawnConfined({
      entry: 'compile',
      args: warm ? ['--warm'] : [],
      nodeOptions: ['--max-old-space-size=768'],
      standard: true,
      dataBytes: DATA_BYTES,
      required,
      ...(launcher !== undefined && { launcher }),
    });
    this.#child = child;
    this.#confined = confined;
    this.#ended = new Promise((resolve) => {
      child.once('close', () => resolve());
      child.once('error', (error) => {
        this.#spawnError = error;
        resolve();
      });
    });
    // It may end before it has read all: the missing answer tells.
    child.stdin?.on('error', () => {});
    child.stdout?.setEncoding('utf8').on('data', (piece: string) => this.#take(piece));
    child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
      this.#err = (this.#err + piece).slice(0, MAX_STDERR);
    });
  }

  /** Whether the event loop of the parent stays for this process. One that waits for its request should not hold it. */
  hold(on: boolean): void {
    const { stdin, stdout, stderr } = this.#child;
    // The pipes of a child are sockets.
    for (const handle of [this.#child, stdin as Socket, stdout as Socket, stderr as Socket])
      if (on) handle.ref();
      else handle.unref();
  }

  /**
   * Compiles; the process is gone afterwards.
   * @throws CompileFailed when it took too long or too much, or ended without an answer; ControlPlaneError
   * DETECTOR_CONFINEMENT
   */
  async run(request: CompileRequest, limits: CompileLimits): Promise<CompileReply> {
    this.hold(true);
    const seconds = limits.timeoutMs / 1000;
    const timer = setTimeout(
      () =>
        this.#kill('DETECTOR_COMPILE_TIMEOUT', `the compiler was ended after ${seconds} s: make the source simpler`),
      limits.timeoutMs,
    );
    const watch = setInterval(() => void this.#watch(limits.memoryBytes), LOOK_EVERY_MS);
    try {
      this.#child.stdin?.end(JSON.stringify(request));
      await this.#ended;
    } finally {
      clearTimeout(timer);
      clearInterval(watch);
    }
    const { failure, missing } = await this.#confined;
    if (failure?.startsWith('required'))
      throw notAsRequired(missing.map(({ name, reason }) => `${name} (${reason})`).join(', '));
    return this.#answer();
  }

  /** Ends it, whatever it does. */
  async kill(): Promise<void> {
    this.hold(true);
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #answer(): CompileReply {
    if (this.#killedFor) throw this.#killedFor;
    try {
      return JSON.parse(this.#out) as CompileReply;
    } catch (cause) {
      const how = this.#spawnError ? messageOf(this.#spawnError) : this.#err.trim() || 'it said nothing';
      throw new CompileFailed('DETECTOR_COMPILER_ENDED', `the compiler ended without an answer: ${how}`, [], { cause });
    }
  }

  #take(piece: string): void {
    this.#out += piece;
    if (this.#out.length > MAX_REPLY_BYTES)
      this.#kill('DETECTOR_COMPILE_MEMORY', 'the module is too large: make the source smaller');
  }

  async #watch(memoryBytes: number): Promise<void> {
    const pages = await residentPages(this.#child.pid);
    if (pages * PAGE_BYTES > memoryBytes)
      this.#kill(
        'DETECTOR_COMPILE_MEMORY',
        `the compiler was ended when it held more than ${memoryBytes >> 20} MiB: make the source simpler`,
      );
  }

  #kill(code: 'DETECTOR_COMPILE_TIMEOUT' | 'DETECTOR_COMPILE_MEMORY', message: string): void {
    this.#killedFor ??= new CompileFailed(code, message);
    this.#child.kill('SIGKILL');
  }
}

/** 0 for a process that has just ended. */
async function residentPages(pid: number | undefined): Promise<number> {
  try {
    return Number((await readFile(`/proc/${pid}/statm`, 'latin1')).split(' ')[1]);
  } catch {
    return 0;
  }
}

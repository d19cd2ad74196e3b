import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { HostSettings } from '../process/messages.ts';
import { type ConfinedProcess, channelFd, spawnConfined } from '../sandbox/spawn-confined.ts';
import type { HostEnded } from './host-contract.ts';
import { watchStderr } from './watch-stderr.ts';

export interface HostProcessOptions {
  readonly workers: number;
  readonly memoryBytes: number;
  readonly required: boolean;
  /** False for a test of the watcher. */
  readonly callTimeout: boolean;
  readonly launcher?: string | undefined;
  readonly onLine: (line: string) => void;
}

/** What Node itself, its compiler and the texts of answers need beside the memories of detectors. */
const OWN_BYTES = 1 << 30;
const STOP_MS = 1000;

/** The process itself: when it runs, why it is gone. */
export class HostProcess {
  readonly channels: readonly Socket[];
  readonly uid: number;
  readonly ended: Promise<HostEnded>;
  readonly #child: ChildProcess;
  readonly #confined: ConfinedProcess['confined'];
  #reason: HostEnded | undefined;
  confinement: readonly string[] = [];
  missing: readonly { readonly name: string; readonly reason: string }[] = [];

  constructor({ workers, memoryBytes, required, callTimeout, launcher, onLine }: HostProcessOptions) {
    const channels = Array.from({ length: workers }, (_, index) => channelFd(index));
    const settings: HostSettings = { channels, memoryBytes, callTimeout };
    const {
      child,
      channels: sockets,
      uid,
      confined,
    } = spawnConfined({
      entry: 'host',
      args: [JSON.stringify(settings)],
      nodeOptions: ['--max-old-space-size=256'],
      channels: workers,
      dataBytes: memoryBytes + OWN_BYTES,
      required,
      ...(launcher !== undefined && { launcher }),
    });
    this.#child = child;
    this.#confined = confined;
    this.channels = sockets;
    this.uid = uid;
    watchStderr(child, onLine);
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve({ reason: 'start', message: error.message }));
      child.once('exit', (code, signal) =>
        resolve(this.#reason ?? { reason: 'exited', message: howEnded(code, signal) }),
      );
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Settles when the confinement is in force, or has failed. @returns why it was not started */
  async started(): Promise<string | undefined> {
    const { confinement, missing, failure } = await this.#confined;
    this.confinement = confinement;
    this.missing = missing;
    if (failure !== undefined) this.end('start', failure);
    return failure;
  }

  /** Ends it at once. The first reason counts. */
  end(reason: HostEnded['reason'], message: string): void {
    this.#reason ??= { reason, message };
    this.#child.kill('SIGKILL');
  }

  /** It goes when its channels are closed; after a second it is ended. */
  async stop(): Promise<void> {
    this.#reason ??= { reason: 'stopped', message: 'it was stopped' };
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await this.ended;
    clearTimeout(timer);
  }
}

const howEnded = (code: number | null, signal: string | null) =>
  signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`;

import { type Log, messageOf } from '@picket/sdk';
import type { ContainerFacts } from '../../container-facts.ts';
import type { MetadataSource, MetadataTarget, SourceHealth } from '../metadata-source.ts';
import { CriEndpoint } from './cri-endpoint.ts';

export interface CriSourceOptions {
  /** Sockets of container runtimes; those that are not there are looked for again. */
  readonly sockets: readonly string[];
  readonly log: Log;
  /** Pause between looks for containers that are awaited, in ms. */
  readonly pollMs?: number;
  /** Longest that one call may take, in ms; some of them make one answer. */
  readonly deadlineMs?: number;
}

/** A runtime that was asked and does not know a container may yet come to know it; so long that is waited for. */
const AWAITED_MS = 60_000;
const MOST_AWAITED = 8192;
/** Turns of the poll between two checks of a runtime from which nothing is awaited. */
const CHECK_TURNS = 5;

/**
 * Container runtimes with a Container Runtime Interface: containerd, and CRI-O by what the interface says; it has not
 * been tried against a real CRI-O. What a runtime knows of a container does not change, so that it is asked once for
 * each; only for those that it did not know, or could not be asked for, its events and its list are watched.
 */
export class CriSource implements MetadataSource {
  readonly name = 'cri';
  readonly #endpoints: readonly CriEndpoint[];
  readonly #log: Log;
  readonly #pollMs: number;
  /** By id, when they are given up in ms; those that could not be asked for are not. */
  readonly #awaited = new Map<string, number>();
  #onChange: (id: string) => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #polling = false;
  #turn = 0;
  #errors = 0;

  constructor({ sockets, log, pollMs = 2000, deadlineMs = 800 }: CriSourceOptions) {
    this.#log = log;
    this.#pollMs = pollMs;
    this.#endpoints = sockets.map((socket) => new CriEndpoint(socket, (id) => this.#heard(id), deadlineMs));
  }

  start(onChange: (id: string) => void): void {
    this.#onChange = onChange;
    this.#timer = setInterval(() => void this.#poll(), this.#pollMs).unref();
    void this.#poll();
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const endpoint of this.#endpoints) endpoint.close();
  }

  covers({ podUid, runtime }: MetadataTarget): boolean {
    return podUid !== undefined || runtime === 'containerd' || runtime === 'cri-o';
  }

  /**
   * An empty answer says that the container is none of a pod (`ctr run`, for example), so that nothing is missing.
   * @throws AgentError SOURCE_UNAVAILABLE when a runtime that may know it does not answer
   */
  async find({ id, podUid }: MetadataTarget): Promise<Partial<ContainerFacts> | undefined> {
    if (id === undefined) return undefined;
    const present = this.#present();
    const asked = await Promise.allSettled(present.map((endpoint) => endpoint.find(id)));
    const facts = asked.map((each) => (each.status === 'fulfilled' ? each.value : undefined)).find(Boolean);
    if (facts) {
      this.#awaited.delete(id);
      return facts;
    }
    const failed = asked.find((each) => each.status === 'rejected');
    this.#await(id, failed !== undefined || present.length === 0);
    if (failed) throw failed.reason;
    return podUid === undefined && present.length > 0 ? {} : undefined;
  }

  health(): SourceHealth {
    const present = this.#present();
    if (present.length === 0) return { state: 'absent', errors: this.#errors };
    const reason = present.map((endpoint) => endpoint.reason).find((each) => each !== '');
    return { state: reason === undefined ? 'ok' : 'failing', errors: this.#errors, ...(reason ? { reason } : {}) };
  }

  #present(): CriEndpoint[] {
    return this.#endpoints.filter((endpoint) => endpoint.present);
  }

  #await(id: string, forever: boolean): void {
    const until = forever ? Number.POSITIVE_INFINITY : performance.now() + AWAITED_MS;
    const known = this.#awaited.get(id);
    // a second look must not make the wait longer for good
    if (known === undefined || forever) this.#awaited.set(id, until);
    const [oldest] = this.#awaited.keys();
    if (this.#awaited.size > MOST_AWAITED && oldest !== undefined) this.#awaited.delete(oldest);
  }

  #heard(id: string): void {
    if (!this.#awaited.delete(id)) return;
    this.#onChange(id);
  }

  async #poll(): Promise<void> {
    if (this.#polling) return;
    this.#polling = true;
    const now = performance.now();
    for (const [id, until] of this.#awaited) if (until < now) this.#awaited.delete(id);
    const check = this.#turn++ % CHECK_TURNS === 0;
    await Promise.all(this.#present().map((endpoint) => this.#pollOne(endpoint, check)));
    this.#polling = false;
  }

  async #pollOne(endpoint: CriEndpoint, check: boolean): Promise<void> {
    const before = endpoint.reason;
    try {
      if (check || before !== '') await endpoint.check();
      const ids = this.#awaited.size > 0 ? await endpoint.ids() : [];
      for (const id of ids) this.#heard(id);
    } catch (error) {
      this.#errors++;
      if (before === '')
        this.#log.warn('a container runtime can not be asked: what it alone knows stays unknown until it can', {
          why: messageOf(error),
        });
    }
  }
}

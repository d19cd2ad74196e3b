import { setTimeout as sleep } from 'node:timers/promises';
import { type Log, messageOf } from '@picket/sdk';
import { AgentError } from '../../../errors.ts';
import type { ContainerFacts } from '../../container-facts.ts';
import type { SourceHealth } from '../metadata-source.ts';
import { EngineApi, type EngineKind } from './api.ts';
import { type EngineEvent, parseEvent } from './event.ts';
import { Inspector } from './inspector.ts';
import { TOO_LONG } from './lines.ts';
import { EngineMemory } from './memory.ts';
import type { EngineSocket } from './sockets.ts';

export interface EngineDeps {
  readonly socket: EngineSocket;
  /** Called with the id of a container when more, or something else, is known of it. */
  readonly onChange: (id: string) => void;
  readonly log: Log;
}

/** Longest wait of one who looks for a container: others are behind it. */
const FIND_MS = 500;
/** Pauses before the next try to connect: doubled from the first to the last. A long session starts over. */
const PAUSE_MS = { first: 250, last: 5000 } as const;
const LONG_SESSION_MS = 5000;
/** Above this an engine is cut off and asked again later: a socket may be that of any user. */
const MOST_EVENTS_A_SECOND = 5000;

/** One engine: keeps a connection to it, follows its events, and remembers its containers. Never throws. */
export class DockerEngine {
  readonly socket: EngineSocket;
  readonly memory = new EngineMemory();
  /** Answers and events that could not be used or had. */
  errors = 0;
  /** What listens there; undefined before the first connection. */
  kind: EngineKind | undefined;
  #state: SourceHealth['state'] = 'absent';
  #reason = '';
  #api: EngineApi | undefined;
  readonly #deps: EngineDeps;
  readonly #end = new AbortController();
  readonly #asking = new Map<string, Promise<'told' | 'failed'>>();
  /** Those who wait for details of any container. */
  readonly #awaiting = new Set<() => void>();
  readonly #inspector: Inspector;
  #second = 0;
  #events = 0;

  constructor(deps: EngineDeps) {
    this.#deps = deps;
    this.socket = deps.socket;
    this.#inspector = new Inspector({
      api: () => this.#api,
      onFound: (found) => {
        this.#learn(found, true);
        this.#wake();
      },
      onError: (error) => this.#failed(error),
    });
  }

  get state(): SourceHealth['state'] {
    return this.#state;
  }

  get reason(): string {
    return this.#reason;
  }

  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#end.abort();
    this.#inspector.stop();
    this.#wake();
  }

  /**
   * What the engine tells of a container; undefined when it does not know it. Waits a moment for all of it. What is
   * remembered is answered also while the engine is away.
   * @throws AgentError SOURCE_UNAVAILABLE when nothing is remembered and the engine can not be asked
   */
  async find(id: string): Promise<Partial<ContainerFacts> | undefined> {
    if (this.memory.get(id)?.whole) return this.remembered(id);
    const late = sleep(FIND_MS, 'late' as const, { ref: false });
    const outcome = await Promise.race([this.#ask(id), late]);
    if (outcome !== 'told' && !this.memory.get(id))
      throw new AgentError('SOURCE_UNAVAILABLE', `the engine at ${this.socket.path} does not answer now`);
    if (outcome === 'told') await Promise.race([this.#details(id), late]);
    return this.remembered(id);
  }

  /** Ends when all is known of a container that is there. */
  async #details(id: string): Promise<void> {
    for (;;) {
      const known = this.memory.get(id);
      if (!known || known.whole || known.gone !== undefined || this.#end.signal.aborted) return;
      await new Promise<void>((resolve) => this.#awaiting.add(resolve));
    }
  }

  /** What it told of a container before; undefined when that is nothing. */
  remembered(id: string): Partial<ContainerFacts> | undefined {
    const facts = this.memory.get(id)?.facts;
    return facts && { ...facts, id, ...(this.kind ? { runtime: this.kind } : {}) };
  }

  /** Asks for what the list tells, and for the rest behind it. Calls for one container at a time share one question. */
  #ask(id: string): Promise<'told' | 'failed'> {
    const asked = this.#asking.get(id) ?? this.#summary(id).finally(() => this.#asking.delete(id));
    this.#asking.set(id, asked);
    return asked;
  }

  async #summary(id: string): Promise<'told' | 'failed'> {
    if (!this.#api) return 'failed';
    try {
      const found = await this.#api.summary(id);
      if (found) this.memory.learn(found, false);
      if (found) this.#inspector.want(id);
      return 'told';
    } catch (error) {
      this.#failed(error);
      return 'failed';
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#end;
    let pause: number = PAUSE_MS.first;
    while (!signal.aborted) {
      const began = performance.now();
      const error = await this.#session().catch((reason: unknown) => reason);
      this.#api = undefined;
      if (signal.aborted) return;
      this.#lost(error);
      if (performance.now() - began > LONG_SESSION_MS) pause = PAUSE_MS.first;
      // Only a stop ends the pause early, and the loop sees that.
      await sleep(pause, undefined, { signal }).catch(() => undefined);
      pause = Math.min(pause * 2, PAUSE_MS.last);
    }
  }

  /** Answers why it ended. The events come first, so that nothing that happens behind the list is missed. */
  async #session(): Promise<unknown> {
    const { path } = this.socket;
    const api = await EngineApi.connect(path, this.#end.signal);
    const lines = await api.events();
    this.#api = api;
    this.kind = api.kind;
    await this.#resync(api);
    this.#state = 'ok';
    this.#reason = '';
    this.#deps.log.info('asking a container engine for metadata', { engine: api.kind, socket: path });
    return this.#error(await this.#listen(lines, api));
  }

  /** Answers what ended it. */
  async #listen(lines: AsyncIterable<string | typeof TOO_LONG>, api: EngineApi): Promise<string> {
    try {
      for await (const line of lines) if (!this.#take(line, api)) return 'sends more events than allowed';
      return 'ended the stream of its events';
    } catch (error) {
      return `broke off the stream of its events (${messageOf(error)})`;
    }
  }

  /** Learns all containers that there are. Those that went away while nobody listened are as good as removed. */
  async #resync(api: EngineApi): Promise<void> {
    const { containers, unusable } = await api.list();
    this.errors += unusable;
    const ids = new Set(containers.map(({ id }) => id));
    for (const id of this.memory.living()) if (!ids.has(id)) this.memory.remove(id);
    this.#inspector.forgetImages();
    for (const container of containers) {
      this.memory.revive(container.id);
      this.#learn(container, false);
      if (container.alive) this.#inspector.want(container.id);
    }
  }

  /** @returns false when there are too many of them */
  #take(line: string | typeof TOO_LONG, api: EngineApi): boolean {
    const second = Math.floor(performance.now() / 1000);
    this.#events = second === this.#second ? this.#events + 1 : 1;
    this.#second = second;
    const event = line === TOO_LONG ? undefined : parseEvent(line);
    if (event) this.#follow(event);
    else this.#failed(this.#error('sent an event that can not be used'));
    // It may have been about any container.
    if (line === TOO_LONG) void this.#resync(api).catch((error: unknown) => this.#failed(error));
    return this.#events <= MOST_EVENTS_A_SECOND;
  }

  #follow(event: EngineEvent): void {
    if (event.what === 'gone') {
      this.memory.remove(event.id);
      this.#wake();
    }
    if (event.what === 'changed') this.#changed(event);
    if (event.what === 'image') {
      this.#inspector.forgetImages();
      for (const id of this.memory.ofImage(event.id, event.reference)) this.#inspector.want(id);
    }
  }

  /** The image of an event is what the user wrote; an inspect may have told it better. */
  #changed({ id, name, image }: { id: string; name: string; image: string }): void {
    const facts = this.memory.get(id)?.facts.image ? {} : image === '' ? {} : { image };
    this.#learn({ id, imageId: '', facts: name === '' ? facts : { ...facts, name } }, false);
    this.#inspector.want(id);
  }

  #learn(told: Parameters<EngineMemory['learn']>[0], whole: boolean): void {
    if (this.memory.learn(told, whole) && !this.#end.signal.aborted) this.#deps.onChange(told.id);
  }

  #wake(): void {
    for (const resolve of this.#awaiting) resolve();
    this.#awaiting.clear();
  }

  #lost(error: unknown): void {
    const code = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined)?.code : undefined;
    this.#state = code === 'ENOENT' ? 'absent' : 'failing';
    if (this.#state === 'failing') this.#failed(error);
    else this.#reason = '';
  }

  /** Counts each, logs what is new. */
  #failed(error: unknown): void {
    if (this.#end.signal.aborted) return;
    this.errors++;
    const why = messageOf(error);
    if (why === this.#reason) return;
    this.#reason = why;
    this.#deps.log.warn('a container engine can not be asked for metadata', { socket: this.socket.path, why });
  }

  #error(what: string): AgentError {
    return new AgentError('METADATA_INVALID', `the engine at ${this.socket.path} ${what}`);
  }
}

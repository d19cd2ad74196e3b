import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { ScriptConfig } from '../config.ts';
import { freePort } from '../nats/free-port.ts';
import { endLeftover } from './end-leftover.ts';
import { chooseListen, reachableUrl } from './listen.ts';
import { NatsPart } from './nats-part.ts';
import { nodeEnvironment } from './node-environment.ts';
import { NodePart } from './node-part.ts';
import type { StartOptions } from './options.ts';
import { LineWatch, waitUntilReady } from './ready.ts';
import { removeRunFile, writeRunFile } from './run-file.ts';
import type { Part } from './service.ts';
import { Supervisor } from './supervisor.ts';

const READY_MS = 60_000;
const STREAMING_MS = 30_000;

/** Prints a line of a part. */
export type Say = (part: string, line: string) => void;

/** What tells one Node part from another. */
interface PartFacts {
  readonly name: string;
  readonly file: string;
  readonly args?: readonly string[];
  /** Whose key it has on the bus. */
  readonly role: 'agent' | 'control-plane';
  readonly environment?: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
}

/** The parts of Picket on this machine, started in order and stopped in the opposite one. */
export class Machine {
  readonly #config: ScriptConfig;
  readonly #options: StartOptions;
  readonly #say: Say;
  readonly #running: { stop(): Promise<void> }[] = [];
  #stopping = false;
  readonly #ending = new AbortController();
  #nats = '';

  constructor(config: ScriptConfig, options: StartOptions, say: Say) {
    this.#config = config;
    this.#options = options;
    this.#say = say;
  }

  /**
   * Starts bus, control plane, and agent or replay.
   * @returns address of the API; undefined when `stop` came before everything ran
   * @throws PicketError when a part can not be started; what runs by then is left to `stop`
   */
  async start(): Promise<string | undefined> {
    const { data, natsUrl } = this.#config;
    // In the order of a stop, so that each can still hand over what it has.
    for (const name of ['replay', 'agent', 'control plane'])
      if (await endLeftover(this.#pidFile(name), name)) this.#say('start', `ended the ${name} of an earlier start`);
    this.#nats = natsUrl ?? (await this.#startNats());
    if (this.#stopping) return undefined;
    const api = await this.#startControlPlane();
    if (this.#stopping) return undefined;
    writeRunFile(data, { api, nats: this.#nats, pid: process.pid });
    if (this.#options.replay === undefined) await this.#startAgent();
    else await this.#startReplay(this.#options.replay);
    return this.#stopping ? undefined : api;
  }

  /** Stops what runs, the last started first: agent, control plane, bus. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#ending.abort();
    removeRunFile(this.#config.data);
    for (let part = this.#running.pop(); part; part = this.#running.pop()) await part.stop();
  }

  async #startNats(): Promise<string> {
    const { data, environment } = this.#config;
    const port = await freePort();
    await this.#keep(new NatsPart({ data, port, nodes: [environment.PICKET_NODE || hostname()] }));
    return `nats://127.0.0.1:${port}`;
  }

  async #startControlPlane(): Promise<string> {
    const listen = await chooseListen(this.#config.listen);
    const api = reachableUrl(listen);
    const part = this.#nodePart({
      name: 'control plane',
      file: 'control-plane/src/main.ts',
      role: 'control-plane',
      environment: { PICKET_LISTEN: `${listen.host}:${listen.port}` },
    });
    await this.#keep(part, () => waitUntilReady(api, READY_MS, this.#ending.signal));
    return api;
  }

  async #startAgent(): Promise<void> {
    const streaming = new LineWatch(/ info ready\b/);
    const part = this.#nodePart({
      name: 'agent',
      file: 'agent/src/main.ts',
      role: 'agent',
      onLine: (line) => streaming.onLine(line),
    });
    await this.#keep(part, async () => {
      if (!(await streaming.seen(STREAMING_MS))) this.#say('start', 'the agent has not said yet that it is ready');
    });
  }

  /** A replay ends by itself and is not started again. */
  async #startReplay(file: string): Promise<void> {
    const { speed } = this.#options;
    const part = this.#nodePart({
      name: 'replay',
      file: 'sdk/cli/src/main.ts',
      args: ['replay', file, ...(speed === undefined ? [] : ['--speed', speed])],
      role: 'control-plane',
    });
    const run = await part.launch();
    this.#running.push(run);
    void run.ended.then(({ how }) => {
      if (how !== 'code 0' && !this.#stopping) this.#say('start', `the replay ended with ${how}`);
    });
  }

  async #keep(part: Part, ready?: () => Promise<void>): Promise<void> {
    const supervisor = new Supervisor(part, (line) => this.#say('start', line));
    this.#running.push(supervisor);
    await supervisor.start(ready);
  }

  #pidFile(name: string): string {
    return join(this.#config.data, 'run', `${name.replace(' ', '-')}.pid`);
  }

  #nodePart(facts: PartFacts): NodePart {
    const { data, natsSeedFile, environment } = this.#config;
    return new NodePart({
      name: facts.name,
      file: facts.file,
      args: facts.args ?? [],
      environment: {
        ...nodeEnvironment(data),
        ...environment,
        PICKET_DATA: data,
        NATS_URL: this.#nats,
        PICKET_NATS_SEED_FILE: natsSeedFile ?? join(data, 'credentials', `${facts.role}.nk`),
        ...facts.environment,
      },
      pidFile: this.#pidFile(facts.name),
      onLine: (line) => {
        this.#say(facts.name, line);
        facts.onLine?.(line);
      },
    });
  }
}

/** Makes the data folder; what is made in it is readable by its owner only. */
export function makeDataFolder(data: string): void {
  // A folder that was there keeps its mode, it may be anybody's; so nothing that we or our parts write is for others.
  process.umask(0o077);
  mkdirSync(join(data, 'run'), { recursive: true, mode: 0o700 });
}

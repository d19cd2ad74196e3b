import { ContainerStarted, type EventCursor, Kind, NetConnect } from '@picket/sdk';
import { ReferenceWindow } from '../reference/reference-window.ts';

/** Settings of the detector, as in its manifest; all addresses are internal ones to the reference. */
export interface LateralConfig {
  readonly learn_minutes: number;
  readonly ports: readonly number[];
  readonly peers: number;
  readonly seconds: number;
}

const MINUTE = 60_000_000_000n;

/** What the detector must find, in the plainest words and without bounds: the tests hold the module against it. */
export class LateralReference {
  readonly #config: LateralConfig;
  readonly #workloads = new Map<string, string>();
  readonly #addresses = new Map<string, string>();
  readonly #starts = new Map<string, bigint>();
  readonly #edges = new Set<string>();
  readonly #spread: ReferenceWindow;

  constructor(config: LateralConfig) {
    this.#config = config;
    this.#spread = new ReferenceWindow(config.peers, config.seconds, 1024);
  }

  /** @param time of the event in ns since 1970; @param node names the node of the event */
  add(event: EventCursor, node: string, time: bigint): string[] {
    const container = `${node} ${event.slot} ${event.generation}`;
    if (event.slot === 0) return [];
    if (event.kind === Kind.ContainerStarted) this.#learn(event, container);
    if (event.kind !== Kind.NetConnect || event.u16(NetConnect.protocol) !== 6) return [];
    const from = this.#workloads.get(container) ?? container;
    const start = this.#starts.get(from) ?? time;
    this.#starts.set(from, start);
    const learned = time - start >= BigInt(this.#config.learn_minutes) * MINUTE;
    const ip = event.ip(NetConnect.remoteIp);
    const peer = this.#addresses.get(ip) ?? ip;
    const port = event.u16(NetConnect.remotePort);
    const { ports, peers, seconds } = this.#config;
    const found: string[] = [];
    if (this.#isNew(`${from} ${peer}`) && learned && this.#spread.add(container, peer, time).reached)
      found.push(
        `${peers} internal hosts were connected to within ${seconds} s that this workload has not talked to before`,
      );
    if (ports.includes(port) && this.#isNew(`${from} ${peer} ${port}`) && learned)
      found.push(`${ip} port ${port} was connected to, which this workload has not done before`);
    return found;
  }

  #learn(event: EventCursor, container: string): void {
    const name = event.string(ContainerStarted.workload);
    if (name === '') return;
    const workload = `${event.string(ContainerStarted.podNamespace)}/${name}`;
    this.#workloads.set(container, workload);
    const ip = event.string(ContainerStarted.ip);
    if (ip !== '' && (event.u32(ContainerStarted.containerFlags) & 8) === 0) this.#addresses.set(ip, workload);
  }

  #isNew(edge: string): boolean {
    if (this.#edges.has(edge)) return false;
    this.#edges.add(edge);
    return true;
  }
}

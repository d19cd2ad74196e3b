import { type EventCursor, Kind, NetConnect } from '@picket/sdk';
import { ReferenceWindow } from '../reference/reference-window.ts';

/** Settings of the detector, as in its manifest. */
export interface PortScanConfig {
  readonly ports: number;
  readonly hosts: number;
  readonly seconds: number;
  readonly keys: number;
}

/** What the detector must find, in the plainest words: the tests hold the module against it. */
export class PortScanReference {
  readonly #config: PortScanConfig;
  readonly #vertical: ReferenceWindow;
  readonly #horizontal: ReferenceWindow;

  constructor(config: PortScanConfig) {
    const { ports, hosts, seconds, keys } = config;
    this.#config = config;
    this.#vertical = new ReferenceWindow(ports, seconds, keys);
    this.#horizontal = new ReferenceWindow(hosts, seconds, keys);
  }

  /** @param time of the event in ns since 1970; @param node names the node of the event */
  add(event: EventCursor, node: string, time: bigint): string[] {
    const { ports, hosts, seconds } = this.#config;
    if (event.kind !== Kind.NetConnect || event.slot === 0 || event.u16(NetConnect.protocol) !== 6) return [];
    const ip = event.ip(NetConnect.remoteIp);
    const port = event.u16(NetConnect.remotePort);
    const container = `${node} ${event.slot} ${event.generation}`;
    const found: string[] = [];
    if (this.#vertical.add(`${container} ${ip}`, port, time).reached)
      found.push(`${ports} different ports of ${ip} were tried within ${seconds} s`);
    if (this.#horizontal.add(`${container} ${port}`, ip, time).reached)
      found.push(`port ${port} was tried on ${hosts} different hosts within ${seconds} s`);
    return found;
  }
}

import { type EventCursor, Kind, NetConnect } from '@picket/sdk';

/** Settings of the detector, as in its manifest. */
export interface PortScanConfig {
  readonly ports: number;
  readonly hosts: number;
  readonly seconds: number;
  readonly keys: number;
}

interface Window {
  seen: bigint;
  since: bigint;
  readonly values: Set<string | number>;
}

/** What the detector must find, in the plainest words: the tests hold the module against it. */
export class PortScanReference {
  readonly #config: PortScanConfig;
  readonly #vertical = new Map<string, Window>();
  readonly #horizontal = new Map<string, Window>();

  constructor(config: PortScanConfig) {
    this.#config = config;
  }

  /** @param time of the event in ns since 1970; @param node names the node of the event */
  add(event: EventCursor, node: string, time: bigint): string[] {
    const { ports, hosts, seconds } = this.#config;
    if (event.kind !== Kind.NetConnect || event.slot === 0 || event.u16(NetConnect.protocol) !== 6) return [];
    const ip = event.ip(NetConnect.remoteIp);
    const port = event.u16(NetConnect.remotePort);
    const container = `${node} ${event.slot} ${event.generation}`;
    const found: string[] = [];
    if (this.#reached(this.#vertical, `${container} ${ip}`, port, ports, time))
      found.push(`${ports} different ports of ${ip} were tried within ${seconds} s`);
    if (this.#reached(this.#horizontal, `${container} ${port}`, ip, hosts, time))
      found.push(`port ${port} was tried on ${hosts} different hosts within ${seconds} s`);
    return found;
  }

  #reached(table: Map<string, Window>, key: string, value: string | number, limit: number, now: bigint): boolean {
    const life = BigInt(this.#config.seconds) * 1_000_000_000n;
    let window = table.get(key);
    // A Map keeps the order of insertion: the first key is the one that was not used for the longest time.
    if (window) table.delete(key);
    else if (table.size >= this.#config.keys) table.delete(table.keys().next().value ?? '');
    if (!window || now - window.seen > life || now - window.since > life)
      window = { seen: now, since: now, values: new Set() };
    if (now > window.seen) window.seen = now;
    table.set(key, window);
    if (window.values.size >= limit || window.values.has(value)) return false;
    window.values.add(value);
    return window.values.size === limit;
  }
}

import { type EventCursor, Kind, NetClose, NetConnect, NetDns, WindowResources } from '@picket/sdk';

/** Settings of the detector, as in its manifest. */
export interface MinerConfig {
  readonly minutes: number;
  readonly cpu_percent: number;
  readonly steady_percent: number;
  readonly disk_kib: number;
  readonly network_kib: number;
  readonly ports: readonly number[];
  readonly words: readonly string[];
}

interface Connection {
  readonly since: bigint;
  readonly socket: bigint;
  readonly localPort: number;
  readonly ip: string;
  readonly port: number;
  readonly named: boolean;
}

interface Run {
  readonly since: bigint;
  until: bigint;
  cpu: bigint;
  span: bigint;
  disk: bigint;
  network: bigint;
  told: boolean;
}

const SECOND = 1_000_000_000n;

/** What the detector must find, in the plainest words and without bounds: the tests hold the module against it. */
export class MinerReference {
  readonly #config: MinerConfig;
  readonly #connections = new Map<string, Connection>();
  readonly #runs = new Map<string, Run>();
  readonly #pools = new Set<string>();

  constructor(config: MinerConfig) {
    this.#config = config;
  }

  /**
   * @param node names the node of the event
   * @param time of the event in ns since 1970
   * @param wallOffset what makes a time of the node ns since 1970
   */
  add(event: EventCursor, node: string, time: bigint, wallOffset: bigint): string[] {
    const key = `${node} ${event.slot} ${event.generation}`;
    if (event.slot === 0) return [];
    if (event.kind === Kind.NetDns) this.#answer(event, key);
    if (event.kind === Kind.NetConnect) this.#connect(event, key, time);
    if (event.kind === Kind.NetClose) this.#close(event, key);
    return event.kind === Kind.WindowResources ? this.#window(event, key, time, wallOffset) : [];
  }

  #answer(event: EventCursor, key: string): void {
    const name = event.string(NetDns.name).toLowerCase();
    if (event.u16(NetDns.answer) === 0 || !this.#config.words.some((word) => name.includes(word))) return;
    for (const ip of event.strings(NetDns.addresses)) this.#pools.add(`${key} ${ip}`);
  }

  #connect(event: EventCursor, key: string, since: bigint): void {
    const ip = event.ip(NetConnect.remoteIp);
    const port = event.u16(NetConnect.remotePort);
    const named = this.#pools.has(`${key} ${ip}`);
    const opened = event.result >= 0 || event.result === -115;
    if (event.u16(NetConnect.protocol) !== 6 || !opened || ip.startsWith('127.')) return;
    if (!named && !this.#config.ports.includes(port)) return;
    const own = { socket: event.big(NetConnect.socket), localPort: event.u16(NetConnect.localPort) };
    this.#connections.set(key, { since, ip, port, named, ...own });
  }

  #close(event: EventCursor, key: string): void {
    const own = this.#connections.get(key);
    if (own?.ip !== event.ip(NetClose.remoteIp) || own.port !== event.u16(NetClose.remotePort)) return;
    const same = own.socket === event.big(NetClose.socket) || own.localPort === event.u16(NetClose.localPort);
    if (same) this.#connections.delete(key);
  }

  #window(event: EventCursor, key: string, time: bigint, wallOffset: bigint): string[] {
    const big = (offset: number) => event.big(offset);
    const from = big(WindowResources.from) + wallOffset;
    const to = big(WindowResources.to) + wallOffset;
    const cpu = big(WindowResources.cpu);
    const rate = (cpu * 1000n) / (to - from);
    const throttled = event.u32(WindowResources.throttled) > 0 && rate >= 100n;
    if (rate < BigInt(this.#config.cpu_percent) * 10n && !throttled) {
      this.#runs.delete(key);
      return [];
    }
    let run = this.#runs.get(key);
    if (!run || from - run.until > 60n * SECOND || this.#differs(run, rate)) {
      run = { since: from, until: to, cpu: 0n, span: 0n, disk: 0n, network: 0n, told: false };
      this.#runs.set(key, run);
    }
    run.until = to;
    run.cpu += cpu;
    run.span += to - from;
    run.disk += big(WindowResources.read) + big(WindowResources.written);
    run.network += big(WindowResources.received) + big(WindowResources.sent);
    return this.#tell(run, this.#connections.get(key), time);
  }

  #differs({ cpu, span }: Run, rate: bigint): boolean {
    const mean = (cpu * 1000n) / span;
    const difference = rate > mean ? rate - mean : mean - rate;
    return difference * 100n > mean * BigInt(this.#config.steady_percent);
  }

  #tell(run: Run, connection: Connection | undefined, now: bigint): string[] {
    const { minutes, disk_kib: disk, network_kib: network } = this.#config;
    const hold = BigInt(minutes) * 60n * SECOND;
    if (run.told || !connection || run.until - run.since < hold || now - connection.since < hold) return [];
    const seconds = run.span / SECOND;
    if (run.disk > BigInt(disk) * 1024n * seconds || run.network > BigInt(network) * 1024n * seconds) return [];
    run.told = true;
    const { ip, port, named } = connection;
    const load = (run.cpu * 1000n) / run.span / 10n;
    const time = (run.until - run.since) / (60n * SECOND);
    const sign = named ? 'its name sounds like a pool' : 'pools listen on that port';
    return [
      `the container has used ${load} % of a processor without pause for ${time} minutes and holds a connection to ${ip} port ${port}: ${sign}`,
    ];
  }
}

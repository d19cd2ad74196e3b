import { type EventCursor, Kind, NetConnect } from '@picket/sdk';

/** Settings of the detector, as in its manifest; which peers are left out is not for the reference. */
export interface BeaconingConfig {
  readonly repetitions: number;
  readonly jitter: number;
  readonly least_seconds: number;
  readonly most_seconds: number;
  readonly keys: number;
}

interface Beats {
  seen: bigint;
  connect: bigint;
  beat: bigint;
  intervals: number[];
}

/** What the detector must find, in the plainest words: the tests hold the module against it. */
export class BeaconingReference {
  readonly #config: BeaconingConfig;
  readonly #peers = new Map<string, Beats>();

  constructor(config: BeaconingConfig) {
    this.#config = config;
  }

  /** @param time of the event in ns since 1970; @param node names the node of the event */
  add(event: EventCursor, node: string, time: bigint): string[] {
    if (event.kind !== Kind.NetConnect || event.slot === 0 || event.u16(NetConnect.protocol) !== 6) return [];
    const peer = `${event.ip(NetConnect.remoteIp)} port ${event.u16(NetConnect.remotePort)}`;
    const { beats, isNew } = this.#beatsOf(`${node} ${event.slot} ${event.generation} ${peer}`, time);
    const pause = time - beats.connect;
    if (pause <= 0n) return [];
    beats.connect = time;
    if (isNew || pause < BigInt(this.#config.least_seconds) * 1_000_000_000n) return [];
    beats.intervals.push(Number((time - beats.beat) / 1_000_000n));
    beats.beat = time;
    const { repetitions } = this.#config;
    if (beats.intervals.length < repetitions) return [];
    const clock = clockOf(beats.intervals.slice(-repetitions), this.#config.jitter);
    if (!clock) return [];
    beats.intervals = [];
    const share = Math.ceil((clock.deviation * 100) / clock.median);
    const every = clock.median / 1000;
    const said = Number.isInteger(every) ? `${every}.0` : `${every}`;
    return [`${peer} was connected to ${repetitions + 1} times, every ${said} s within ${share} %`];
  }

  #beatsOf(key: string, time: bigint): { beats: Beats; isNew: boolean } {
    const { keys, most_seconds: most } = this.#config;
    const known = this.#peers.get(key);
    if (known) this.#peers.delete(key);
    else if (this.#peers.size >= keys) this.#peers.delete(this.#peers.keys().next().value ?? '');
    const isNew = !known || time - known.seen > BigInt(most) * 1_000_000_000n;
    const beats = isNew ? { seen: time, connect: 0n, beat: time, intervals: [] } : known;
    if (time > beats.seen) beats.seen = time;
    this.#peers.set(key, beats);
    return { beats, isNew };
  }
}

const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] as number;

/** Median of the intervals and of their deviations; undefined when they are not those of a clock. */
export function clockOf(intervals: readonly number[], jitter: number) {
  const median = middle(intervals);
  const deviations = intervals.map((interval) => {
    const times = Math.max(1, Math.min(3, Math.floor((interval + (median >> 1)) / median)));
    return Math.floor(Math.abs(interval - times * median) / times);
  });
  const far = deviations.filter((one) => one > median * jitter * 3).length;
  const deviation = middle(deviations);
  return far * 8 <= intervals.length && deviation <= median * jitter ? { median, deviation } : undefined;
}

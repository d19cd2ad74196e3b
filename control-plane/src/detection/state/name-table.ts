import { type EventCursor, formatIp, NetDns, parseIp } from '@picket/sdk';

export interface NameTableOptions {
  /** Addresses of which names are kept, by container and in all. */
  readonly perContainer: number;
  readonly inAll: number;
  /** How long a name is kept, ns of event time. Answers live shorter, but connections may outlast them. */
  readonly keep: number;
}

/** A name that answers gave for an address, and when the first and the last of them came. */
export interface SeenName {
  readonly name: string;
  readonly first: number;
  readonly last: number;
}

/** What a table holds, for a checkpoint: containers, their addresses and the names of these. */
export type SavedNames = readonly (readonly [
  container: number,
  addresses: readonly (readonly [address: string, names: readonly SeenName[]])[],
])[];

const DEFAULTS: NameTableOptions = { perContainer: 256, inAll: 16_384, keep: 86_400_000_000_000 };
/** One address often serves several names. */
const NAMES = 4;

/**
 * Names of addresses as DNS answers gave them, for each container its own: what one asks for and is told says nothing about
 * the connections of another. Nobody is ever asked. Bounded: the addresses heard of longest ago are forgotten first, and of
 * a full table those of the container that has heard of none for the longest time.
 */
export class NameTable {
  readonly #options: NameTableOptions;
  readonly #containers = new Map<number, Map<string, SeenName[]>>();
  #size = 0;

  constructor(options: Partial<NameTableOptions> = {}) {
    this.#options = { ...DEFAULTS, ...options };
  }

  /** Addresses of which names are kept. */
  get size(): number {
    return this.#size;
  }

  /**
   * Takes in a net.dns record; queries and refusals say nothing. One that was taken in before changes nothing.
   * @param container number of the container that got the answer
   */
  learn(container: number, cursor: EventCursor): void {
    if (cursor.u16(NetDns.answer) !== 1 || cursor.u16(NetDns.rcode) !== 0) return;
    const addresses = cursor.strings(NetDns.addresses);
    if (addresses.length === 0) return;
    // resolvers may ask in mixed case, so that answers are harder to forge
    const name = cursor.string(NetDns.name).toLowerCase();
    if (name === '') return;
    for (const address of addresses) this.#learn(container, address, name, cursor.time);
    this.#makeRoom();
  }

  /**
   * The names of an address for a container at a time, the one told last first.
   * @param address as formatIp writes it
   */
  find(container: number, address: string, time: number): readonly string[] {
    const names = this.#containers.get(container)?.get(address) ?? [];
    const from = time - this.#options.keep;
    return names.filter(({ first, last }) => first <= time && last >= from).map(({ name }) => name);
  }

  clear(): void {
    this.#containers.clear();
    this.#size = 0;
  }

  /** Everything, in the order in which it would be forgotten. */
  saved(): SavedNames {
    return [...this.#containers].map(([container, addresses]) => [container, [...addresses]]);
  }

  /** Puts back what `saved` gave. */
  restore(saved: SavedNames): void {
    this.clear();
    for (const [container, addresses] of saved) {
      this.#containers.set(container, new Map(addresses.map(([address, names]) => [address, [...names]])));
      this.#size += addresses.length;
    }
  }

  #learn(container: number, text: string, name: string, time: number): void {
    const bytes = parseIp(text);
    if (!bytes) return;
    const address = formatIp(bytes, 0);
    const addresses = this.#containers.get(container) ?? new Map<string, SeenName[]>();
    // put at the end: the order of a map is that of its insertions
    this.#containers.delete(container);
    this.#containers.set(container, addresses);
    const before = addresses.get(address) ?? [];
    if (addresses.delete(address)) this.#size--;
    addresses.set(address, withName(before, name, time));
    this.#size++;
    if (addresses.size > this.#options.perContainer) this.#forgetFirst(addresses);
  }

  #makeRoom(): void {
    while (this.#size > this.#options.inAll) {
      const [first] = this.#containers;
      if (!first) return;
      const [container, addresses] = first;
      this.#forgetFirst(addresses);
      if (addresses.size === 0) this.#containers.delete(container);
    }
  }

  #forgetFirst(addresses: Map<string, SeenName[]>): void {
    for (const address of addresses.keys()) {
      addresses.delete(address);
      this.#size--;
      return;
    }
  }
}

/** The last told first. Records may come twice, or late. */
function withName(names: readonly SeenName[], name: string, time: number): SeenName[] {
  const old = names.find((seen) => seen.name === name) ?? { first: time, last: time };
  const seen = { name, first: Math.min(old.first, time), last: Math.max(old.last, time) };
  const others = names.filter((other) => other.name !== name);
  return [...others, seen].sort((a, b) => b.last - a.last).slice(0, NAMES);
}

/** @throws TypeError when parsed JSON is no list of names */
export function readNames(value: unknown): SavedNames {
  const isName = (seen: Partial<SeenName> | null) =>
    typeof seen?.name === 'string' && typeof seen.first === 'number' && typeof seen.last === 'number';
  const isAddress = (pair: unknown) =>
    Array.isArray(pair) && typeof pair[0] === 'string' && Array.isArray(pair[1]) && pair[1].every(isName);
  const isContainer = (pair: unknown) =>
    Array.isArray(pair) && typeof pair[0] === 'number' && Array.isArray(pair[1]) && pair[1].every(isAddress);
  if (!Array.isArray(value) || !value.every(isContainer)) throw new TypeError('the names of addresses are not such');
  return value as SavedNames;
}

import { type EventCursor, Kind, NetDns } from '@picket/sdk';
import { ReferenceWindow } from '../reference/reference-window.ts';

/** Settings of the detector, as in its manifest. */
export interface DnsTunnellingConfig {
  readonly names: number;
  readonly seconds: number;
  readonly length: number;
  readonly bits: number;
  readonly ignore: readonly string[];
  readonly keys: number;
}

const FREE = [5, 10, 15, 16];

/** What the detector must find, in the plainest words: the tests hold the module against it. */
export class DnsTunnellingReference {
  readonly #config: DnsTunnellingConfig;
  readonly #seen: ReferenceWindow;
  readonly #bytes = new Map<string, number>();

  constructor(config: DnsTunnellingConfig) {
    this.#config = config;
    this.#seen = new ReferenceWindow(config.names, config.seconds, config.keys);
  }

  /** @param time of the event in ns since 1970; @param node names the node of the event */
  add(event: EventCursor, node: string, time: bigint): string[] {
    if (event.kind !== Kind.NetDns || event.slot === 0 || event.u16(NetDns.answer) !== 0) return [];
    const labels = event.string(NetDns.name).toLowerCase().replace(/\.$/, '').split('.');
    const [top = '', second = ''] = labels.toReversed();
    const cut = labels.length - (top.length === 2 && second.length <= 3 && labels.length > 2 ? 3 : 2);
    const domain = labels.slice(Math.max(cut, 0)).join('.');
    const below = labels.slice(0, Math.max(cut, 0));
    const { names, seconds, ignore } = this.#config;
    const name = labels.join('.');
    if (!this.#carriesData(below, event.u16(NetDns.type))) return [];
    if (ignore.some((one) => name === one || name.endsWith(`.${one}`))) return [];
    const key = `${node} ${event.slot} ${event.generation} ${domain}`;
    const { reached, added, count } = this.#seen.add(key, below.join('.'), time);
    if (!added) return [];
    const bytes = (count === 1 ? 0 : (this.#bytes.get(key) ?? 0)) + below.join('.').length;
    this.#bytes.set(key, bytes);
    if (!reached) return [];
    return [`${names} different names with data below ${domain} were asked for within ${seconds} s: ${bytes} bytes`];
  }

  #carriesData(below: readonly string[], type: number): boolean {
    const lettered = below.filter((label) => /[^\0-?]/.test(label));
    if (FREE.includes(type) || type >= 65280) return lettered.join('').length >= 12;
    return below.join('').length >= this.#config.length && entropy(below.join('.')) >= this.#config.bits;
  }
}

/** Bits for a character, to a thousandth. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const c of text) counts.set(c, (counts.get(c) ?? 0) + 1);
  const weight = (n: number) => Math.round(n * Math.log2(n) * 1000);
  const spread = [...counts.values()].reduce((sum, n) => sum + weight(n), 0);
  return Math.trunc((weight(text.length) - spread) / text.length) / 1000;
}

import { type EventCursor, formatIp, isMapped } from '@picket/sdk';
import type { NodeView } from '../../../../types.ts';
import type { TokenMark } from '../counts/token-counts.ts';
import { tokenOf } from './clean-text.ts';
import { dnsClass } from './dns-class.ts';
import { portClass } from './peer-class.ts';
import { rememberName, unnamedToken } from './peer-names.ts';

interface Peer extends TokenMark {
  readonly slot: number;
  readonly generation: number;
}

/**
 * Tokens of peers. They are remembered as long as one batch: what DNS answers say of an address is looked up once a batch
 * for each container, so that nothing depends on what was asked before.
 */
export class PeerTokens {
  readonly #known = new Map<number, Peer>();

  begin(): void {
    if (this.#known.size > 0) this.#known.clear();
  }

  /** @param at where the address begins in the bytes of the cursor */
  of(cursor: EventCursor, at: number, port: number, view: NodeView, names: Map<string, string>): TokenMark {
    const { bytes, slot, generation } = cursor;
    if (!isMapped(bytes, at)) return made(cursor, at, port, view, names);
    const address = word(bytes, at + 12) * 65_536 + word(bytes, at + 14);
    const key = address * 65_536 + port;
    const known = this.#known.get(key);
    if (known && known.slot === slot && known.generation === generation && slot !== 0) return known;
    const fresh = made(cursor, at, port, view, names);
    this.#known.set(key, fresh);
    return fresh;
  }
}

const word = (bytes: Uint8Array, at: number): number => ((bytes[at] as number) << 8) | (bytes[at + 1] as number);

function made(cursor: EventCursor, at: number, port: number, view: NodeView, names: Map<string, string>): Peer {
  const name = nameOf(cursor, at, view, names);
  const token =
    name === undefined ? unnamedToken(formatIp(cursor.bytes, at), port) : tokenOf('c', `${name}:${portClass(port)}`);
  return { token, owner: 0, place: 0, slot: cursor.slot, generation: cursor.generation };
}

/**
 * The class of the name that an address has for the container. What an answer said is kept for as long as the container
 * lives: some programs ask once, and connect for weeks.
 */
function nameOf(cursor: EventCursor, at: number, view: NodeView, names: Map<string, string>): string | undefined {
  const address = formatIp(cursor.bytes, at);
  const [name] = view.namesOf?.(address, cursor) ?? [];
  if (name === undefined) return names.get(address);
  const known = dnsClass(name);
  rememberName(names, address, known);
  return known;
}

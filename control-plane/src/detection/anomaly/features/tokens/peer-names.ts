import { tokenOf } from './clean-text.ts';
import { networkOfText, portClass } from './peer-class.ts';

/** Addresses of one container of which the name is kept. */
const MOST_NAMES = 128;
/** Stands before and behind the address of a peer without a name; no name has it, since `tokenOf` writes it out. */
const MARK = '\u0001';
const UNNAMED = `c:${MARK}`;

/** Keeps the class of the name of an address; the oldest makes room. */
export function rememberName(names: Map<string, string>, address: string, known: string): void {
  names.set(address, known);
  if (names.size <= MOST_NAMES) return;
  for (const oldest of names.keys()) {
    names.delete(oldest);
    return;
  }
}

/**
 * The token of a peer without a name for as long as its second is open: answers of DNS come by another ring of the kernel
 * than connects do, and may be told after them.
 */
export function unnamedToken(address: string, port: number): string {
  const isHere = networkOfText(address) === 'localhost';
  return isHere ? `c:localhost:${portClass(port)}` : `${UNNAMED}${address}${MARK}${portClass(port)}`;
}

export const isUnnamed = (token: string): boolean => token.startsWith(UNNAMED);

/** The token that stays: by the name that is known by now, else by the network. */
export function settledToken(token: string, names?: ReadonlyMap<string, string>): string {
  const [, address = '', port = ''] = token.split(MARK);
  const network = networkOfText(address);
  const peer = names?.get(address) ?? (network.includes(':') ? `[${network}]` : network);
  return tokenOf('c', `${peer}:${port}`);
}

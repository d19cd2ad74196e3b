import { ContainerFlag, FileFlag, HeaderFlag } from '@picket/sdk';
import { capabilityBit } from '../../detection/rules/names/capabilities.ts';
import { errorNumber } from '../../detection/rules/names/errno.ts';
import { openFlagBits } from '../../detection/rules/names/flags.ts';
import { syscallNumber } from '../../detection/rules/names/syscalls.ts';

type Names = (name: string) => number | bigint | undefined;

/** Flags of the event table by their names there, as upper_layer. */
function tableFlags(flags: Readonly<Record<string, number>>): Names {
  const bits = new Map(
    Object.entries(flags).map(([name, bit]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), bit]),
  );
  return (name) => bits.get(name);
}

const FAMILIES: Readonly<Record<string, number>> = { unix: 1, inet: 2, inet6: 10, netlink: 16, packet: 17 };
const PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 };
const files = tableFlags(FileFlag);

/** Fields whose numbers have names. Several names, in a list or with | between them, are put together. */
const NAMED: Readonly<Record<string, Names>> = {
  syscall: syscallNumber,
  result: (name) => negative(errorNumber(name)),
  record_flags: tableFlags(HeaderFlag),
  container_flags: tableFlags(ContainerFlag),
  exe_flags: files,
  file_flags: files,
  open_flags: openFlagBits,
  cap_effective: capabilityBit,
  cap_permitted: capabilityBit,
  cap_inheritable: capabilityBit,
  family: (name) => FAMILIES[name],
  domain: (name) => FAMILIES[name],
  protocol: (name) => PROTOCOLS[name],
};

const negative = (number: number | undefined): number | undefined => (number === undefined ? undefined : -number);

/**
 * The number behind the names that a field was given.
 * @returns the name that is not known when one is not; undefined when the field takes no names
 */
export function namedNumber(
  field: string,
  names: readonly string[],
): number | bigint | { unknown: string } | undefined {
  const lookUp = Object.hasOwn(NAMED, field) ? NAMED[field] : undefined;
  if (!lookUp) return undefined;
  let sum = 0n;
  for (const name of names) {
    const value = lookUp(name);
    if (value === undefined) return { unknown: name };
    if (value < 0) return value;
    sum |= BigInt(value);
  }
  return sum;
}

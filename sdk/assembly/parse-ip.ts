/**
 * Reads an address in text form into 16 bytes at `out`, IPv4 mapped (::ffff:a.b.c.d); false when it is none. An IPv6 address
 * with dotted numbers at its end is not taken.
 */
export function parseIp(text: string, out: usize): bool {
  return text.includes(':') ? parseV6(text, out) : parseV4(text, out);
}

function parseV4(text: string, out: usize): bool {
  const parts = text.split('.');
  if (parts.length != 4) return false;
  store<u64>(out, 0);
  store<u32>(out, 0xffff0000, 8);
  for (let i = 0; i < 4; i++) {
    const value = readNumber(parts[i], 10, 3);
    if (value < 0 || value > 255) return false;
    store<u8>(out + i, <u8>value, 12);
  }
  return true;
}

function parseV6(text: string, out: usize): bool {
  const halves = text.split('::');
  const head = groupsOf(halves[0]);
  const tail = halves.length == 2 ? groupsOf(halves[1]) : new Array<string>(0);
  const zeros = 8 - head.length - tail.length;
  if (halves.length > 2 || (halves.length == 2 ? zeros < 1 : zeros != 0)) return false;
  memory.fill(out, 0, 16);
  return storeGroups(head, out) && storeGroups(tail, out + ((8 - tail.length) << 1));
}

function groupsOf(text: string): string[] {
  return text.length > 0 ? text.split(':') : new Array<string>(0);
}

function storeGroups(groups: string[], out: usize): bool {
  for (let i = 0; i < groups.length; i++) {
    const value = readNumber(groups[i], 16, 4);
    if (value < 0) return false;
    store<u16>(out + (<usize>i << 1), bswap<u16>(<u16>value));
  }
  return true;
}

/** A number of 1 to `most` digits; -1 when it is none. */
export function readNumber(text: string, radix: i32, most: i32): i32 {
  if (text.length == 0 || text.length > most) return -1;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const letter = (unit | 32) - 87;
    const digit = unit >= 48 && unit <= 57 ? unit - 48 : letter >= 10 && letter <= 15 ? letter : 99;
    if (digit >= radix) return -1;
    value = value * radix + digit;
  }
  return value;
}

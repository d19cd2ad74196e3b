/** Addresses are 16 bytes in network order; IPv4 is mapped (::ffff:a.b.c.d). */

/** Whether the address is IPv4. */
export function isIpv4(at: usize): bool {
  return load<u64>(at) == 0 && load<u32>(at, 8) == 0xffff0000;
}

/**
 * The address as one number, for keys and sets: exact for IPv4, mixed for IPv6 (two addresses in 2^64 are equal).
 */
export function ipKey(at: usize): u64 {
  const high = load<u64>(at);
  const low = load<u64>(at, 8);
  return high == 0 ? low : low ^ rotl(high * 0x9e3779b97f4a7c15, 29);
}

/** The address as text: dotted for IPv4, else compressed IPv6 (RFC 5952). */
export function formatIp(at: usize): string {
  if (isIpv4(at)) {
    const a = load<u8>(at, 12).toString();
    const b = load<u8>(at, 13).toString();
    return `${a}.${b}.${load<u8>(at, 14).toString()}.${load<u8>(at, 15).toString()}`;
  }
  const start = longestRun(at);
  const end = start < 0 ? -1 : runEnd(at, start);
  let text = '';
  for (let i = 0; i < 8; i++) {
    if (i == start) {
      text += '::';
      i = end - 1;
      continue;
    }
    if (i > 0 && i != end) text += ':';
    text += group(at, i).toString(16);
  }
  return text;
}

function group(at: usize, i: i32): u32 {
  return <u32>bswap<u16>(load<u16>(at + (<usize>i << 1)));
}

/** Where the longest run of two or more zero groups begins; -1 when there is none. */
function longestRun(at: usize): i32 {
  let best = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    if (group(at, i) != 0) continue;
    const end = runEnd(at, i);
    if (end - i > length) {
      best = i;
      length = end - i;
    }
    i = end;
  }
  return best;
}

function runEnd(at: usize, from: i32): i32 {
  let end = from;
  while (end < 8 && group(at, end) == 0) end++;
  return end;
}

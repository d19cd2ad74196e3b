import { PATH_NAME_BYTES, PATH_PREFIX_BYTES, type PathRule } from '@picket/sdk';

/** Bits of bpf/include/path_rules.h. */
const CLASS = { read: 1, write: 2, failed: 4 } as const;
const MUST_SEE = 8;
const IGNORE = 16;

/** Keys and values for the kernel's two tables of paths. */
export interface PathTables {
  /** `struct path_prefix`, hexadecimal, and its bits. */
  readonly prefixes: ReadonlyMap<string, number>;
  /** Names padded with 0, hexadecimal, and their bits. */
  readonly names: ReadonlyMap<string, number>;
}

/** Turns path rules into table entries. The kernel takes the longest prefix alone, so it gets the bits of all shorter ones. */
export function pathTables(rules: readonly PathRule[]): PathTables {
  const byPrefix = new Map<string, number>();
  const names = new Map<string, number>();
  for (const rule of rules) {
    if (rule.prefix !== undefined) byPrefix.set(rule.prefix, (byPrefix.get(rule.prefix) ?? 0) | bitsOf(rule));
    else add(names, nameKey(rule.name ?? ''), bitsOf(rule));
  }
  const prefixes = new Map<string, number>();
  for (const prefix of byPrefix.keys()) {
    let bits = 0;
    for (const [shorter, own] of byPrefix) if (prefix.startsWith(shorter)) bits |= own;
    prefixes.set(prefixKey(prefix), bits);
  }
  return { prefixes, names };
}

function bitsOf(rule: PathRule): number {
  const classes = rule.for.reduce((bits, name) => bits | CLASS[name], 0);
  return classes | (rule.mustSee ? MUST_SEE : 0) | (rule.ignore ? IGNORE : 0);
}

function prefixKey(prefix: string): string {
  const bytes = Buffer.from(prefix);
  const key = Buffer.alloc(4 + PATH_PREFIX_BYTES);
  key.writeUInt32LE(bytes.length * 8, 0);
  bytes.copy(key, 4);
  return key.toString('hex');
}

function nameKey(name: string): string {
  const key = Buffer.alloc(PATH_NAME_BYTES);
  Buffer.from(name).copy(key);
  return key.toString('hex');
}

const add = (map: Map<string, number>, key: string, bits: number) => map.set(key, (map.get(key) ?? 0) | bits);

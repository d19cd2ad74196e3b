/** Types of the event table: what a kind and a field are, and how wide each field type is in the record. */

/**
 * - `u8`…`i64`: little-endian integers
 * - `ip`: 16 bytes in network order; IPv4 is mapped (::ffff:a.b.c.d)
 * - `str`: (u16 offset, u16 length) into the record, UTF-8 or raw path bytes, no terminator
 * - `strs`: like `str`, the bytes are strings separated by NUL
 * - `counts`: like `str`, the bytes are (u32 key, u32 count) pairs
 */
export type FieldType = 'u8' | 'u16' | 'u32' | 'i32' | 'u64' | 'i64' | 'ip' | 'str' | 'strs' | 'counts';

export interface FieldSpec {
  readonly name: string;
  readonly type: FieldType;
  /** What it means, with the unit. One sentence. */
  readonly doc: string;
  /** Names of the rule language that this field answers as it stands. */
  readonly rules: readonly string[];
}

export interface KindSpec {
  readonly id: number;
  readonly name: string;
  /** `rare` and `bulk` name the kernel ring; `agent` records are written by the agent in user space. */
  readonly ring: 'rare' | 'bulk' | 'agent';
  /** The `evt.type` values a record of this kind can answer. */
  readonly types: readonly string[];
  readonly doc: string;
  readonly fields: readonly FieldSpec[];
}

export interface FlagSpec {
  readonly name: string;
  readonly bit: number;
  readonly doc: string;
}

export const WIDTH: Record<FieldType, number> = {
  u8: 1,
  u16: 2,
  u32: 4,
  i32: 4,
  u64: 8,
  i64: 8,
  ip: 16,
  str: 4,
  strs: 4,
  counts: 4,
};

/** Alignment in bytes: integers by their width, addresses and string references as in the C struct. */
export const ALIGN: Record<FieldType, number> = { ...WIDTH, ip: 8, str: 2, strs: 2, counts: 2 };

export interface PlacedField extends FieldSpec {
  readonly offset: number;
}

/** Gives each field its offset after `start`; the table must be written so that no hole appears. */
export function place(
  kind: string,
  fields: readonly FieldSpec[],
  start: number,
): { fields: PlacedField[]; size: number } {
  let offset = start;
  const placed = fields.map((field) => {
    if (offset % ALIGN[field.type] !== 0) {
      throw new Error(`${kind}.${field.name}: offset ${offset} is not aligned for ${field.type}; reorder the fields`);
    }
    const at = offset;
    offset += WIDTH[field.type];
    return { ...field, offset: at };
  });
  return { fields: placed, size: (offset + 7) & ~7 };
}

/** Writes one row of the table. */
export function field(name: string, type: FieldType, doc: string, ...rules: string[]): FieldSpec {
  return { name, type, doc, rules };
}

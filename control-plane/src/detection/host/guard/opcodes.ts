/** What follows an opcode in the code. */
export const Immediate = {
  none: 0,
  blockType: 1,
  index: 2,
  branchTable: 3,
  indirectCall: 4,
  memory: 5,
  i32: 6,
  i64: 7,
  f32: 8,
  f64: 9,
  /** The number of a memory, which is 0. */
  zero: 10,
  prefix: 11,
  refused: 255,
} as const;

export const Opcode = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  memoryGrow: 0x40,
  prefix: 0xfc,
} as const;

/** Instructions behind the prefix 0xfc that are taken. 0 to 7: conversions to integers that saturate. */
export const Prefixed = { lastConversion: 7, memoryCopy: 10, memoryFill: 11 } as const;

/**
 * The instructions of WebAssembly 1.0, sign extension and the prefix, by what follows them. References, vectors,
 * threads, tail calls, exceptions and garbage-collected types are refused.
 */
export const IMMEDIATES: Readonly<Uint8Array> = immediates();

function immediates(): Uint8Array {
  const table = new Uint8Array(256).fill(Immediate.refused);
  const set = (first: number, last: number, immediate: number) => table.fill(immediate, first, last + 1);
  set(0x00, 0x01, Immediate.none);
  set(Opcode.block, Opcode.if, Immediate.blockType);
  set(Opcode.else, Opcode.else, Immediate.none);
  set(Opcode.end, Opcode.end, Immediate.none);
  set(0x0c, 0x0d, Immediate.index);
  set(0x0e, 0x0e, Immediate.branchTable);
  set(0x0f, 0x0f, Immediate.none);
  set(0x10, 0x10, Immediate.index);
  set(0x11, 0x11, Immediate.indirectCall);
  // drop and select; select with a written type (0x1c) is for references.
  set(0x1a, 0x1b, Immediate.none);
  set(0x20, 0x24, Immediate.index);
  set(0x28, 0x3e, Immediate.memory);
  set(0x3f, Opcode.memoryGrow, Immediate.zero);
  set(0x41, 0x41, Immediate.i32);
  set(0x42, 0x42, Immediate.i64);
  set(0x43, 0x43, Immediate.f32);
  set(0x44, 0x44, Immediate.f64);
  set(0x45, 0xc4, Immediate.none);
  set(Opcode.prefix, Opcode.prefix, Immediate.prefix);
  return table;
}

import type { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import type { GuardLimits } from './guard-limits.ts';
import { type ScannedBody, scanBody } from './scan-body.ts';

const I32 = 0x7f;
const I64 = 0x7e;
/** Bytes of a bulk copy that cost as much as one instruction. */
const BULK_BYTES_SHIFT = 3;
/** A bulk copy that crosses no byte still costs. */
const BULK_BASE = 4;

const Op = {
  if: [0x04, 0x40],
  unreachable: 0x00,
  end: 0x0b,
  localGet: 0x20,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i64Const: 0x42,
  i64LtS: 0x53,
  i64Add: 0x7c,
  i64Sub: 0x7d,
  i32ShrU: 0x76,
  i64ExtendI32U: 0xad,
} as const;

/**
 * Gives the body of one function with its charges: fuel goes down at the entry, at each loop head and before bulk
 * copies, and below zero the code traps (`unreachable`). Added locals come behind those of the function.
 * @param fuel index of the global that holds the fuel
 * @throws DetectorRefused
 */
export function meterBody(reader: ByteReader, parameters: number, fuel: number, limits: GuardLimits): ByteWriter {
  const { bytes, end } = reader;
  const body = scanBody(reader, limits);
  const rest = parameters + body.locals;
  const out = new ByteWriter((end - body.groupsStart) * 2 + 64);
  let copied = writeLocals(out, bytes, body);
  for (const { at, weight } of body.charges) {
    out.raw(bytes.subarray(copied, at));
    copied = at;
    if (weight === undefined) chargeLength(out, fuel, rest);
    else charge(out, fuel, rest, weight);
  }
  return out.raw(bytes.subarray(copied, end));
}

/** The groups of the function, and ours: what is left of the fuel, and a length where there are bulk copies. */
function writeLocals(out: ByteWriter, bytes: Uint8Array, body: ScannedBody): number {
  const code = body.charges[0]?.at ?? body.groupsStart;
  out.u32(body.localGroups + (body.hasBulk ? 2 : 1)).raw(bytes.subarray(body.groupsStart, code));
  out.u32(1).byte(I64);
  if (body.hasBulk) out.u32(1).byte(I32);
  return code;
}

function charge(out: ByteWriter, fuel: number, rest: number, weight: number): void {
  out.byte(Op.globalGet).u32(fuel).byte(Op.i64Const).s64(weight).byte(Op.i64Sub);
  spend(out, fuel, rest);
}

/** The length lies on top of the stack, and stays there. */
function chargeLength(out: ByteWriter, fuel: number, rest: number): void {
  const length = rest + 1;
  out.byte(Op.localTee).u32(length);
  out.byte(Op.globalGet).u32(fuel).byte(Op.localGet).u32(length);
  out.byte(Op.i32Const).s64(BULK_BYTES_SHIFT).byte(Op.i32ShrU).byte(Op.i64ExtendI32U);
  out.byte(Op.i64Const).s64(BULK_BASE).byte(Op.i64Add).byte(Op.i64Sub);
  spend(out, fuel, rest);
}

/** Takes what is left from the stack, keeps it and traps when it is below zero. */
function spend(out: ByteWriter, fuel: number, rest: number): void {
  out.byte(Op.localTee).u32(rest).byte(Op.globalSet).u32(fuel);
  out.byte(Op.localGet).u32(rest).byte(Op.i64Const).s64(0).byte(Op.i64LtS);
  out.raw(Op.if).byte(Op.unreachable).byte(Op.end);
}

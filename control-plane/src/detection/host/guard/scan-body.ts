import type { ByteReader } from './byte-reader.ts';
import { DetectorRefused } from './detector-refused.ts';
import type { GuardLimits } from './guard-limits.ts';
import { IMMEDIATES, Immediate, Opcode, Prefixed } from './opcodes.ts';
import { readValueType } from './read-declarations.ts';

/** A page is 64 KiB to clear: dear for one instruction. */
const GROW_WEIGHT = 1000;
const EMPTY_BLOCK = 0x40;

/** A place of a function body where fuel is charged before the code goes on. */
export interface ChargePoint {
  readonly at: number;
  /** Instructions that run at most once until the next charge of this place; undefined: by the length on the stack. */
  weight: number | undefined;
}

export interface ScannedBody {
  /** Groups of local variables that the body declares, their number, and where the code begins. */
  readonly localGroups: number;
  readonly locals: number;
  readonly groupsStart: number;
  /** In the order of the code; the first is the entry. */
  readonly charges: readonly ChargePoint[];
  readonly hasBulk: boolean;
}

/**
 * Goes through one function body: allows only known instructions, and finds where to charge fuel. Between two charges
 * code runs forward only, so an entry or loop head that pays for all instructions up to the next head within it pays
 * for at least what runs.
 * @throws DetectorRefused
 */
export function scanBody(reader: ByteReader, limits: GuardLimits): ScannedBody {
  const localGroups = reader.count(limits.locals, 'groups of local variables');
  const groupsStart = reader.at;
  let locals = 0;
  for (let group = 0; group < localGroups; group++) {
    locals += reader.u32();
    if (locals > limits.locals)
      throw reader.refusal('DETECTOR_TOO_LARGE', `more than ${limits.locals} local variables in one function`);
    readValueType(reader);
  }
  // Local variables are cleared at every call.
  const entry: ChargePoint = { at: reader.at, weight: 1 + (locals >> 2) };
  const charges = [entry];
  const hasBulk = scanCode(reader, limits, charges, entry);
  return { localGroups, locals, groupsStart, charges, hasBulk };
}

function scanCode(reader: ByteReader, limits: GuardLimits, charges: ChargePoint[], entry: ChargePoint): boolean {
  const { bytes } = reader;
  const open: ChargePoint[] = [];
  let payer = entry;
  let hasBulk = false;
  for (;;) {
    const at = reader.at;
    const opcode = reader.byte();
    const immediate = IMMEDIATES[opcode] ?? Immediate.refused;
    payer.weight = (payer.weight ?? 0) + (opcode === Opcode.memoryGrow ? GROW_WEIGHT : 1);
    if (immediate === Immediate.blockType) {
      skipBlockType(reader);
      if (open.length >= limits.nesting) throw tooMany(at, `blocks nest deeper than ${limits.nesting}`);
      open.push(payer);
      if (opcode !== Opcode.loop) continue;
      payer = { at: reader.at, weight: 0 };
      charges.push(payer);
    } else if (opcode === Opcode.end) {
      const outer = open.pop();
      if (!outer) break;
      payer = outer;
    } else if (immediate === Immediate.prefix) {
      if ((bytes[reader.at] ?? 0) > Prefixed.lastConversion) {
        charges.push({ at, weight: undefined });
        hasBulk = true;
      }
      skipPrefixed(reader, at);
    } else skipImmediate(reader, at, opcode, immediate, limits);
    if (charges.length > limits.chargePoints)
      throw tooMany(at, `more than ${limits.chargePoints} loops and bulk copies`);
  }
  reader.finish('a function body');
  return hasBulk;
}

function skipBlockType(reader: ByteReader): void {
  const first = reader.bytes[reader.at] ?? 0;
  if (first === EMPTY_BLOCK) reader.byte();
  // One byte with this bit is a negative number: a value type. Everything else is the index of a function type.
  else if ((first & 0xc0) === 0x40) readValueType(reader);
  else reader.skipLeb(5);
}

function skipImmediate(reader: ByteReader, at: number, opcode: number, immediate: number, limits: GuardLimits): void {
  switch (immediate) {
    case Immediate.none:
      break;
    case Immediate.index:
      reader.skipLeb(5);
      break;
    case Immediate.memory:
      if (reader.u32() > 3) throw feature(at, 'a second memory, or an alignment that does not exist,');
      reader.skipLeb(5);
      break;
    case Immediate.i32:
      reader.skipLeb(5);
      break;
    case Immediate.i64:
      reader.skipLeb(10);
      break;
    case Immediate.f32:
      reader.skip(4);
      break;
    case Immediate.f64:
      reader.skip(8);
      break;
    case Immediate.zero:
      skipZero(reader);
      break;
    case Immediate.branchTable: {
      const targets = reader.count(limits.branchTargets, 'targets of one br_table');
      for (let target = 0; target <= targets; target++) reader.skipLeb(5);
      break;
    }
    case Immediate.indirectCall:
      reader.skipLeb(5);
      skipZero(reader);
      break;
    default:
      throw feature(at, `instruction 0x${opcode.toString(16).padStart(2, '0')}`);
  }
}

function skipPrefixed(reader: ByteReader, at: number): void {
  const operation = reader.u32();
  if (operation <= Prefixed.lastConversion) return;
  if (operation !== Prefixed.memoryCopy && operation !== Prefixed.memoryFill)
    throw feature(at, `instruction 0xfc ${operation}`);
  skipZero(reader);
  if (operation === Prefixed.memoryCopy) skipZero(reader);
}

/** The number of the one memory or table, which some compilers write in five bytes. */
function skipZero(reader: ByteReader): void {
  const at = reader.at;
  if (reader.u32() !== 0) throw feature(at, 'a second memory or table');
}

const feature = (at: number, what: string) =>
  new DetectorRefused('DETECTOR_FEATURE', at, `${what} is not taken: detectors use WebAssembly 1.0 with bulk copies`);

const tooMany = (at: number, message: string) => new DetectorRefused('DETECTOR_TOO_LARGE', at, message);

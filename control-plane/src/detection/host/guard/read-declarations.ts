import type { ByteReader } from './byte-reader.ts';
import type { Bounds, CoreModule, FunctionType } from './core-module.ts';
import { DetectorRefused } from './detector-refused.ts';
import { HOST_MODULE, type Signature } from './detector-world.ts';
import type { GuardLimits } from './guard-limits.ts';

const FUNCTION_FORM = 0x60;
const FUNCREF = 0x70;
const LETTERS: readonly string[] = ['?', '?', 'l', 'i'];

/** One of the four number types; references and vectors are refused. */
export function readValueType(reader: ByteReader): number {
  const offset = reader.at;
  const type = reader.byte();
  if (type < 0x7c || type > 0x7f)
    throw new DetectorRefused('DETECTOR_FEATURE', offset, `value type 0x${type.toString(16)} is not taken`);
  return type;
}

export function readTypes(reader: ByteReader, limits: GuardLimits): FunctionType[] {
  return readMany(reader, limits.types, 'types', () => {
    const offset = reader.at;
    if (reader.byte() !== FUNCTION_FORM)
      throw new DetectorRefused('DETECTOR_FEATURE', offset, 'only plain function types are taken');
    const parameters = readLetters(reader, limits);
    const signature: Signature = `${parameters}:${readLetters(reader, limits)}`;
    return { signature, parameters: parameters.length };
  });
}

const readLetters = (reader: ByteReader, limits: GuardLimits): string =>
  readMany(reader, limits.arity, 'parameters or results', () => LETTERS[readValueType(reader) - 0x7c]).join('');

export function readImports(reader: ByteReader, limits: GuardLimits): CoreModule['imports'] {
  return readMany(reader, limits.imports, 'imports', () => {
    const offset = reader.at;
    const module = reader.name(limits.nameBytes);
    const name = reader.name(limits.nameBytes);
    const kind = reader.byte();
    const shown = `${JSON.stringify(module)} ${JSON.stringify(name)}`;
    if (module !== HOST_MODULE)
      throw new DetectorRefused(
        'DETECTOR_IMPORT',
        offset,
        `import ${shown}: a detector may import ${HOST_MODULE} only`,
      );
    if (kind !== 0) throw new DetectorRefused('DETECTOR_IMPORT', offset, `import ${shown} is not a function`);
    return { name, type: reader.u32(), offset };
  });
}

export const readFunctions = (reader: ByteReader, limits: GuardLimits): number[] =>
  readMany(reader, limits.functions, 'functions', () => reader.u32());

/** The one table there may be: of functions, of a size that stays. */
export function readTable(reader: ByteReader, limits: GuardLimits): Bounds | undefined {
  const [table] = readMany(reader, 1, 'tables', () => {
    const offset = reader.at;
    if (reader.byte() !== FUNCREF)
      throw new DetectorRefused('DETECTOR_FEATURE', offset, 'only a table of functions is taken');
    const bounds = readBounds(reader, 'table');
    if (bounds.min > limits.tableEntries)
      throw tooLarge(bounds, `a table of ${bounds.min} entries`, limits.tableEntries);
    return bounds;
  });
  return table;
}

export function readMemory(reader: ByteReader, limits: GuardLimits): Bounds | undefined {
  const [memory] = readMany(reader, 1, 'memories', () => {
    const bounds = readBounds(reader, 'memory');
    if (bounds.min > limits.memoryPages) throw tooLarge(bounds, `a memory of ${bounds.min} pages`, limits.memoryPages);
    return bounds;
  });
  return memory;
}

function readBounds(reader: ByteReader, what: string): Bounds {
  const offset = reader.at;
  const flags = reader.byte();
  if (flags > 1) throw new DetectorRefused('DETECTOR_FEATURE', offset, `a shared or 64-bit ${what} is not taken`);
  const min = reader.u32();
  const max = flags === 1 ? reader.u32() : undefined;
  if (max !== undefined && max < min)
    throw new DetectorRefused('DETECTOR_MALFORMED', offset, `the ${what} has a maximum below its size`);
  return { min, max, offset };
}

const tooLarge = (bounds: Bounds, what: string, most: number) =>
  new DetectorRefused('DETECTOR_TOO_LARGE', bounds.offset, `${what}: at most ${most} are taken`);

/** Passes over the globals and says of each whether it can change; each starts with a constant. */
export function readGlobals(reader: ByteReader, limits: GuardLimits): boolean[] {
  return readMany(reader, limits.globals, 'globals', () => {
    readValueType(reader);
    const offset = reader.at;
    const mutability = reader.byte();
    if (mutability > 1) throw new DetectorRefused('DETECTOR_FEATURE', offset, 'a shared global is not taken');
    skipConstant(reader);
    return mutability === 1;
  });
}

function skipConstant(reader: ByteReader): void {
  const offset = reader.at;
  const opcode = reader.byte();
  if (opcode === 0x41) reader.skipLeb(5);
  else if (opcode === 0x42) reader.skipLeb(10);
  else if (opcode === 0x43) reader.skip(4);
  else if (opcode === 0x44) reader.skip(8);
  else throw new DetectorRefused('DETECTOR_FEATURE', offset, 'a global may start with a plain constant only');
  readEnd(reader);
}

/** The end of a constant expression. */
export function readEnd(reader: ByteReader): void {
  const offset = reader.at;
  if (reader.byte() !== 0x0b)
    throw new DetectorRefused('DETECTOR_FEATURE', offset, 'a constant expression has more than one constant');
}

export function readExports(reader: ByteReader, limits: GuardLimits): CoreModule['exports'] {
  return readMany(reader, limits.exports, 'exports', () => {
    const offset = reader.at;
    const name = reader.name(limits.nameBytes);
    const kind = reader.byte();
    if (kind > 3) throw new DetectorRefused('DETECTOR_FEATURE', offset, `export ${JSON.stringify(name)}: kind ${kind}`);
    return { name, kind, index: reader.u32(), offset };
  });
}

export function readMany<T>(reader: ByteReader, most: number, what: string, read: () => T): T[] {
  const count = reader.count(most, what);
  const all: T[] = [];
  for (let i = 0; i < count; i++) all.push(read());
  return all;
}

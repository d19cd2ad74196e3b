import { ByteReader } from './byte-reader.ts';
import type { CoreModule } from './core-module.ts';
import { DetectorRefused } from './detector-refused.ts';
import type { GuardLimits } from './guard-limits.ts';
import { readBodies, readData, readElements } from './read-contents.ts';
import {
  readExports,
  readFunctions,
  readGlobals,
  readImports,
  readMemory,
  readTable,
  readTypes,
} from './read-declarations.ts';

/** Numbers of the sections of a core module that are taken. */
export const Section = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
} as const;

/** The order that the format prescribes: the data count comes before the code. */
const ORDER: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11];
const CORE_HEADER: readonly number[] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

type ReadSection = (reader: ByteReader, module: CoreModule, limits: GuardLimits) => void;

const READERS: Readonly<Record<number, ReadSection>> = {
  [Section.type]: (reader, module, limits) => module.types.push(...readTypes(reader, limits)),
  [Section.import]: (reader, module, limits) => module.imports.push(...readImports(reader, limits)),
  [Section.function]: (reader, module, limits) => module.functions.push(...readFunctions(reader, limits)),
  [Section.table]: (reader, module, limits) => {
    module.table = readTable(reader, limits);
  },
  [Section.memory]: (reader, module, limits) => {
    module.memory = readMemory(reader, limits);
  },
  [Section.global]: (reader, module, limits) => {
    const mutable = readGlobals(reader, limits);
    module.globals = mutable.length;
    module.mutableGlobals = [...mutable.keys()].filter((index) => mutable[index]);
  },
  [Section.export]: (reader, module, limits) => module.exports.push(...readExports(reader, limits)),
  [Section.start]: (reader, module) => {
    const offset = reader.at;
    module.start = { function: reader.u32(), offset };
  },
  [Section.element]: readElements,
  [Section.code]: (reader, module, limits) => module.bodies.push(...readBodies(reader, module, limits)),
  [Section.data]: readData,
  // Needed by instructions only that are refused; left out of the output.
  [Section.dataCount]: (reader) => reader.u32(),
};

/**
 * Reads the sections of a core module between two bytes of a file, within the limits. Function bodies are found, but
 * not looked into.
 * @throws DetectorRefused
 */
export function readModule(reader: ByteReader, limits: GuardLimits): CoreModule {
  readHeader(reader);
  const module = emptyModule();
  let last = -1;
  while (!reader.done) {
    const offset = reader.at;
    const id = reader.byte();
    const content = reader.part(reader.u32());
    if (id === Section.custom) continue;
    const place = ORDER.indexOf(id);
    if (place < 0) throw new DetectorRefused('DETECTOR_FEATURE', offset, `section ${id} is not taken`);
    if (place <= last) throw new DetectorRefused('DETECTOR_MALFORMED', offset, `section ${id} is out of order`);
    last = place;
    readSection(id, content, module, limits);
  }
  if (module.bodies.length !== module.functions.length)
    throw reader.refusal('DETECTOR_MALFORMED', `${module.functions.length} functions, but no code`);
  return module;
}

function readSection(id: number, content: ByteReader, module: CoreModule, limits: GuardLimits): void {
  module.payloads.set(id, { start: content.at, end: content.end });
  READERS[id]?.(content, module, limits);
  content.finish(`section ${id}`);
  if (id !== Section.global) return;
  const entries = new ByteReader(content.bytes, module.payloads.get(id)?.start, content.end);
  entries.u32();
  module.globalEntries = { start: entries.at, end: entries.end };
}

function readHeader(reader: ByteReader): void {
  const offset = reader.at;
  for (const expected of CORE_HEADER)
    if (reader.byte() !== expected)
      throw new DetectorRefused('DETECTOR_MALFORMED', offset, 'this is not a WebAssembly core module of version 1');
}

const emptyModule = (): CoreModule => ({
  types: [],
  imports: [],
  functions: [],
  table: undefined,
  memory: undefined,
  globals: 0,
  mutableGlobals: [],
  globalEntries: undefined,
  exports: [],
  start: undefined,
  bodies: [],
  payloads: new Map(),
});

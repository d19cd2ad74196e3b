import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import type { CoreModule, ModuleExport } from './core-module.ts';
import { FUEL_EXPORT, globalExport } from './detector-world.ts';
import type { GuardLimits } from './guard-limits.ts';
import { meterBody } from './meter-body.ts';
import { Section } from './read-module.ts';

const HEADER: readonly number[] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const GLOBAL_KIND = 3;
/** A mutable i64 that is 0: nothing runs before the host gives fuel. */
const FUEL_GLOBAL: readonly number[] = [0x7e, 0x01, 0x42, 0x00, 0x0b];
const FUNCREF = 0x70;
const WITH_MAXIMUM = 0x01;

/** Rules of the rewritten module. */
export interface WriteOptions {
  readonly exports: readonly ModuleExport[];
  readonly limits: GuardLimits;
  /** Maximum of its memory in pages. */
  readonly memoryMax: number;
}

/** The module anew: fuel added, memory and table with a maximum, other exports and custom sections left out. */
export function writeModule(bytes: Uint8Array, module: CoreModule, options: WriteOptions): Uint8Array {
  const out = new ByteWriter(bytes.length * 2).raw(HEADER);
  const copy = (id: number) => {
    const span = module.payloads.get(id);
    if (span) out.byte(id).sized(new ByteWriter(0).raw(bytes.subarray(span.start, span.end)));
  };
  const section = (id: number, content: ByteWriter) => out.byte(id).sized(content);
  copy(Section.type);
  copy(Section.import);
  copy(Section.function);
  if (module.table) section(Section.table, table(module.table.min));
  if (module.memory) section(Section.memory, bounds(new ByteWriter().u32(1), module.memory.min, options.memoryMax));
  section(Section.global, globals(bytes, module));
  section(Section.export, exportsOf(module, options.exports));
  copy(Section.element);
  if (module.bodies.length > 0) section(Section.code, code(bytes, module, options.limits));
  copy(Section.data);
  return out.bytes().slice();
}

/** A table never grows: there is no instruction for it. */
const table = (entries: number) => bounds(new ByteWriter().u32(1).byte(FUNCREF), entries, entries);

const bounds = (out: ByteWriter, min: number, max: number) => out.byte(WITH_MAXIMUM).u32(min).u32(max);

/** Ours comes last, so that no number in the code changes, and none can reach it. */
function globals(bytes: Uint8Array, module: CoreModule): ByteWriter {
  const out = new ByteWriter().u32(module.globals + 1);
  const span = module.globalEntries;
  if (span) out.raw(bytes.subarray(span.start, span.end));
  return out.raw(FUEL_GLOBAL);
}

function exportsOf(module: CoreModule, kept: readonly ModuleExport[]): ByteWriter {
  const { mutableGlobals } = module;
  const out = new ByteWriter().u32(kept.length + mutableGlobals.length + 1);
  for (const { name, kind, index } of kept) out.name(name).byte(kind).u32(index);
  // A snapshot of an instance needs them.
  for (const index of mutableGlobals) out.name(globalExport(index)).byte(GLOBAL_KIND).u32(index);
  return out.name(FUEL_EXPORT).byte(GLOBAL_KIND).u32(module.globals);
}

function code(bytes: Uint8Array, module: CoreModule, limits: GuardLimits): ByteWriter {
  const out = new ByteWriter(bytes.length * 2).u32(module.bodies.length);
  module.bodies.forEach((span, index) => {
    const parameters = module.types[module.functions[index] ?? -1]?.parameters ?? 0;
    out.sized(meterBody(new ByteReader(bytes, span.start, span.end), parameters, module.globals, limits));
  });
  return out;
}

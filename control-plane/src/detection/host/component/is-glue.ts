import { ByteReader } from '../guard/byte-reader.ts';
import type { Span } from '../guard/core-module.ts';
import { Section } from '../guard/read-module.ts';

const HEADER_BYTES = 8;
const CALL_THROUGH: ReadonlySet<number> = new Set([0x20, 0x41, 0x11, 0x0b]);
const SHIM: ReadonlySet<number> = new Set([
  Section.custom,
  Section.type,
  Section.function,
  Section.table,
  Section.export,
  Section.code,
]);
const FIXUP: ReadonlySet<number> = new Set([
  Section.custom,
  Section.type,
  Section.import,
  Section.start,
  Section.element,
]);

/**
 * Whether a core module is one of the two that the component tools add where imports need the memory of the module
 * that imports them: functions that only call through a table, and a module without code that fills that table. They
 * are not run here: the host calls the detector's own module.
 * @throws DetectorRefused when it can not be read
 */
export function isGlue(file: Uint8Array, { start, end }: Span): boolean {
  const reader = new ByteReader(file, start, end);
  reader.skip(HEADER_BYTES);
  let shim = true;
  let fixup = true;
  while (!reader.done) {
    const id = reader.byte();
    const content = reader.part(reader.u32());
    shim &&= SHIM.has(id) && (id !== Section.code || callsThrough(content));
    fixup &&= FIXUP.has(id);
  }
  return shim || fixup;
}

function callsThrough(reader: ByteReader): boolean {
  const bodies = reader.u32();
  for (let i = 0; i < bodies && !reader.done; i++) {
    const body = reader.part(reader.u32());
    if (body.byte() !== 0) return false;
    while (!body.done) {
      const opcode = body.byte();
      if (!CALL_THROUGH.has(opcode)) return false;
      if (opcode !== 0x0b) body.skipLeb(5);
      if (opcode === 0x11) body.skipLeb(5);
    }
  }
  return true;
}

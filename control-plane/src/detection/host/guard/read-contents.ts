import type { ByteReader } from './byte-reader.ts';
import type { CoreModule, Span } from './core-module.ts';
import { DetectorRefused } from './detector-refused.ts';
import type { GuardLimits } from './guard-limits.ts';
import { readEnd, readMany } from './read-declarations.ts';

const PAGE = 65_536;
const I32_CONST = 0x41;

/**
 * Table entries. Only such as are placed at the start, and within the table: with others the module would pass
 * validation and then fail to start.
 */
export function readElements(reader: ByteReader, module: CoreModule, limits: GuardLimits): void {
  readMany(reader, limits.segments, 'element segments', () => {
    const offset = reader.at;
    const flags = reader.u32();
    if (flags !== 0 && flags !== 2)
      throw new DetectorRefused('DETECTOR_FEATURE', offset, `element segments of form ${flags} are not taken`);
    if (flags === 2 && reader.u32() !== 0) throw onlyFirst(offset, 'table');
    const to = readPlace(reader);
    if (flags === 2 && reader.byte() !== 0)
      throw new DetectorRefused('DETECTOR_FEATURE', offset, 'element segments hold functions only');
    const entries = readMany(reader, limits.tableEntries, 'table entries', () => reader.u32()).length;
    if (to + entries > (module.table?.min ?? 0)) throw outside(offset, 'an element segment', 'table');
  });
}

/** Data, placed at the start and within the memory. */
export function readData(reader: ByteReader, module: CoreModule, limits: GuardLimits): void {
  let all = 0;
  readMany(reader, limits.segments, 'data segments', () => {
    const offset = reader.at;
    const flags = reader.u32();
    if (flags !== 0 && flags !== 2)
      throw new DetectorRefused('DETECTOR_FEATURE', offset, `data segments of form ${flags} are not taken`);
    if (flags === 2 && reader.u32() !== 0) throw onlyFirst(offset, 'memory');
    const to = readPlace(reader);
    const length = reader.u32();
    reader.skip(length);
    all += length;
    if (all > limits.dataBytes)
      throw new DetectorRefused('DETECTOR_TOO_LARGE', offset, `more than ${limits.dataBytes} bytes of data`);
    if (to + length > (module.memory?.min ?? 0) * PAGE) throw outside(offset, 'a data segment', 'memory');
  });
}

function readPlace(reader: ByteReader): number {
  const offset = reader.at;
  if (reader.byte() !== I32_CONST)
    throw new DetectorRefused('DETECTOR_FEATURE', offset, 'a segment may be placed by a plain constant only');
  const place = reader.s32() >>> 0;
  readEnd(reader);
  return place;
}

/** Where the function bodies are; what is in them is read when they are metered. */
export function readBodies(reader: ByteReader, module: CoreModule, limits: GuardLimits): Span[] {
  const size = reader.end - reader.at;
  if (size > limits.codeBytes)
    throw reader.refusal('DETECTOR_TOO_LARGE', `${size} bytes of code: at most ${limits.codeBytes} are taken`);
  const bodies = readMany(reader, limits.functions, 'function bodies', () => {
    const offset = reader.at;
    const length = reader.u32();
    if (length > limits.bodyBytes)
      throw new DetectorRefused(
        'DETECTOR_TOO_LARGE',
        offset,
        `a function of ${length} bytes: at most ${limits.bodyBytes} are taken`,
      );
    const body = reader.part(length);
    return { start: body.at, end: body.end };
  });
  if (bodies.length !== module.functions.length)
    throw reader.refusal('DETECTOR_MALFORMED', `${module.functions.length} functions, but ${bodies.length} bodies`);
  return bodies;
}

const onlyFirst = (offset: number, what: string) =>
  new DetectorRefused('DETECTOR_FEATURE', offset, `there is one ${what} only`);

const outside = (offset: number, segment: string, of: string) =>
  new DetectorRefused('DETECTOR_MALFORMED', offset, `${segment} lies outside of the ${of}`);

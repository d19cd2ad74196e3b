import type { ByteReader } from '../guard/byte-reader.ts';
import { DetectorRefused } from '../guard/detector-refused.ts';
import { readMany } from '../guard/read-declarations.ts';
import type { CanonicalOptions, ComponentParts, StringEncoding } from './component-parts.ts';

const LIFT = 0x00;
const LOWER = 0x01;
/** Functions that a small component can not need more of. */
const MOST_FUNCTIONS = 200;

const Option = { utf8: 0x00, utf16: 0x01, memory: 0x03, realloc: 0x04, postReturn: 0x05 } as const;

/** Functions lifted out of the core module or lowered into it; resources and asynchronous forms are refused. */
export function readCanonical(reader: ByteReader, parts: ComponentParts): void {
  readMany(reader, MOST_FUNCTIONS, 'canonical functions', () => {
    const offset = reader.at;
    const form = reader.byte();
    if ((form !== LIFT && form !== LOWER) || reader.byte() !== 0)
      throw new DetectorRefused('DETECTOR_COMPONENT', offset, 'only functions may be lifted and lowered');
    const index = reader.u32();
    const options = readOptions(reader);
    if (options.memory !== undefined) parts.options.push(options);
    if (form === LOWER) {
      parts.coreFunctions.push(undefined);
      return;
    }
    // The type; the conformance check compares it.
    reader.u32();
    parts.functions.push({ coreFunction: index, options });
  });
}

function readOptions(reader: ByteReader): CanonicalOptions {
  const start = reader.at;
  let encoding: StringEncoding = 'utf8';
  const indices = new Map<number, number>();
  readMany(reader, 8, 'canonical options', () => {
    const offset = reader.at;
    const option = reader.byte();
    if (option === Option.utf8) encoding = 'utf8';
    else if (option === Option.utf16) encoding = 'utf16';
    else if (option >= Option.memory && option <= Option.postReturn) indices.set(option, reader.u32());
    else
      throw new DetectorRefused(
        'DETECTOR_COMPONENT',
        offset,
        `canonical option ${option} is not taken: text is UTF-8 or UTF-16, calls are synchronous`,
      );
  });
  const [memory, realloc, postReturn] = [Option.memory, Option.realloc, Option.postReturn].map((o) => indices.get(o));
  return { encoding, memory, realloc, postReturn, offset: start };
}

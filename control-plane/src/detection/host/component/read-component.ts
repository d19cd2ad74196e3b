import type { ByteReader } from '../guard/byte-reader.ts';
import { DetectorRefused } from '../guard/detector-refused.ts';
import { HOST_MODULE } from '../guard/detector-world.ts';
import { readMany } from '../guard/read-declarations.ts';
import type { ComponentParts } from './component-parts.ts';
import { readCanonical } from './read-canonical.ts';

export const COMPONENT_HEADER: readonly number[] = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];

/** The detector, and at most the two modules by which the component tools lead its imports through a table. */
const MOST_MODULES = 3;
const MOST = 200;
const NAME_BYTES = 256;

const CoreSort = { function: 0x00, memory: 0x02 } as const;
const Sort = { core: 0x00, function: 0x01, type: 0x03, instance: 0x05 } as const;

type ReadSection = (reader: ByteReader, parts: ComponentParts) => void;

/** Types are passed over: the conformance check compares them. */
const passOver: ReadSection = (reader) => reader.skip(reader.end - reader.at);

const SECTIONS: Readonly<Record<number, ReadSection>> = {
  0: passOver,
  1: readModuleSpan,
  2: readCoreInstances,
  6: readAliases,
  7: passOver,
  8: readCanonical,
  10: readImports,
  11: readExports,
};

const REFUSED: Readonly<Record<number, string>> = {
  3: 'core types',
  4: 'a component within the component',
  5: 'instances of components',
  9: 'a start function of its own',
  12: 'values',
};

/**
 * Reads where a component's functions come from.
 * @throws DetectorRefused with DETECTOR_COMPONENT for everything that a plain detector does not have
 * @see https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md
 */
export function readComponent(reader: ByteReader): ComponentParts {
  reader.skip(COMPONENT_HEADER.length);
  const parts: ComponentParts = {
    modules: [],
    instances: [],
    coreFunctions: [],
    coreMemories: [],
    functions: [],
    exports: new Map(),
    options: [],
  };
  while (!reader.done) {
    const offset = reader.at;
    const id = reader.byte();
    const content = reader.part(reader.u32());
    const read = SECTIONS[id];
    if (!read) throw refused(offset, `the component has ${REFUSED[id] ?? `a section ${id}`}, which is not taken`);
    read(content, parts);
    content.finish(`section ${id}`);
  }
  return parts;
}

function readModuleSpan(reader: ByteReader, parts: ComponentParts): void {
  if (parts.modules.length === MOST_MODULES) throw refused(reader.at, 'the component has several core modules');
  parts.modules.push({ start: reader.at, end: reader.end });
  reader.skip(reader.end - reader.at);
}

function readCoreInstances(reader: ByteReader, parts: ComponentParts): void {
  readMany(reader, MOST, 'core instances', () => {
    const offset = reader.at;
    const form = reader.byte();
    if (form > 1) throw refused(offset, `core instances of form ${form} are not taken`);
    parts.instances.push(form === 0 ? reader.u32() : undefined);
    readMany(reader, MOST, 'arguments or exports', () => {
      reader.name(NAME_BYTES);
      reader.byte();
      reader.u32();
    });
  });
}

function readAliases(reader: ByteReader, parts: ComponentParts): void {
  readMany(reader, MOST, 'aliases', () => {
    const offset = reader.at;
    const sort = reader.byte();
    const coreSort = sort === Sort.core ? reader.byte() : undefined;
    const target = reader.byte();
    if (target > 1 || (target === 1) !== (sort === Sort.core)) throw refused(offset, 'an alias leads out');
    const instance = reader.u32();
    const name = reader.name(NAME_BYTES);
    if (coreSort === CoreSort.function) parts.coreFunctions.push({ instance, name });
    else if (coreSort === CoreSort.memory) parts.coreMemories.push({ instance, name });
    else if (sort === Sort.function) parts.functions.push(undefined);
    else if (sort !== Sort.core && sort !== Sort.type) throw refused(offset, 'an alias of an unexpected kind');
  });
}

/** Imports are instances: of the host's interface, and of no other. */
function readImports(reader: ByteReader): void {
  readMany(reader, MOST, 'imports', () => {
    const offset = reader.at;
    const name = readName(reader);
    const sort = reader.byte();
    if (name !== HOST_MODULE || sort !== Sort.instance)
      throw new DetectorRefused(
        'DETECTOR_IMPORT',
        offset,
        `the component imports ${JSON.stringify(name)}: a detector may import ${HOST_MODULE} only`,
      );
    reader.u32();
  });
}

function readExports(reader: ByteReader, parts: ComponentParts): void {
  readMany(reader, MOST, 'exports', () => {
    const offset = reader.at;
    const name = readName(reader);
    const sort = reader.byte();
    if (sort !== Sort.function)
      throw new DetectorRefused('DETECTOR_EXPORT', offset, `export ${JSON.stringify(name)} is not a function`);
    const index = reader.u32();
    parts.exports.set(name, { function: index, offset });
    // An export gives the function a second number.
    parts.functions.push(parts.functions[index]);
    if (reader.byte() === 0) return;
    if (reader.byte() !== Sort.function) throw refused(offset, 'an export has another type than its function');
    reader.u32();
  });
}

function readName(reader: ByteReader): string {
  const offset = reader.at;
  if (reader.byte() > 1) throw refused(offset, 'names of this form are not taken');
  return reader.name(NAME_BYTES);
}

const refused = (offset: number, message: string) => new DetectorRefused('DETECTOR_COMPONENT', offset, message);

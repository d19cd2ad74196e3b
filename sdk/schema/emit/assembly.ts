import { header, layout } from '../layout.ts';
import type { FieldType, PlacedField } from '../types.ts';
import { VERSION } from '../version.ts';
import { BANNER, pascal } from './ts.ts';

const AS_TYPE: Record<FieldType, string> = {
  u8: 'u8',
  u16: 'u16',
  u32: 'u32',
  i32: 'i32',
  u64: 'u64',
  i64: 'i64',
  ip: 'usize',
  str: 'string',
  strs: 'string',
  counts: 'usize',
};

function getter(f: PlacedField): string {
  const doc = `  /** ${f.doc} */`;
  if (f.type === 'ip') return `${doc}\n  @inline get ${f.name}(): usize { return this.at + ${f.offset}; }`;
  if (f.type === 'counts')
    return `${doc}\n  @inline get ${f.name}(): usize { return this.at + <usize>load<u16>(this.at + ${f.offset}); }`;
  if (f.type === 'str' || f.type === 'strs') {
    return [
      `${doc}\n  get ${f.name}(): string { return textField(this.at, ${f.offset}); }`,
      `  @inline get ${f.name}_at(): usize { return textStart(this.at, ${f.offset}); }`,
      `  @inline get ${f.name}_length(): i32 { return textLength(this.at, ${f.offset}); }`,
    ].join('\n');
  }
  return `${doc}\n  @inline get ${f.name}(): ${AS_TYPE[f.type]} { return load<${AS_TYPE[f.type]}>(this.at + ${f.offset}); }`;
}

const accessor = (name: string, doc: string, base: string, fields: readonly PlacedField[]) =>
  [`/** ${doc} */`, `export class ${name}${base} {`, ...fields.map(getter), '}', ''].join('\n');

/** AssemblyScript views over a record in linear memory; no copy but for strings that are read. */
export function emitAssembly(): string {
  const record = accessor('EventRecord', 'The header of every record; `at` is its address.', '', header.fields).replace(
    '{\n',
    '{\n  at: usize = 0;\n',
  );
  const kinds = layout.map((k) => accessor(pascal(k.name), k.doc, ' extends EventRecord', k.placed));
  const ids = layout.map((k) => `  export const ${pascal(k.name)}: u16 = ${k.id};`);
  const head = [
    BANNER,
    "import { textField, textLength, textStart } from './text';\n",
    `export const SCHEMA_MAJOR: u16 = ${VERSION.major};`,
    `export const SCHEMA_MINOR: u16 = ${VERSION.minor};\n`,
  ];
  return [...head, 'export namespace Kind {', ...ids, '}\n', record, ...kinds].join('\n');
}

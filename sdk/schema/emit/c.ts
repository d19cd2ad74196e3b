import { CONTAINER_FLAGS, EXE_FLAGS, LOSS_REASONS } from '../enums.ts';
import { HEADER_FLAGS } from '../header.ts';
import { header, layout } from '../layout.ts';
import type { FieldType, PlacedField } from '../types.ts';
import { VERSION } from '../version.ts';

const C_TYPE: Record<FieldType, string> = {
  u8: '__u8',
  u16: '__u16',
  u32: '__u32',
  i32: '__s32',
  u64: '__u64',
  i64: '__s64',
  ip: 'struct picket_ip',
  str: 'struct picket_str',
  strs: 'struct picket_str',
  counts: 'struct picket_str',
};

const symbol = (name: string) => name.replaceAll('.', '_');
const members = (fields: readonly PlacedField[]) =>
  fields.map((f) => `    ${C_TYPE[f.type]} ${f.name}; /* ${f.doc} */`);
const flags = (prefix: string, list: readonly { name: string; bit: number }[]) =>
  list.map((f) => `#define PICKET_${prefix}_${f.name.toUpperCase()} ${1 << f.bit}`);

/** The C header that every probe includes. */
export function emitC(): string {
  const lines = [
    '/* Generated from sdk/schema by npm run generate. Do not edit. */',
    '/* clang-format off */',
    '#ifndef PICKET_EVENTS_H',
    '#define PICKET_EVENTS_H',
    '',
    `#define PICKET_SCHEMA_MAJOR ${VERSION.major}`,
    `#define PICKET_SCHEMA_MINOR ${VERSION.minor}`,
    '',
    '/* Bytes of the record from `offset` on, counted from the start of the record. */',
    'struct picket_str {\n    __u16 offset;\n    __u16 length;\n};',
    '/* Network order; IPv4 is mapped. */',
    'struct picket_ip {\n    __u64 high;\n    __u64 low;\n};',
    '',
    'enum picket_kind {',
    ...layout.map((kind) => `    PICKET_${symbol(kind.name).toUpperCase()} = ${kind.id},`),
    '};',
    '#define PICKET_KINDS 128',
    '',
    ...flags('FLAG', HEADER_FLAGS),
    ...flags('FILE', EXE_FLAGS),
    ...flags('CONTAINER', CONTAINER_FLAGS),
    ...LOSS_REASONS.map((r) => `#define PICKET_LOST_${r.name.toUpperCase()} ${r.id}`),
    '',
    'struct picket_header {',
    ...members(header.fields),
    '};',
    `_Static_assert(sizeof(struct picket_header) == ${header.size}, "header layout");`,
    '',
  ];
  for (const kind of layout.filter((k) => k.ring !== 'agent')) {
    const name = `picket_${symbol(kind.name)}`;
    const last = kind.placed.at(-1);
    lines.push(
      `/* ${kind.doc} */`,
      `struct ${name} {`,
      '    struct picket_header h;',
      ...members(kind.placed),
      '} __attribute__((aligned(8)));',
    );
    lines.push(`_Static_assert(sizeof(struct ${name}) == ${kind.size}, "${kind.name} layout");`);
    if (last)
      lines.push(
        `_Static_assert(__builtin_offsetof(struct ${name}, ${last.name}) == ${last.offset}, "${kind.name} layout");`,
      );
    lines.push('');
  }
  lines.push('#endif', '');
  return lines.join('\n');
}

import { CONTAINER_FLAGS, EXE_FLAGS, LOSS_REASONS } from '../enums.ts';
import { HEADER_FLAGS } from '../header.ts';
import { header, layout } from '../layout.ts';
import { RULE_FIELDS } from '../rule-fields.ts';
import { VERSION } from '../version.ts';

export const BANNER = '// Generated from sdk/schema by npm run generate. Do not edit.\n';

export const pascal = (name: string) =>
  name.replace(/(^|[._])([a-z])/g, (_, _sep, letter: string) => letter.toUpperCase());
const camel = (name: string) => name.replace(/[._]([a-z])/g, (_, letter: string) => letter.toUpperCase());

const bits = (name: string, doc: string, list: readonly { name: string; bit: number; doc: string }[]) =>
  [
    `/** ${doc} */`,
    `export const ${name} = {`,
    ...list.map((f) => `  /** ${f.doc} */\n  ${camel(f.name)}: ${1 << f.bit},`),
    '} as const;',
    '',
  ].join('\n');

const offsets = (
  name: string,
  doc: string,
  size: number,
  fields: readonly { name: string; offset: number; doc: string }[],
) =>
  [
    `/** ${doc} Offsets in bytes from the start of the record. */`,
    `export const ${name} = {`,
    `  size: ${size},`,
    ...fields.map((f) => `  /** ${f.doc} */\n  ${camel(f.name)}: ${f.offset},`),
    '} as const;',
    '',
  ].join('\n');

/** Kinds, flags and offsets for the TypeScript cursor. */
export function emitTs(): string {
  const out = [
    BANNER,
    `export const SCHEMA_MAJOR = ${VERSION.major};\nexport const SCHEMA_MINOR = ${VERSION.minor};\n`,
    '/** Numbers of the event kinds. */',
    'export const Kind = {',
    ...layout.map((k) => `  /** ${k.doc} */\n  ${pascal(k.name)}: ${k.id},`),
    '} as const;\nexport type Kind = (typeof Kind)[keyof typeof Kind];\n',
    bits('HeaderFlag', 'Bits of the header flags.', HEADER_FLAGS),
    bits('FileFlag', 'Bits of exe_flags and file_flags.', EXE_FLAGS),
    bits('ContainerFlag', 'Bits of container_flags.', CONTAINER_FLAGS),
    '/** Why events were lost. */',
    'export const LossReason = {',
    ...LOSS_REASONS.map((r) => `  /** ${r.doc} */\n  ${camel(r.name)}: ${r.id},`),
    '} as const;\nexport type LossReason = (typeof LossReason)[keyof typeof LossReason];\n',
    '/** Their names as people and metrics see them. */',
    'export const LOSS_REASON_NAMES: Readonly<Record<number, string>> = {',
    ...LOSS_REASONS.map((r) => `  ${r.id}: '${r.name}',`),
    '};\n',
    offsets('Header', 'The header of every record.', header.size, header.fields),
    ...layout.map((k) => offsets(pascal(k.name), k.doc, k.size, k.placed)),
    "export type FieldType = 'u8' | 'u16' | 'u32' | 'i32' | 'u64' | 'i64' | 'ip' | 'str' | 'strs' | 'counts';",
    'export interface FieldInfo {\n  readonly name: string;\n  readonly type: FieldType;\n  readonly offset: number;\n  readonly rules: readonly string[];\n}',
    "export interface KindInfo {\n  readonly id: number;\n  readonly name: string;\n  readonly ring: 'rare' | 'bulk' | 'agent';\n  readonly size: number;\n  readonly types: readonly string[];\n  readonly fields: readonly FieldInfo[];\n}\n",
    '/** The table itself, for readers that work by name. */',
    'export const HEADER_FIELDS: readonly FieldInfo[] = [',
    ...header.fields.map(
      (f) => `  ${JSON.stringify({ name: f.name, type: f.type, offset: f.offset, rules: f.rules })},`,
    ),
    '];\nexport const KINDS: readonly KindInfo[] = [',
    ...layout.map((k) => {
      const fields = k.placed.map((f) =>
        JSON.stringify({ name: f.name, type: f.type, offset: f.offset, rules: f.rules }),
      );
      return `  {\n    id: ${k.id},\n    name: '${k.name}',\n    ring: '${k.ring}',\n    size: ${k.size},\n    types: ${JSON.stringify(k.types)},\n    fields: [\n      ${fields.join(',\n      ')},\n    ],\n  },`;
    }),
    '];',
    '',
  ];
  return out.join('\n');
}

/** The registry of the rule language. */
export function emitRuleFields(): string {
  return [
    BANNER,
    "export type RuleType = 'string' | 'number' | 'bool' | 'ip' | 'list';",
    "export type RuleSource = 'record' | 'event' | 'process' | 'container' | 'none';",
    'export interface RuleField {\n  readonly name: string;\n  readonly type: RuleType;\n  readonly from: RuleSource;\n  readonly argument?: string;\n  readonly why?: string;\n  readonly doc: string;\n}\n',
    '/** Every field of the rule language, answered or not, by name. */',
    'export const RULE_FIELDS: readonly RuleField[] = [',
    ...RULE_FIELDS.map((f) => `  ${JSON.stringify(f)},`),
    '];',
    '',
  ].join('\n');
}

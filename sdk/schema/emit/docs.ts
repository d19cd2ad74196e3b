import { CONTAINER_FLAGS, EXE_FLAGS, LOSS_REASONS } from '../enums.ts';
import { HEADER_FLAGS } from '../header.ts';
import { header, layout } from '../layout.ts';
import { RULE_FIELDS } from '../rule-fields.ts';
import type { PlacedField } from '../types.ts';
import { VERSION } from '../version.ts';

const MARK = '<!-- Generated from sdk/schema by npm run generate. Do not edit. -->\n';
const cell = (text: string) => text.replaceAll('|', '\\|');

const table = (fields: readonly PlacedField[]) =>
  [
    '| offset | field | type | rule fields | meaning |',
    '| --- | --- | --- | --- | --- |',
    ...fields.map(
      (f) =>
        `| ${f.offset} | \`${f.name}\` | ${f.type} | ${f.rules.map((r) => `\`${r}\``).join(' ')} | ${cell(f.doc)} |`,
    ),
    '',
  ].join('\n');

const bits = (title: string, list: readonly { name: string; bit: number; doc: string }[]) =>
  [
    `## ${title}\n`,
    '| bit | name | meaning |',
    '| --- | --- | --- |',
    ...list.map((f) => `| ${f.bit} | \`${f.name}\` | ${cell(f.doc)} |`),
    '',
  ].join('\n');

/** Reference of the event table. */
export function emitEventDocs(): string {
  const kinds = layout.map((k) => {
    const types = k.types.length > 0 ? `\`evt.type\`: ${k.types.map((t) => `\`${t}\``).join(' ')}\n` : '';
    return `## \`${k.name}\` (${k.id}, ${k.ring})\n\n${k.doc}\n\n${types ? `${types}\n` : ''}${table(k.placed)}`;
  });
  return [
    `${MARK}\n# Event reference\n\nSchema ${VERSION.major}.${VERSION.minor}. Records are little-endian and 8-byte aligned: a fixed header, the body of the kind, then a tail that`,
    'string fields point into. `str` is a (u16 offset, u16 length) pair, `strs` the same with NUL between the strings, `ip` 16 bytes in network order',
    'with IPv4 mapped, `counts` pairs of u32. Minor versions add kinds, and fields behind those of a body: in a record of an older minor the tail',
    'begins where they would be, as the offset of the first string tells.\n',
    `## Header\n\n${table(header.fields)}`,
    ...kinds,
    bits('Header flags', HEADER_FLAGS),
    bits('File flags', EXE_FLAGS),
    bits('Container flags', CONTAINER_FLAGS),
    '## Loss reasons\n\n| id | name | meaning |\n| --- | --- | --- |',
    ...LOSS_REASONS.map((r) => `| ${r.id} | \`${r.name}\` | ${cell(r.doc)} |`),
    '',
  ].join('\n');
}

/** Reference of the rule language. */
export function emitRuleFieldDocs(): string {
  const rows = RULE_FIELDS.map((f) => {
    const name = 'argument' in f && f.argument ? `${f.name}[${f.argument}]` : f.name;
    return f.from === 'none'
      ? `| \`${name}\` | ${f.type} | not answered | ${cell(f.why)} |`
      : `| \`${name}\` | ${f.type} | ${f.from} | ${cell(f.doc)} |`;
  });
  return `${MARK}\n# Rule fields\n\nThe names a rule condition may use. A rule that uses one that is not answered is refused by name.\n\n| field | type | from | meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

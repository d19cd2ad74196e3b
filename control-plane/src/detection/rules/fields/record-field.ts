import { type FieldInfo, HEADER_FIELDS, type KindInfo } from '@picket/sdk';
import { type FieldSource, number, recordText, texts } from './field-source.ts';

/** The source of a field that a record holds as it stands: the event table names it. */
export function recordField(name: string, kind: KindInfo): FieldSource | undefined {
  const holds = (field: FieldInfo) => field.rules.includes(name);
  const field = kind.fields.find(holds) ?? HEADER_FIELDS.find(holds);
  switch (field?.type) {
    case 'str':
      return recordText(field.offset);
    case 'strs':
      return texts((c) => c.cursor.strings(field.offset));
    case 'u8':
      return number((c) => c.cursor.u8(field.offset));
    case 'u16':
      return number((c) => c.cursor.u16(field.offset));
    case 'u32':
      return number((c) => c.cursor.u32(field.offset));
    case 'i32':
      return number((c) => c.cursor.i32(field.offset));
    case 'u64':
      return number((c) => c.cursor.u64(field.offset));
    default:
      return undefined;
  }
}

import { formatIp, Header } from '@picket/sdk';
import type { EventContext } from './event-context.ts';
import type { FieldSource } from './field-source.ts';

export type ShownValue = string | number | boolean;

/** The value of a field as an alert shows it; undefined when it is absent. Several values are joined by commas. */
export function readSource(source: FieldSource, c: EventContext): ShownValue | undefined {
  switch (source.type) {
    case 'constant':
      return source.value;
    case 'call':
      return source.nameOf(c.cursor.u16(Header.syscall));
    case 'number': {
      const value = source.get(c);
      return Number.isNaN(value) ? undefined : value;
    }
    case 'numbers':
      return source.get(c).join(',') || undefined;
    case 'texts':
      return source.get(c)?.join(',') || undefined;
    case 'ips': {
      const places = source.get.map((place) => place(c)).filter((at) => at >= 0);
      return places.map((at) => formatIp(c.cursor.bytes, at)).join(',') || undefined;
    }
    default:
      return source.get(c);
  }
}

export function showSource(source: FieldSource, c: EventContext): string | undefined {
  const value = readSource(source, c);
  return value === undefined ? undefined : String(value);
}

import { formatIp } from '@picket/sdk';
import type { IpRange } from '../compile/ip-range.ts';
import { showUse } from '../language/field-use.ts';
import type { Test } from '../load/checked-condition.ts';

/** The right side of a test, one text a value. */
export function wantedTexts({ values }: Test): string[] {
  switch (values.type) {
    case 'none':
      return [];
    case 'pattern':
      return [values.pattern.source];
    case 'ips':
      return values.values.map(rangeText);
    case 'computed':
      return [values.parts.map((part) => (typeof part === 'string' ? part : `%${showUse(part)}`)).join('')];
    default:
      return values.values.map(String);
  }
}

function rangeText({ bytes, bits, isV4 }: IpRange): string {
  const length = isV4 ? bits - 96 : bits;
  const address = formatIp(bytes, 0);
  return bits === 128 ? address : `${address}/${length}`;
}

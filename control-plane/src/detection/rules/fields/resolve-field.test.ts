import { KINDS, RULE_FIELDS } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { RULE_KINDS } from '../compile/matching-kinds.ts';
import type { FieldSource } from './field-source.ts';
import { resolveField } from './resolve-field.ts';

const FITS: Readonly<Record<FieldSource['type'], readonly string[]>> = {
  text: ['string'],
  texts: ['list', 'string'],
  number: ['number'],
  numbers: ['number'],
  bool: ['bool'],
  ips: ['ip'],
  'ip-text': ['ip'],
  constant: ['string', 'bool'],
  call: ['string'],
};

describe('the registry', () => {
  it.each(RULE_FIELDS.filter((field) => field.from !== 'none').map((field) => [field.name, field] as const))(
    'has an answer of the right type to %s',
    (name, field) => {
      const key = name === 'evt.arg' ? '0' : 'x';
      const argument = field.argument === 'key' ? key : undefined;
      const sources = RULE_KINDS.map((kind) => resolveField(name, { kind, argument })).filter(
        (source) => source !== undefined,
      );
      expect(sources.length).toBeGreaterThan(0);
      for (const source of sources) expect(FITS[source.type]).toContain(field.type);
    },
  );

  it('has no answer to what is not answered, nor to names of the language it is written in', () => {
    for (const kind of KINDS) {
      expect(resolveField('evt.buffer', { kind, argument: undefined })).toBeUndefined();
      expect(resolveField('constructor', { kind, argument: undefined })).toBeUndefined();
    }
  });
});

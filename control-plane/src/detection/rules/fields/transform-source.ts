import { Header } from '@picket/sdk';
import type { Transformer } from '../language/syntax-tree.ts';
import type { EventContext } from './event-context.ts';
import { type FieldSource, number, text } from './field-source.ts';

type TextTransformer = Exclude<Transformer, 'len'>;

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** What a transformer makes of a text; undefined when it can not be done, as for a text that is no Base64. */
const TEXTS: Readonly<Record<TextTransformer, (text: string) => string | undefined>> = {
  tolower: (value) => value.toLowerCase(),
  toupper: (value) => value.toUpperCase(),
  basename: (value) => value.slice(value.lastIndexOf('/') + 1),
  b64: decodeBase64,
};

/**
 * The source with a transformer applied to its values: of several values to each, but `len` counts them. What is absent
 * stays absent. What follows from path and access alone still does.
 * @returns undefined for sources of values that can not be transformed
 */
export function transformSource(source: FieldSource, transformer: Transformer): FieldSource | undefined {
  return transformer === 'len' ? lengthOf(source) : transformTexts(source, TEXTS[transformer]);
}

function transformTexts(source: FieldSource, change: (text: string) => string | undefined): FieldSource | undefined {
  switch (source.type) {
    case 'text': {
      const { get, pure } = source;
      return { type: 'text', ...(pure === undefined ? {} : { pure }), get: (c) => apply(get(c), change) };
    }
    case 'texts': {
      const { get } = source;
      return { type: 'texts', get: (c) => get(c)?.flatMap((value) => change(value) ?? []) };
    }
    case 'constant': {
      const value = typeof source.value === 'string' ? change(source.value) : undefined;
      return value === undefined ? undefined : { type: 'constant', value };
    }
    case 'call': {
      const { nameOf } = source;
      const names = source.names.map(change);
      // a name that can not be transformed is absent, so the fixed names of this kind of source do not fit
      if (names.includes(undefined)) return text((c) => change(callName(c, nameOf)));
      const known = names.filter((name) => name !== undefined);
      return { type: 'call', names: known, nameOf: (syscall) => change(nameOf(syscall)) ?? '' };
    }
    default:
      return undefined;
  }
}

function lengthOf(source: FieldSource): FieldSource | undefined {
  switch (source.type) {
    case 'text': {
      const { get } = source;
      const pure = source.pure === undefined ? {} : { pure: source.pure };
      return { type: 'number', ...pure, get: (c) => get(c)?.length ?? Number.NaN };
    }
    case 'texts': {
      const { get } = source;
      return number((c) => get(c)?.length ?? Number.NaN);
    }
    case 'numbers':
      return number((c) => source.get(c).length);
    case 'constant': {
      const { value } = source;
      return typeof value === 'string' ? number(() => value.length) : undefined;
    }
    case 'call':
      return number((c) => callName(c, source.nameOf).length);
    default:
      return undefined;
  }
}

const apply = (value: string | undefined, change: (text: string) => string | undefined): string | undefined =>
  value === undefined ? undefined : change(value);

const callName = (c: EventContext, nameOf: (syscall: number) => string): string => nameOf(c.cursor.u16(Header.syscall));

/** Decodes Base64 with or without padding; bytes that are no UTF-8 read U+FFFD. */
function decodeBase64(value: string): string | undefined {
  if (!BASE64.test(value) || value.replace(/=+$/, '').length % 4 === 1) return undefined;
  return Buffer.from(value, 'base64').toString('utf8');
}

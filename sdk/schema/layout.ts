import { HEADER, HEADER_SIZE } from './header.ts';
import { KINDS } from './kinds.ts';
import { type KindSpec, type PlacedField, place } from './types.ts';

export interface PlacedKind extends KindSpec {
  readonly placed: readonly PlacedField[];
  /** Bytes before the string tail. */
  readonly size: number;
}

export const header = place('header', HEADER, 0);
if (header.size !== HEADER_SIZE) throw new Error(`the header is ${header.size} bytes, not ${HEADER_SIZE}`);

/** The table with an offset for every field; what all generated files are made from. */
export const layout: readonly PlacedKind[] = KINDS.map((kind) => {
  const { fields, size } = place(kind.name, kind.fields, HEADER_SIZE);
  return { ...kind, placed: fields, size };
});

const ids = new Set(layout.map((kind) => kind.id));
if (ids.size !== layout.length) throw new Error('two kinds have the same id');

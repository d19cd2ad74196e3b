import type { KindInfo } from '@picket/sdk';
import type { FieldSource } from '../fields/field-source.ts';
import { resolveUse } from '../fields/resolve-field.ts';
import { showUse } from '../language/field-use.ts';
import type { FieldUse } from '../language/syntax-tree.ts';

/** A source of one value, which can be compared with others by its identity. */
export type TextLike = Extract<FieldSource, { type: 'text' | 'bool' | 'call' }>;

/** Sources of one kind of event that put a value together once for an event, however many tests ask for it. */
export class KeptSources {
  readonly #kind: KindInfo;
  readonly #known = new Map<string, FieldSource | undefined>();

  constructor(kind: KindInfo) {
    this.#kind = kind;
  }

  readonly sourceOf = (use: FieldUse): FieldSource | undefined => {
    const key = showUse(use);
    if (this.#known.has(key)) return this.#known.get(key);
    const source = resolveUse(use, this.#kind);
    const made = source && kept(source, this.#known.size);
    this.#known.set(key, made);
    return made;
  };
}

/** Numbers and the like are read faster than they are looked up. */
function kept(source: FieldSource, slot: number): FieldSource {
  if (source.type === 'text') {
    const { get } = source;
    return { ...source, get: (c) => c.kept(slot, get) };
  }
  if (source.type === 'texts') {
    const { get } = source;
    return { type: 'texts', get: (c) => c.kept(slot, get) };
  }
  return source;
}

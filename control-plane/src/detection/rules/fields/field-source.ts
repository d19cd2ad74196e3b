import type { KindInfo } from '@picket/sdk';
import type { EventContext } from './event-context.ts';

/** What a value follows from: the access alone, or path and access of a file.open. */
export type Purity = 'access' | 'path';

/**
 * Where a field gets its value for one kind of event. Absent values are undefined (NaN for numbers, -1 for places).
 * `pure` says that the value follows from what the screen of file.open keys on.
 */
export type FieldSource =
  | {
      readonly type: 'text';
      readonly pure?: Purity;
      /** All that it may be, where that is little. */
      readonly values?: readonly string[];
      readonly get: (c: EventContext) => string | undefined;
    }
  | { readonly type: 'number'; readonly pure?: Purity; readonly get: (c: EventContext) => number }
  | { readonly type: 'bool'; readonly pure?: Purity; readonly get: (c: EventContext) => boolean | undefined }
  /** Any of several values. */
  | { readonly type: 'texts'; readonly get: (c: EventContext) => readonly string[] | undefined }
  | { readonly type: 'numbers'; readonly get: (c: EventContext) => readonly number[] }
  /** Offsets of addresses in the bytes of the cursor. */
  | { readonly type: 'ips'; readonly get: readonly ((c: EventContext) => number)[] }
  /** An address in text form. */
  | { readonly type: 'ip-text'; readonly get: (c: EventContext) => string | undefined }
  /** The same for every event of the kind. */
  | { readonly type: 'constant'; readonly value: string | boolean }
  /** One of few names, by the number of the system call. */
  | { readonly type: 'call'; readonly names: readonly string[]; readonly nameOf: (syscall: number) => string };

export interface FieldRequest {
  readonly kind: KindInfo;
  readonly argument: string | undefined;
}

/** Makes the source of a field for a kind; undefined when no event of that kind has the field. */
export type FieldFactory = (request: FieldRequest) => FieldSource | undefined;
export type FieldTable = Readonly<Record<string, FieldFactory>>;

export const text = (get: (c: EventContext) => string | undefined): FieldSource => ({ type: 'text', get });
export const oneOf = (values: readonly string[], get: (c: EventContext) => string | undefined): FieldSource => ({
  ...{ type: 'text', values, get },
});
export const number = (get: (c: EventContext) => number): FieldSource => ({ type: 'number', get });
export const bool = (get: (c: EventContext) => boolean | undefined): FieldSource => ({ type: 'bool', get });
export const texts = (get: (c: EventContext) => readonly string[] | undefined): FieldSource => ({ type: 'texts', get });

/** A string of the record; an empty one means that the kernel could not tell. */
export const recordText = (offset: number): FieldSource => text((c) => c.text(offset) || undefined);

/** A source by kind id, nothing for the other kinds. */
export const byKind =
  (sources: Readonly<Record<number, FieldSource>>): FieldFactory =>
  ({ kind }) =>
    sources[kind.id];

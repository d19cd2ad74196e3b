import type { Signature } from './detector-world.ts';

/** A stretch of the file: from `start` to before `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface FunctionType {
  /** With letters for value types; `?` for one that no function of the world has. */
  readonly signature: Signature;
  readonly parameters: number;
}

export interface ImportedFunction {
  readonly name: string;
  readonly type: number;
  readonly offset: number;
}

export interface ModuleExport {
  readonly name: string;
  /** 0 function, 1 table, 2 memory, 3 global. */
  readonly kind: number;
  readonly index: number;
  readonly offset: number;
}

/** Bounds of the memory in pages or of the table in entries. */
export interface Bounds {
  readonly min: number;
  readonly max: number | undefined;
  readonly offset: number;
}

/** What the guard knows of a core module after reading it: parts it only copies stay spans of the file. */
export interface CoreModule {
  readonly types: FunctionType[];
  readonly imports: ImportedFunction[];
  /** Type of each function of the module's own. */
  readonly functions: number[];
  table: Bounds | undefined;
  memory: Bounds | undefined;
  globals: number;
  /** Numbers of those that can change. */
  mutableGlobals: readonly number[];
  /** The globals behind their count. */
  globalEntries: Span | undefined;
  readonly exports: ModuleExport[];
  start: { readonly function: number; readonly offset: number } | undefined;
  readonly bodies: Span[];
  /** Whole payloads of the sections that are copied as they are, by number. */
  readonly payloads: Map<number, Span>;
}

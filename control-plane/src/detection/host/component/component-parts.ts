import type { Span } from '../guard/core-module.ts';

/** How a guest writes text in its memory. */
export type StringEncoding = 'utf8' | 'utf16';

/** Something that an instance of a core module exports, by the name it has there. */
export interface CoreExport {
  readonly instance: number;
  readonly name: string;
}

/** Canonical options of one function that is lifted or lowered: indices into the component's own spaces. */
export interface CanonicalOptions {
  readonly encoding: StringEncoding;
  readonly memory: number | undefined;
  readonly realloc: number | undefined;
  readonly postReturn: number | undefined;
  readonly offset: number;
}

export interface LiftedFunction {
  readonly coreFunction: number;
  readonly options: CanonicalOptions;
}

/** The index spaces of a component, as far as they say where its functions come from. */
export interface ComponentParts {
  readonly modules: Span[];
  /** Module that an instance is made of; undefined for one that only groups functions. */
  readonly instances: (number | undefined)[];
  /** undefined: a function of the host, lowered. */
  readonly coreFunctions: (CoreExport | undefined)[];
  readonly coreMemories: CoreExport[];
  /** undefined: a function of the host. */
  readonly functions: (LiftedFunction | undefined)[];
  readonly exports: Map<string, { readonly function: number; readonly offset: number }>;
  /** Options of all functions that use the memory. */
  readonly options: CanonicalOptions[];
}

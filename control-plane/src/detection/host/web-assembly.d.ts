/**
 * The part of the engine's WebAssembly interface that detectors need. The compiler knows it only with the library of
 * browsers, which this program must not use.
 * https://webassembly.github.io/spec/js-api/
 */
declare namespace WebAssembly {
  type ImportValue = (...values: never[]) => unknown;
  type Imports = Record<string, Record<string, ImportValue>>;
  type ExportValue = ((...values: (number | bigint)[]) => unknown) | Memory | Global;

  class Module {
    constructor(bytes: Uint8Array);
    static exports(module: Module): { name: string; kind: string }[];
    static imports(module: Module): { module: string; name: string; kind: string }[];
  }
  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Readonly<Record<string, ExportValue>>;
  }
  class Memory {
    private constructor();
    readonly buffer: ArrayBuffer;
    /** @throws RangeError beyond its maximum, or when there is no room */
    grow(pages: number): number;
  }
  class Global {
    private constructor();
    value: number | bigint;
  }
  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}

  function validate(bytes: Uint8Array): boolean;
  function compile(bytes: Uint8Array): Promise<Module>;
}

/** What goes into the compiler process: every file that it may see, by virtual path. JSON on stdin. */
export interface CompileRequest {
  readonly files: Readonly<Record<string, string>>;
  readonly entry: string;
}

/** A message of the compiler, at a place of a virtual file where it has one. */
export interface RawDiagnostic {
  readonly code: number;
  readonly error: boolean;
  readonly message: string;
  /** Empty when the message has no place. */
  readonly file: string;
  /** UTF-16 units before the place in its file. */
  readonly start: number;
}

/** What comes out: JSON on stdout. */
export interface CompileReply {
  /** The module in base64; empty when there is none. */
  readonly module: string;
  /** `module.name` of everything that the module imports. */
  readonly imports: readonly string[];
  readonly diagnostics: readonly RawDiagnostic[];
  /** What the compiler itself says when it has no module. */
  readonly failure: string;
}

/** Name of the library that sources import. */
export const LIBRARY = '@picket/detector';
/** Virtual folder of libraries. */
export const LIBRARY_FOLDER = '~picket';
/** Virtual file that ties the handlers of a detector to the exports of the world. */
export const ENTRY_FILE = 'picket.entry.ts';

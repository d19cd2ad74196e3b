import { ControlPlaneError } from '../../../errors.ts';

/** What the compiler says of a place in the sources. Line and column count from 1, 0 when there is no place. */
export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** Number of the message in AssemblyScript; 0 for what Picket itself says. */
  readonly code: number;
}

export type CompileCode =
  | 'DETECTOR_SOURCE_REFUSED'
  | 'DETECTOR_COMPILE_ERROR'
  | 'DETECTOR_COMPILE_TIMEOUT'
  | 'DETECTOR_COMPILE_MEMORY'
  | 'DETECTOR_COMPILER_ENDED';

/** Sources that gave no module. */
export class CompileFailed extends ControlPlaneError {
  declare readonly code: CompileCode;
  readonly diagnostics: readonly Diagnostic[];
  constructor(code: CompileCode, message: string, diagnostics: readonly Diagnostic[] = [], options?: ErrorOptions) {
    const details = diagnostics.map((found) => ({ path: placeOf(found), message: found.message }));
    super(code, message, { ...options, details });
    this.name = 'CompileFailed';
    this.diagnostics = diagnostics;
  }
}

const placeOf = ({ file, line, column }: Diagnostic) => (line > 0 ? `${file}:${line}:${column}` : file);

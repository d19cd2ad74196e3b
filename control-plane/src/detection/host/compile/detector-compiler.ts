import { checkSources, type Sources } from './check-sources.ts';
import { CompileFailed } from './compile-failed.ts';
import { type CompileReply, ENTRY_FILE } from './compile-message.ts';
import { type CompileLimits, CompileProcess } from './compile-process.ts';
import { DETECTOR_ENTRY } from './detector-entry.ts';
import { libraryFiles } from './library-files.ts';
import { readDiagnostics } from './read-diagnostics.ts';

/** A core module of AssemblyScript: for the guard, not to be run as it is. */
export interface CompiledDetector {
  readonly module: Uint8Array<ArrayBuffer>;
  readonly encoding: 'utf16';
}

export interface CompilerOptions extends Partial<CompileLimits> {
  /** Keep a compiler waiting that has run hot: a compile takes a fraction of the time, for some 200 MB while it waits. */
  readonly warm?: boolean;
  /** `required` compiles nothing when a confinement is missing; default `warn`. */
  readonly confinement?: 'required' | 'warn';
}

const HOST = 'picket:detector/host@0.1.0.';
const DEFAULT_LIMITS: CompileLimits = { timeoutMs: 60_000, memoryBytes: 1 << 30 };

/**
 * Compiles detectors written in AssemblyScript; each in a process of its own. The door of this folder: the API compiles
 * what is uploaded with it, and the command what is on the disk of its user.
 */
export class DetectorCompiler {
  readonly #limits: CompileLimits;
  readonly #warm: boolean;
  readonly #required: boolean;
  readonly #library = libraryFiles();
  #spare: CompileProcess | undefined;

  constructor({ warm = false, confinement = 'warn', ...limits }: CompilerOptions = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#warm = warm;
    this.#required = confinement === 'required';
    this.#keepSpare();
  }

  /**
   * @param sources `main.ts` and what it imports, by path. They see the library as `@picket/detector` and no other package
   * @throws CompileFailed with the places in the sources, or when the compiler had to be ended;
   * ControlPlaneError DETECTOR_CONFINEMENT
   */
  async compile(sources: Sources): Promise<CompiledDetector> {
    checkSources(sources);
    const files = { ...this.#library, ...sources, [ENTRY_FILE]: DETECTOR_ENTRY };
    const compiler = this.#spare ?? new CompileProcess(false, this.#required);
    this.#spare = undefined;
    let reply: CompileReply;
    try {
      reply = await compiler.run({ files, entry: ENTRY_FILE }, this.#limits);
    } finally {
      this.#keepSpare();
    }
    const module = Buffer.from(reply.module, 'base64');
    if (module.length === 0) throw failed(reply, files);
    checkImports(reply.imports);
    return { module: new Uint8Array(module), encoding: 'utf16' };
  }

  /** Ends the compiler that waits. */
  async close(): Promise<void> {
    await this.#spare?.kill();
    this.#spare = undefined;
  }

  #keepSpare(): void {
    if (!this.#warm || this.#spare) return;
    this.#spare = new CompileProcess(true, this.#required);
    this.#spare.hold(false);
  }
}

function failed(reply: CompileReply, files: Readonly<Record<string, string>>): CompileFailed {
  const diagnostics = readDiagnostics(reply.diagnostics, files);
  const [first] = diagnostics;
  if (!first) return new CompileFailed('DETECTOR_COMPILER_ENDED', `the compiler failed: ${reply.failure}`);
  const place = first.line > 0 ? `${first.file}:${first.line}:${first.column}: ` : '';
  const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : '';
  return new CompileFailed('DETECTOR_COMPILE_ERROR', `${place}${first.message}${more}`, diagnostics);
}

/** What AssemblyScript takes from the browser or Node, by the import that it becomes. */
const MISSING: readonly [RegExp, string][] = [
  [/^env\.seed$/, 'Math.random is not there: a detector must find the same when it is run again'],
  [/^env\.Date\./, 'Date is not there: the time is that of the events, or now()'],
  [/^env\.(console|trace)/, 'console and trace are not there: use log()'],
];

function checkImports(imports: readonly string[]): void {
  const strange = imports.find((name) => !name.startsWith(HOST));
  if (!strange) return;
  const message =
    MISSING.find(([pattern]) => pattern.test(strange))?.[1] ??
    `the source declares ${strange}, which the host does not give: call only what @picket/detector exports`;
  throw new CompileFailed('DETECTOR_COMPILE_ERROR', message, [
    { file: 'main.ts', line: 0, column: 0, message, code: 0 },
  ]);
}

import { messageOf } from '@picket/sdk/errors';
import { ByteReader } from './byte-reader.ts';
import { checkWorld } from './check-world.ts';
import type { Span } from './core-module.ts';
import { DetectorRefused } from './detector-refused.ts';
import type { Capability } from './detector-world.ts';
import { DEFAULT_GUARD_LIMITS, type GuardLimits } from './guard-limits.ts';
import { readModule } from './read-module.ts';
import { writeModule } from './write-module.ts';

export interface GuardOptions {
  /** What an operator has granted; `observe` always is. */
  readonly capabilities: ReadonlySet<Capability>;
  readonly limits?: Partial<GuardLimits>;
}

/** A module that may be instantiated. */
export interface GuardedModule {
  readonly bytes: Uint8Array;
  /** Names of the host functions that it imports. */
  readonly imports: readonly string[];
  readonly exports: readonly string[];
  /** Pages of 64 KiB: at the start and at most. */
  readonly memory: { readonly min: number; readonly max: number };
}

/**
 * Checks a core module against the allow-list of the detector world and rewrites it with fuel. The same bytes and
 * options give the same bytes. Takes milliseconds for an ordinary detector; the host calls it in a process that it can
 * end, since the engine's own validation runs on bytes that nobody has vouched for.
 * @param span where the module lies in the file; the whole file by default
 * @throws DetectorRefused with the code, and the byte of the file
 */
export function guardModule(file: Uint8Array, options: GuardOptions, span?: Span): GuardedModule {
  const limits = { ...DEFAULT_GUARD_LIMITS, ...options.limits };
  if (file.length > limits.fileBytes)
    throw new DetectorRefused(
      'DETECTOR_TOO_LARGE',
      limits.fileBytes,
      `the file has ${file.length} bytes: at most ${limits.fileBytes} are taken`,
    );
  const { start, end } = span ?? { start: 0, end: file.length };
  const module = readModule(new ByteReader(file, start, end), limits);
  const kept = checkWorld(module, options.capabilities);
  const min = module.memory?.min ?? 0;
  const max = Math.min(module.memory?.max ?? limits.memoryPages, limits.memoryPages);
  const bytes = writeModule(file, module, { exports: kept, limits, memoryMax: max });
  validate(file.subarray(start, end), start);
  validate(bytes, start);
  return {
    bytes,
    imports: module.imports.map(({ name }) => name),
    exports: kept.map(({ name }) => name),
    memory: { min, max },
  };
}

/** What the guard has read must hold for the engine too: types, indices, control flow. */
function validate(bytes: Uint8Array, start: number): void {
  if (WebAssembly.validate(bytes)) return;
  const reason = invalidity(bytes);
  const at = /@\+(\d+)/.exec(reason)?.[1];
  const text = reason.replace(/^[^:]*:\s*/, '').replace(/\s*@\+\d+$/, '');
  throw new DetectorRefused('DETECTOR_INVALID', start + Number(at ?? 0), `the module is not valid: ${text}`);
}

/** The engine says why only when asked to compile, which ends at the same place. */
function invalidity(bytes: Uint8Array): string {
  try {
    new WebAssembly.Module(bytes);
  } catch (error) {
    return messageOf(error);
  }
  return 'the engine does not take it';
}

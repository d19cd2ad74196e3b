import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { componentOf } from '@picket/control-plane/detectors';

/** What the example is kept as, so that nobody needs a C compiler to try it. */
export const PREBUILT = fileURLToPath(new URL('../../fixtures/detectors/temporary-exec.wasm', import.meta.url));

/** Clang with the linker of the same version, as Debian names them (packages clang-14 and lld-14). */
const VERSIONS = ['', ...Array.from({ length: 12 }, (_, i) => `-${24 - i}`), '-12', '-11'];

/** The compiler for WebAssembly, or undefined where it or its linker is missing. */
export function findClang(): string | undefined {
  const suffix = VERSIONS.find((version) =>
    ['clang', 'wasm-ld'].every((tool) => existsSync(`/usr/bin/${tool}${version}`)),
  );
  return suffix === undefined ? undefined : `/usr/bin/clang${suffix}`;
}

/** A core module without a C library, its stack below its data so that an overflow traps. */
const FLAGS = [
  '--target=wasm32',
  '-std=c11',
  '-O2',
  '-Wall',
  '-Wextra',
  '-Wno-unused-parameter',
  '-nostdlib',
  '-fno-builtin',
  '-Wl,--no-entry,--stack-first,-z,stack-size=16384,--strip-all',
];

/** The example as a component of the detector world. */
export async function buildExample(clang: string): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'picket-c-'));
  try {
    const output = join(folder, 'core.wasm');
    const source = fileURLToPath(new URL('temporary-exec.c', import.meta.url));
    execFileSync(clang, [...FLAGS, '-o', output, source], { stdio: ['ignore', 'inherit', 'inherit'] });
    return await componentOf(readFileSync(output), 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const clang = findClang();
  if (!clang) throw new Error('clang and wasm-ld of the same version are missing: install clang-14 and lld-14');
  writeFileSync(PREBUILT, await buildExample(clang));
}

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const HERE = import.meta.dirname;
const OUT = join(HERE, '..', 'build', 'test');

/** Compiles `<name>.bpf.c` of this folder for tests and gives the object's bytes. */
export function compileProgram(name: string): Uint8Array {
  const output = compile(`${name}.bpf.o`, [`${name}.bpf.c`], [], (sources, unfinished) => {
    const flags = ['-target', 'bpf', '-g', '-O2', '-Wall', '-Werror', `-D__TARGET_ARCH_${bpfArchitecture()}`];
    // clang -target bpf does not look where Debian keeps asm/types.h.
    const triple = execFileSync('gcc', ['-print-multiarch'], { encoding: 'utf8' }).trim();
    execFileSync('clang-14', [...flags, `-I/usr/include/${triple}`, '-c', ...sources, '-o', unfinished]);
  });
  return readFileSync(output);
}

/** Compiles `<name>.cc` of this folder together with the drain of the addon, with sanitizers, and gives the program's path. */
export function compileCheck(name: 'drain_check' | 'mark_check'): string {
  const parts = ['drain', 'lexical_path', 'ring'].map((part) => `../addon/${part}.cc`);
  return compile(name, [`${name}.cc`, ...parts], ['fake_ring.h'], (files, unfinished) => {
    const flags = [
      '-std=c++20',
      '-O1',
      '-g',
      '-Wall',
      '-Wextra',
      '-Werror',
      '-fsanitize=address,undefined',
      '-pthread',
    ];
    execFileSync('g++', [...flags, ...files, '-o', unfinished]);
  });
}

function compile(
  output: string,
  sources: string[],
  headers: string[],
  run: (sources: string[], unfinished: string) => void,
): string {
  const target = join(OUT, output);
  const files = sources.map((source) => join(HERE, source));
  const named = headers.map((header) => join(HERE, header));
  const inputs = [...files, ...named, ...files.map((file) => file.replace(/\.cc$/, '.h')), join(HERE, 'compile.ts')];
  const newest = Math.max(...inputs.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0));
  if ((statSync(target, { throwIfNoEntry: false })?.mtimeMs ?? 0) > newest) return target;
  mkdirSync(OUT, { recursive: true });
  // Test files run side by side: the finished file appears whole.
  const unfinished = `${target}.${process.pid}`;
  run(files, unfinished);
  renameSync(unfinished, target);
  return target;
}

function bpfArchitecture(): string {
  return process.arch === 'arm64' ? 'arm64' : 'x86';
}

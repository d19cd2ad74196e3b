import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const HERE = import.meta.dirname;
const OUT = join(HERE, '..', 'build', 'test');

/** Compiles `<name>.bpf.c` of this folder for tests and gives the object's bytes. */
export function compileProgram(name: string): Uint8Array {
  const output = compile(`${name}.bpf.o`, [`${name}.bpf.c`], (sources, unfinished) => {
    const flags = ['-target', 'bpf', '-g', '-O2', '-Wall', '-Werror', `-D__TARGET_ARCH_${bpfArchitecture()}`];
    // clang -target bpf does not look where Debian keeps asm/types.h.
    const triple = execFileSync('gcc', ['-print-multiarch'], { encoding: 'utf8' }).trim();
    execFileSync('clang-14', [...flags, `-I/usr/include/${triple}`, '-c', ...sources, '-o', unfinished]);
  });
  return readFileSync(output);
}

/** Compiles `drain_check.cc` together with the ring code of the addon and gives the program's path. */
export function compileDrainCheck(): string {
  const sources = ['drain_check.cc', '../addon/drain.cc', '../addon/ring.cc'];
  return compile('drain_check', sources, (files, unfinished) => {
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

function compile(output: string, sources: string[], run: (sources: string[], unfinished: string) => void): string {
  const target = join(OUT, output);
  const files = sources.map((source) => join(HERE, source));
  const inputs = [...files, ...files.map((file) => file.replace(/\.cc$/, '.h')), join(HERE, 'compile.ts')];
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

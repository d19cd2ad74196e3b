import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PicketError } from '@picket/sdk';
import { fingerprint, isFresh, writeStamp } from '../scripts/build/fingerprint.ts';

/** Where the compiler takes sources from and puts objects. */
export interface BpfFolders {
  /** Folder the other paths are relative to. */
  readonly root: string;
  readonly sources: string;
  readonly include: string;
  readonly output: string;
}

export const BPF_FOLDERS: BpfFolders = {
  root: fileURLToPath(new URL('..', import.meta.url)),
  sources: 'bpf/probes',
  include: 'bpf/include',
  output: 'build/bpf',
};

/** Names of the architecture as the kernel and libbpf write them (bpf_tracing.h). */
const ARCHITECTURES: Readonly<Partial<Record<NodeJS.Architecture, string>>> = {
  x64: 'x86',
  arm64: 'arm64',
  riscv64: 'riscv',
  s390x: 's390',
  ppc64: 'powerpc',
};

/** Thrown when the probes can not be compiled; the message holds what the compiler said. */
export class BpfBuildError extends PicketError {
  declare readonly code: 'CLANG_MISSING' | 'BPF_COMPILE_FAILED' | 'BPF_ARCHITECTURE';
}

/** Each source is built for every kernel, and for those that let programs load kernel memory directly (bpf/include/read.h). */
const VARIANTS: readonly { suffix: string; flags: readonly string[] }[] = [
  { suffix: '', flags: [] },
  { suffix: '.direct', flags: ['-DPICKET_DIRECT'] },
];

/**
 * Compiles every `*.bpf.c` to `<name>.bpf.o` and `<name>.direct.bpf.o`, where source, headers, compiler or flags have changed.
 * The same sources and compiler give the same bytes in any folder.
 * @returns the names of the objects that were made, and how many were up to date
 * @throws BpfBuildError
 */
export function buildBpf(folders: BpfFolders = BPF_FOLDERS): { made: string[]; fresh: number } {
  const sources = globSync(`${folders.sources}/*.bpf.c`, { cwd: folders.root }).sort();
  if (sources.length === 0) return { made: [], fresh: 0 };
  const clang = newest('clang');
  if (!clang)
    throw new BpfBuildError('CLANG_MISSING', 'clang is missing: install it (Debian package clang) and build again');
  const strip = newest('llvm-strip');
  const version = said(clang, ['--version'], folders.root).split('\n', 1)[0] ?? '';
  mkdirSync(join(folders.root, folders.output), { recursive: true });
  const builds = sources.flatMap((source) => VARIANTS.map((variant) => ({ source, variant })));
  const made = builds.filter(({ source, variant }) => {
    const output = `${folders.output}/${basename(source, '.bpf.c')}${variant.suffix}.bpf.o`;
    const command = [...variant.flags, ...flags(folders, source)];
    const headers = [`${folders.include}/**/*.h`, `${folders.sources}/**/*.h`];
    const print = fingerprint(folders.root, [source, ...headers], [version, String(strip), ...command]);
    const stamp = join(folders.root, `${output}.inputs`);
    if (isFresh(join(folders.root, output), stamp, print)) return false;
    compile(folders.root, clang, strip, command, output);
    writeStamp(stamp, print);
    return true;
  });
  return {
    made: made.map(({ source, variant }) => `${basename(source, '.bpf.c')}${variant.suffix}`),
    fresh: builds.length - made.length,
  };
}

function flags(folders: BpfFolders, source: string): string[] {
  const architecture = ARCHITECTURES[process.arch];
  if (!architecture)
    throw new BpfBuildError('BPF_ARCHITECTURE', `the probes are not written for ${process.arch} processors`);
  return [
    ...['-target', 'bpf', '-g', '-O2', '-Wall', '-Werror', '-fno-ident'],
    // Relative names only: BTF line information would carry the folder of the build.
    ...['-fdebug-compilation-dir=.', '-I', folders.include, '-idirafter', multiarch()],
    `-D__TARGET_ARCH_${architecture}`,
    ...['-c', source],
  ];
}

/** Debian keeps asm/types.h in a folder that clang does not search for the bpf target. */
function multiarch(): string {
  return globSync('/usr/include/*-linux-gnu*')[0] ?? '/usr/include';
}

/** Compiles beside the output and moves it there, so that a broken build leaves no half object. */
function compile(root: string, clang: string, strip: string | undefined, command: string[], output: string): void {
  const half = `${output}.half`;
  said(clang, [...command, '-o', half], root);
  // DWARF is of no use to the kernel; BTF stays.
  if (strip) said(strip, ['-g', half], root);
  renameSync(join(root, half), join(root, output));
}

function said(program: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (error || status !== 0)
    throw new BpfBuildError('BPF_COMPILE_FAILED', `${program} ${args.join(' ')}\n${error?.message ?? stderr}`);
  return stdout;
}

/** The plain name of a tool, else its newest Debian name (clang-14), from the usual folders. */
function newest(tool: string): string | undefined {
  for (const folder of ['/usr/local/bin', '/usr/bin']) {
    if (existsSync(join(folder, tool))) return join(folder, tool);
    const versions = readdirSync(folder)
      .map((file) => (file.startsWith(`${tool}-`) ? Number(file.slice(tool.length + 1)) : Number.NaN))
      .filter(Number.isInteger);
    if (versions.length > 0) return join(folder, `${tool}-${Math.max(...versions)}`);
  }
  return undefined;
}

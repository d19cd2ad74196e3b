import { type HostileGuest, SOURCE_LINE } from '../hostile-guest.ts';

const TICK = 'export function onTick(now: u64): void {}';
const files =
  (more: Record<string, string>, main = TICK) =>
  () => ({ source: { files: { 'main.ts': main, ...more } } });
const main = (text: string) => files({}, text);
const PATHS = 'names of sources by a pattern; they lie in memory';
const COMPILER = 'the compiler runs in a process of its own and sees `.ts` alone';
const BOUNDED = 'the compiler has a minute and a gigabyte, and ends with its request';

const refusedPath = (name: string, path: string, content = ''): HostileGuest => ({
  ...{ name, heldBy: PATHS, payload: files({ [path]: content }) },
  ending: { refused: 'DETECTOR_SOURCE_REFUSED' },
});
const refusedSource = (name: string, source: string): HostileGuest => ({
  ...{ name, heldBy: COMPILER, payload: main(source) },
  ending: { refused: 'DETECTOR_COMPILE_ERROR', at: SOURCE_LINE },
});
const TRANSFORM = JSON.stringify({ options: { transform: ['./evil.js'] } });

/** Each is twice the next one: 2^40 times the last. */
const DOUBLING = Array.from({ length: 40 }, (_, i) => {
  const next = i === 39 ? 'x * 3' : `f${i + 1}(x + 1) ^ f${i + 1}(x + 2)`;
  return `@inline function f${i}(x: i32): i32 { return ${next}; }`;
}).join('\n');

/** AssemblyScript that wants out of its compiler, or breaks it. */
export const SOURCES: readonly HostileGuest[] = [
  refusedPath('asconfig.json with a transform', 'asconfig.json', TRANSFORM),
  refusedPath('JavaScript beside the sources', 'evil.js', 'process.exit(1)'),
  refusedPath('path that leads out: ../', '../up.ts'),
  refusedPath('path that leads out in the middle', 'a/../../up.ts'),
  refusedPath('absolute path', '/etc/cron.d/x.ts'),
  refusedPath('path in node_modules', 'node_modules/x/index.ts'),
  refusedPath('path in the library of the language', '~lib/array.ts'),
  refusedPath('path that stands for the entry', 'picket.entry.ts'),
  refusedPath('path named __proto__', '__proto__/x.ts/'),
  {
    name: '65 files',
    heldBy: 'number of files',
    payload: files(Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`f${i}.ts`, '']))),
    ending: { refused: 'REQUEST_INVALID' },
  },
  {
    name: '1 MiB of sources and one character',
    heldBy: 'characters of the sources',
    payload: main(' '.repeat((1 << 20) + 1)),
    ending: { refused: 'REQUEST_INVALID' },
  },
  {
    name: '8 MiB of sources in many files',
    heldBy: 'characters of the sources together',
    payload: files(Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`f${i}.ts`, ' '.repeat(1 << 20)]))),
    ending: { refused: 'DETECTOR_SOURCE_REFUSED' },
  },
  refusedSource('import of a file of the server', `import { root } from '../../../../etc/passwd';\n${TICK}`),
  refusedSource('import of a package', `import * as fs from 'fs';\n${TICK}`),
  {
    name: '@external import',
    heldBy: 'only functions of the host can be imported',
    payload: main(
      '@external("env", "system") declare function system(x: i32): i32;\nexport function onTick(now: u64): void { system(1); }',
    ),
    ending: { refused: 'DETECTOR_COMPILE_ERROR' },
  },
  {
    name: '@external import of a host function without its capability',
    heldBy: 'functions by granted capability',
    lines: ['capabilities: [observe]'],
    payload: main(
      '@external("picket:detector/host@0.1.0", "stateget") declare function get(a: i32, b: i32, c: i32): void;\nexport function onTick(now: u64): void { get(0, 0, 0); }',
    ),
    ending: { refused: 'DETECTOR_CAPABILITY', at: /^byte \d+$/ },
  },
  {
    name: 'generics without end',
    heldBy: BOUNDED,
    payload: main(
      'function f<T>(): i32 { return f<Array<T>>(); }\nexport function onTick(now: u64): void { assert(f<i32>() == 1); }',
    ),
    ending: { refused: 'DETECTOR_COMPILER_ENDED' },
  },
  {
    name: 'functions that double 40 times when they are inlined',
    heldBy: BOUNDED,
    payload: main(`${DOUBLING}\nexport function onTick(now: u64): void { assert(f0(<i32>now) == 1); }`),
    ending: { refused: 'DETECTOR_COMPILE_MEMORY' },
  },
  {
    name: 'parentheses that nest 100 000 deep',
    heldBy: BOUNDED,
    payload: main(`export function onTick(now: u64): void { let a = ${'('.repeat(100_000)}1${')'.repeat(100_000)}; }`),
    ending: { refused: 'DETECTOR_COMPILER_ENDED' },
  },
  {
    name: '2 GiB of static memory in a line',
    heldBy: BOUNDED,
    payload: main('const at = memory.data(2000000000);\nexport function onTick(now: u64): void { store<u8>(at, 1); }'),
    ending: { refused: 'DETECTOR_COMPILER_ENDED' },
  },
  {
    name: 'writes all over its own memory',
    heldBy: 'its memory is its own',
    payload: main(
      `import { FileOpen } from '@picket/detector';
export function onFileOpen(e: FileOpen): void { memory.fill(0, 0xff, memory.size() * 65536); }`,
    ),
    ending: { faults: 'DETECTOR_TRAP' },
  },
  {
    name: 'changes the batch under the feet of the library',
    heldBy: 'each detector has a copy of its own',
    payload: main(
      `import { FileOpen } from '@picket/detector';
export function onFileOpen(e: FileOpen): void { for (let i: usize = 0; i < 64; i++) store<u8>(changetype<usize>(e) + i, 0xff); }`,
    ),
    ending: { faults: 'DETECTOR_TRAP' },
  },
];

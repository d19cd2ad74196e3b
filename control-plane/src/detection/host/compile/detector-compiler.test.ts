import { describe, expect, it } from 'vitest';
import { CompileFailed } from './compile-failed.ts';
import { DetectorCompiler } from './detector-compiler.ts';

const compiler = new DetectorCompiler();

async function failure(sources: Record<string, string>, from = compiler): Promise<CompileFailed> {
  const error = await from.compile(sources).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof CompileFailed) return error;
  throw new Error('the sources were compiled', { cause: error });
}

const TICK = 'export function onTick(now: u64): void {}';

describe('sources that are refused before they are compiled', () => {
  it.each([
    [{}, 'main.ts'],
    [{ 'main.ts': TICK, '../up.ts': '' }, '"../up.ts"'],
    [{ 'main.ts': TICK, 'a/../../up.ts': '' }, 'up.ts'],
    [{ 'main.ts': TICK, '/etc/a.ts': '' }, '/etc/a.ts'],
    [{ 'main.ts': TICK, 'a\\b.ts': '' }, 'a'],
    [{ 'main.ts': TICK, 'asconfig.json': '{}' }, 'asconfig.json'],
    [{ 'main.ts': TICK, 'node_modules/x/index.ts': '' }, 'node_modules'],
    [{ 'main.ts': TICK, '~lib/array.ts': '' }, '~lib'],
    [{ 'main.ts': TICK, 'picket.entry.ts': '' }, 'picket.entry.ts'],
    [{ 'main.ts': TICK, 'types.d.ts': '' }, 'types.d.ts'],
    [{ 'main.ts': ' '.repeat(2 << 20) }, 'characters'],
    [Object.fromEntries(['main', ...Array(64).keys()].map((name) => [`${name}.ts`, ''])), '65 files'],
  ])('%# %j', async (sources, said) => {
    const error = await failure(sources as Record<string, string>);
    expect(error.code).toBe('DETECTOR_SOURCE_REFUSED');
    expect(error.message).toContain(said);
  });
});

it('compiles several files to a module of our world', { timeout: 120_000 }, async () => {
  const { module, encoding } = await compiler.compile({
    'main.ts': `import { twice } from './lib/twice';\nexport function onTick(now: u64): void { assert(twice(1) == 2); }`,
    'lib/twice.ts': 'export function twice(a: i32): i32 { return a * 2; }',
  });
  const compiled = new WebAssembly.Module(module);
  expect(encoding).toBe('utf16');
  expect(WebAssembly.Module.exports(compiled).map(({ name }) => name)).toEqual(
    expect.arrayContaining(['memory', 'cabi_realloc', 'init', 'onbatch', 'ontick', '_initialize']),
  );
  for (const found of WebAssembly.Module.imports(compiled)) expect(found.module).toBe('picket:detector/host@0.1.0');
});

it('says where sources are wrong', { timeout: 120_000 }, async () => {
  const main = `import { passwd } from '../../../etc/passwd';
import { NetConnect } from '@picket/detector';
export function onNetConnect(e: NetConnect): void {
  const a: string = e.fd;
}`;
  const error = await failure({ 'main.ts': main });
  expect(error.code).toBe('DETECTOR_COMPILE_ERROR');
  expect(error.diagnostics).toContainEqual({
    file: 'main.ts',
    line: 1,
    column: 24,
    message: "File '../../../etc/passwd.ts' not found.",
    code: 6054,
  });
  expect(error.details?.[0]?.path).toBe('main.ts:1:24');
});

it('says when a file has no handler, or one that does not fit', { timeout: 120_000 }, async () => {
  const none = await failure({ 'main.ts': 'export function onFoo(): void {}' });
  expect(none.message).toContain('main.ts exports no handler');
  const odd = await failure({
    'main.ts': `import { NetConnect } from '@picket/detector';\nexport function onEvent(e: NetConnect): void {}`,
  });
  expect(odd.message).toContain('onEvent does not fit');
});

it('says what is not there', { timeout: 120_000 }, async () => {
  const error = await failure({ 'main.ts': 'export function onTick(now: u64): void { assert(Math.random() < 2); }' });
  expect(error.message).toContain('Math.random is not there');
});

it('ends a compiler that takes too long or too much', { timeout: 120_000 }, async () => {
  const slow = await failure({ 'main.ts': TICK }, new DetectorCompiler({ timeoutMs: 50 }));
  expect(slow.code).toBe('DETECTOR_COMPILE_TIMEOUT');
  const large = await failure({ 'main.ts': TICK }, new DetectorCompiler({ memoryBytes: 8 << 20 }));
  expect(large.code).toBe('DETECTOR_COMPILE_MEMORY');
});

it('answers for sources that break the compiler itself', { timeout: 120_000 }, async () => {
  const deep = `export function onTick(now: u64): void { let a = ${'('.repeat(200_000)}1${')'.repeat(200_000)}; }`;
  const error = await failure({ 'main.ts': deep });
  expect(error.code).toMatch(/^DETECTOR_COMPIL/);
});

it('keeps a compiler waiting and takes the next one after it', { timeout: 120_000 }, async () => {
  const warm = new DetectorCompiler({ warm: true });
  try {
    expect((await warm.compile({ 'main.ts': TICK })).module.length).toBeGreaterThan(100);
  } finally {
    await warm.close();
  }
});

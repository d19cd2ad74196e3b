import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { CompileProcess } from '../compile/compile-process.ts';
import { DetectorCompiler } from '../compile/detector-compiler.ts';
import { spawnConfined } from './spawn-confined.ts';

const folder = mkdtempSync(join(tmpdir(), 'picket-spawn-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('starts nothing without the launcher when a confinement is required', () => {
  const options = { entry: 'compile', dataBytes: 1 << 30, launcher: '/nowhere', required: true } as const;
  expect(() => spawnConfined(options)).toThrow(expect.objectContaining({ code: 'DETECTOR_CONFINEMENT' }));
});

it('tells of a compiler that could not be confined as required', async () => {
  const launcher = join(folder, 'launcher');
  const report = 'echo "miss uid Operation not permitted" >&3; echo "fail required Operation not permitted" >&3';
  writeFileSync(launcher, `#!/bin/sh\n${report}\nexit 70\n`, { mode: 0o755 });
  const compiler = new CompileProcess(false, true, launcher);
  const limits = { timeoutMs: 10_000, memoryBytes: 1 << 30 };
  await expect(compiler.run({ files: {}, entry: 'main.ts' }, limits)).rejects.toMatchObject({
    code: 'DETECTOR_CONFINEMENT',
    message: expect.stringContaining('uid (Operation not permitted)'),
  });
});

it.runIf(process.getuid?.() === 0).each([0o022, 0o077])(
  'compiles with all of the confinement where it can be had, under umask %i',
  async (mask) => {
    const source = 'export function onTick(now: u64): void {}';
    const before = process.umask(mask);
    try {
      const { module } = await new DetectorCompiler({ confinement: 'required' }).compile({ 'main.ts': source });
      expect(WebAssembly.validate(module)).toBe(true);
    } finally {
      process.umask(before);
    }
  },
);

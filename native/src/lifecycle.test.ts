import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { compileProgram } from '../test-programs/compile.ts';

const SCRIPTS = join(import.meta.dirname, '..', 'test-programs');

// Once here, so that the scripts and workers below find it made.
compileProgram('rings');

function runScript(name: string, ...args: string[]): string[] {
  const all = ['--expose-gc', '--no-warnings', join(SCRIPTS, name), ...args];
  return execFileSync(process.execPath, all, { encoding: 'utf8', timeout: 20_000 }).trim().split('\n');
}

describe('many reloads', () => {
  it('leave no descriptor, mapping or memory behind', () => {
    const { before, after } = JSON.parse(runScript('reload.ts')[0] ?? '');
    expect(after.descriptors).toBe(before.descriptors);
    // The collector and the allocator move a little; one lost reader a reload would be 400 mappings, one log 800 MB.
    expect(after.mappings - before.mappings).toBeLessThan(40);
    expect(after.virtualKb - before.virtualKb).toBeLessThan(64_000);
    expect(after.residentKb - before.residentKb).toBeLessThan(10_000);
  });
});

describe('a process with a reader', () => {
  it.each([
    ['closes it and then ends', 'close', ['ready', 'exit']],
    ['ends although it reads', 'exit', ['ready', 'exit']],
    ['ends when nothing else keeps it and the reader does not', 'unref', ['exit']],
    ['hears of an error in onReady', 'throw', ['uncaught: thrown by onReady', 'exit']],
  ])('%s', (_, scenario, said) => {
    expect(runScript('lifecycle.ts', scenario)).toEqual(said);
  });
});

describe('workers', () => {
  const start = (scenario: string) => new Worker(join(SCRIPTS, 'lifecycle.ts'), { workerData: scenario });

  it('have an addon each', async () => {
    const workers = ['close', 'close', 'exit'].map(start);
    const ends = await Promise.all(workers.map((worker) => once(worker, 'exit')));
    expect(ends).toEqual([[0], [0], [0]]);
  });

  it('can be killed while they read', async () => {
    for (let round = 0; round < 5; round++) {
      const worker = start('stay');
      expect(await once(worker, 'message')).toEqual(['ready']);
      expect(await worker.terminate()).toBe(1);
    }
  });
});

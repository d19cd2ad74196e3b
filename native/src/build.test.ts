import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const NATIVE = join(import.meta.dirname, '..');
const SOURCE = `#include <napi.h>
static Napi::Object start(Napi::Env, Napi::Object exports) { return exports; }
NODE_API_MODULE(tiny, start)
`;

/** A folder with the real build script and an addon of one file. Inside the project, so that packages are found. */
let folder: string;

beforeEach(() => {
  mkdirSync(join(NATIVE, 'build', 'test'), { recursive: true });
  folder = mkdtempSync(join(NATIVE, 'build', 'test', 'build-'));
  copyFileSync(join(NATIVE, 'build.ts'), join(folder, 'build.ts'));
  mkdirSync(join(folder, 'addon'));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'addon', 'tiny.h'), '');
  writeFileSync(join(folder, 'addon', 'tiny.cc'), SOURCE);
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function build(path: string): { status: number | null; stderr: string } {
  const script = join(folder, 'build.ts');
  const run = spawnSync(process.execPath, ['--no-warnings', script], { encoding: 'utf8', env: { PATH: path } });
  return { status: run.status, stderr: run.stderr };
}

const built = (file: string): number => statSync(join(folder, 'build', file)).mtimeMs;

describe('the build', () => {
  it('compiles once, again after a change of any input, and tells errors of the source', () => {
    const path = '/usr/bin:/bin';
    expect(build(path)).toEqual({ status: 0, stderr: '' });
    const first = built('picket_native.node');
    expect(build('/nowhere')).toEqual({ status: 0, stderr: '' });
    expect(built('picket_native.node')).toBe(first);

    const later = new Date(Date.now() + 5000);
    utimesSync(join(folder, 'addon', 'tiny.h'), later, later);
    writeFileSync(join(folder, 'addon', 'tiny.cc'), `${SOURCE}int unused(int argument) { return 0; }\n`);
    const run = build(path);
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/^native: g\+\+ failed:.*tiny\.cc:4:.*unused parameter/s);
    expect(built('picket_native.node')).toBe(first);
  });

  it('names what is missing', () => {
    expect(build('/nowhere').stderr).toMatch(/^native: g\+\+ cannot be run .*apt-get install g\+\+\n$/);
    const compiler = join(folder, 'bin', 'g++');
    writeFileSync(compiler, '#!/bin/sh\nexec /usr/bin/g++ -nostdinc "$@"\n');
    chmodSync(compiler, 0o755);
    const run = build(`${join(folder, 'bin')}:/usr/bin:/bin`);
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/apt-get install libbpf-dev liblz4-dev libelf-dev/);
  });
});

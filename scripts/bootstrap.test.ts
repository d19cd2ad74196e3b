import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** A project of one package, in which the picket command is a script of the test and npm one that leaves a note. */
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'picket-bootstrap-'));
  for (const folder of ['scripts', 'sdk/cli/src', 'node_modules/.bin', 'elsewhere'])
    mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(join(import.meta.dirname, 'bootstrap.mjs'), join(root, 'scripts/bootstrap.mjs'));
  symlinkSync(process.execPath, join(root, 'node_modules/.bin/node'));
  writeFileSync(
    join(root, 'elsewhere/npm'),
    `#!/bin/sh\necho "$@" > ${root}/npm-was-called\necho npm says no\nexit 3\n`,
  );
  chmodSync(join(root, 'elsewhere/npm'), 0o755);
  lock('package-lock.json', { a: '1.0.0' });
  lock('node_modules/.package-lock.json', { a: '1.0.0' });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function lock(file: string, versions: Record<string, string>, more: object = {}): void {
  const packages = Object.entries(versions).map(([name, version]) => [
    `node_modules/${name}`,
    { version, integrity: name, ...more },
  ]);
  writeFileSync(join(root, file), JSON.stringify({ packages: Object.fromEntries([['', {}], ...packages]) }));
}

function start(script: string, ...args: string[]): ChildProcess {
  writeFileSync(join(root, 'sdk/cli/src/main.ts'), script);
  return spawn(process.execPath, [join(root, 'scripts/bootstrap.mjs'), ...args], {
    cwd: root,
    env: { PATH: `${root}/elsewhere:/usr/bin:/bin`, INIT_CWD: join(root, 'elsewhere') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function finish(child: ChildProcess): Promise<{ code: number; stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name]?.on('data', (piece) => (said[name] += piece));
  const [code] = await once(child, 'close');
  return { code, ...said };
}

const npmCall = () => readFileSync(join(root, 'npm-was-called'), 'utf8').trim();

describe('bootstrap', () => {
  it('runs the command in the folder of the user, with its arguments, and passes its exit code on', async () => {
    const script = 'console.log(process.cwd(), process.argv.slice(2).join("|")); process.exitCode = 7;';
    const result = await finish(start(script, 'picket', 'record', 'a b'));
    expect(result).toEqual({ code: 7, stdout: `${root}/elsewhere record|a b\n`, stderr: '' });
  });

  it('passes signals on', async () => {
    const child = start(
      "process.on('SIGTERM', () => process.exit(5)); console.log('up'); setInterval(() => {}, 1000);",
      'picket',
    );
    const ended = finish(child);
    await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
    child.kill('SIGTERM');
    expect((await ended).code).toBe(5);
  });

  it('answers with 128 and the signal for a command that a signal ended', async () => {
    expect((await finish(start("process.kill(process.pid, 'SIGKILL')", 'picket'))).code).toBe(137);
  });

  it('knows its commands', async () => {
    const { code, stderr } = await finish(start('', 'fly'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Usage: npm run <start\|demo\|test\|check\|bench/);
  });

  it('installs when a package is missing or another version, and shows what npm said when it fails', async () => {
    for (const versions of [{}, { a: '0.9.0' }] as Record<string, string>[]) {
      lock('node_modules/.package-lock.json', versions);
      const { code, stderr } = await finish(start('', 'picket'));
      expect(code).toBe(3);
      expect(stderr).toBe(
        'npm packages: installing\nnpm says no\nnpm packages: npm ci failed (code 3); mend that and try again\n',
      );
      expect(npmCall()).toMatch(/^ci /);
    }
  });

  it('is content without optional packages of other platforms', async () => {
    lock('package-lock.json', { a: '1.0.0' });
    const file = join(root, 'package-lock.json');
    const both = JSON.parse(readFileSync(file, 'utf8'));
    both.packages['node_modules/b'] = { version: '1.0.0', optional: true };
    writeFileSync(file, JSON.stringify(both));
    expect((await finish(start('', 'picket'))).code).toBe(0);
  });

  it('does not ask npm ci for what a lock without some platforms can not give', async () => {
    lock('package-lock.json', { a: '1.1.0' }, { optionalDependencies: { 'a-for-another-system': '1' } });
    await finish(start('', 'picket'));
    expect(npmCall()).toMatch(/^install --no-save /);
  });
});

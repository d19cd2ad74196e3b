import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLock } from './lock.ts';
import { identityOf, isAlive, parseIdentity } from './process-identity.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'picket-lock-'));
  file = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Another process that takes the lock, says how that went, and holds it until its stdin ends. */
function contender() {
  const module = fileURLToPath(new URL('lock.ts', import.meta.url));
  const script = `
    const { takeLock } = await import(${JSON.stringify(module)});
    try { takeLock(${JSON.stringify(file)}); console.log('taken'); } catch (error) { console.log(error.code); process.exit(); }
    process.stdin.resume().on('end', () => process.exit());`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
}

async function said(child: ReturnType<typeof contender>): Promise<string> {
  const [data] = await once(child.stdout, 'data');
  return String(data).trim();
}

describe('takeLock', () => {
  it('is refused to a second process, which learns who holds it, until it is released', async () => {
    const child = contender();
    expect(await said(child)).toBe('taken');
    expect(() => takeLock(file)).toThrow(new RegExp(`process ${child.pid}: stop it first`));
    child.kill('SIGKILL');
    await once(child, 'close');
    const lock = takeLock(file);
    expect(() => takeLock(file)).toThrow(/already runs/);
    lock.release();
    expect(existsSync(file)).toBe(false);
    takeLock(file).release();
  });

  it('is taken over from the dead, from a reused pid, from an earlier boot and from half a file', () => {
    const own = identityOf(process.pid);
    const stale = [
      { ...own, pid: 4194305 },
      { ...own, start: '1' },
      { ...own, boot: 'another' },
    ].map((v) => JSON.stringify(v));
    for (const text of [...stale, '{"pid":', '', '[]']) {
      writeFileSync(file, text);
      takeLock(file).release();
    }
  });

  it('goes to one of many that find it stale at once', async () => {
    writeFileSync(file, JSON.stringify({ ...identityOf(process.pid), start: '1' }));
    const children = Array.from({ length: 6 }, contender);
    const outcomes = await Promise.all(children.map(said));
    expect(outcomes.sort()).toEqual([...Array(5).fill('ALREADY_RUNNING'), 'taken']);
    for (const child of children) child.stdin.end();
    await Promise.all(children.map((child) => child.exitCode ?? once(child, 'close')));
    expect(readdirSync(folder)).toEqual(['lock']);
  });

  it('does not release a lock that another has taken over', () => {
    const lock = takeLock(file);
    writeFileSync(file, JSON.stringify(identityOf(1)));
    lock.release();
    expect(existsSync(file)).toBe(true);
  });
});

describe('process identity', () => {
  it('tells live processes from those that are gone', () => {
    const own = identityOf(process.pid);
    expect(own && isAlive(own)).toBe(true);
    expect(own && parseIdentity(JSON.stringify(own))).toEqual(own);
    expect(identityOf(4194305)).toBeUndefined();
    expect(readFileSync(`/proc/${process.pid}/stat`, 'utf8')).toContain(` ${own?.start} `);
  });
});

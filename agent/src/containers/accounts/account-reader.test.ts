import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readProcess } from '../process-facts.ts';
import { type AccountFiles, AccountReader } from './account-reader.ts';

/* Real processes in real roots; it needs root, as the agent does. */
const reader = new AccountReader();
const children: ChildProcess[] = [];
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'picket-accounts-'));
  for (const name of ['bin', 'etc']) mkdirSync(join(root, name));
  execFileSync('cp', ['/bin/busybox', join(root, 'bin/busybox')]);
  put('passwd', 'root:x:0:0::/root:/bin/sh\n');
  put('group', 'root:x:0:\n');
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
  }
  for (const path of [root, `${root}.passwd`]) rmSync(path, { recursive: true, force: true });
});

const put = (name: string, text: string) => writeFileSync(join(root, 'etc', name), text);

async function started(command: string, ...args: string[]): Promise<number> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout ?? child, 'data');
  return child.pid ?? 0;
}

const inRoot = () => started('chroot', root, '/bin/busybox', 'sh', '-c', 'echo up; exec /bin/busybox sleep 300');
const startOf = (pid: number) => readProcess(pid, 0n)?.start ?? 0n;

function read(pid: number, before?: AccountFiles, nodeRoot = false) {
  return reader.read({ pid, start: startOf(pid), cgroup: '/none of it', before, nodeRoot });
}

async function filesOf(pid: number, before?: AccountFiles): Promise<AccountFiles> {
  const reading = await read(pid, before);
  if (reading.state !== 'read') throw new Error(JSON.stringify(reading));
  return reading.files;
}

describe('AccountReader', () => {
  it('reads users and groups of the root of a process, and again what has changed', async () => {
    const pid = await inRoot();
    const first = await filesOf(pid);
    expect(first).toMatchObject({ refused: '', accounts: { users: ['0:root:0:/root:/bin/sh'], groups: ['0:root'] } });
    const second = await filesOf(pid, first);
    expect(second.accounts.users).toBe(first.accounts.users);
    put('passwd', 'root:x:0:0::/root:/bin/sh\nnew:x:7:0:::\n');
    const third = await filesOf(pid, second);
    expect(third.accounts.users).toEqual(['0:root:0:/root:/bin/sh', '7:new:0::']);
    expect(third.accounts.groups).toBe(first.accounts.groups);
  });

  it('forgets the names of a file that is gone, spoilt or led elsewhere', async () => {
    const pid = await inRoot();
    let before = await filesOf(pid);
    const replace = async (make: () => void) => {
      unlinkSync(join(root, 'etc/passwd'));
      make();
      before = await filesOf(pid, before);
      return before;
    };
    expect(await replace(() => symlinkSync('/proc/self/root/etc/passwd', join(root, 'etc/passwd')))).toMatchObject({
      accounts: { users: [], groups: ['0:root'] },
    });
    const outside = `${root}.passwd`;
    writeFileSync(outside, 'outside:x:0:0:::\n');
    expect(await replace(() => symlinkSync(`../../../..${outside}`, join(root, 'etc/passwd')))).toMatchObject({
      accounts: { users: [] },
    });
    expect(await replace(() => execFileSync('mkfifo', [join(root, 'etc/passwd')]))).toMatchObject({
      accounts: { users: [] },
      refused: '/etc/passwd is no regular file',
    });
    expect(await replace(() => put('passwd', 'back:x:3:0:::\n'))).toMatchObject({
      accounts: { users: ['3:back:0::'] },
      refused: '',
    });
  });

  it('takes the beginning of a file that is too long, whole lines of it', async () => {
    put('passwd', `root:x:0:0:::\n${'filler:no number here\n'.repeat(20_000)}last:x:9:9:::\n`);
    expect((await filesOf(await inRoot())).accounts).toMatchObject({ users: ['0:root:0::'], cut: true });
  });

  it('tells ids as the host has them', async () => {
    const pid = await started('unshare', '--user', 'sh', '-c', 'echo up; read go; echo on; exec sleep 300');
    writeFileSync(`/proc/${pid}/uid_map`, '0 100000 10\n');
    writeFileSync(`/proc/${pid}/gid_map`, '0 200000 10\n');
    const reading = await read(pid, undefined, true);
    expect(reading).toMatchObject({ state: 'read' });
    const { users, groups } = reading.state === 'read' ? reading.files.accounts : { users: [], groups: [] };
    expect(users[0]).toMatch(/^100000:root:200000:/);
    expect(groups[0]).toMatch(/^200000:root$/);
    expect(users.every((entry) => entry.startsWith('10000'))).toBe(true);
  });

  it('does not take the files of the node for those of a container that is being made', async () => {
    const pid = await started('sh', '-c', 'echo up; exec sleep 300');
    expect(await read(pid)).toEqual({ state: 'early' });
    expect(await read(pid, undefined, true)).toMatchObject({ state: 'read' });
  });

  it('does not take another process for the one that was meant', async () => {
    const pid = await inRoot();
    const target = { pid, start: startOf(pid) + 10_000_000n, cgroup: '/none of it', nodeRoot: false };
    expect(await reader.read(target)).toEqual({ state: 'gone' });
    expect(await reader.read({ ...target, start: 0n })).toEqual({ state: 'gone' });
    expect(await reader.read({ ...target, pid: 2 ** 22 + 1 })).toEqual({ state: 'gone' });
  });
});

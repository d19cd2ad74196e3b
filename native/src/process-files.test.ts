import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProcessFilesReading, type ProcessFilesRequest } from './index.ts';

/* A process whose root is a folder that an enemy has filled. It needs root, as the agent does. */
let folder: string;
let child: ChildProcess;
const SECRET = 'of the host\n';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'picket-root-'));
  const root = join(folder, 'root');
  for (const name of ['bin', 'proc', 'etc', 'etc/real', 'etc/folder']) mkdirSync(join(root, name), { recursive: true });
  execFileSync('cp', ['/bin/busybox', join(root, 'bin/busybox')]);
  writeFileSync(join(folder, 'secret'), SECRET);
  writeFileSync(join(root, 'etc/real/passwd'), 'root:x:0:0:::\n');
  writeFileSync(join(root, 'etc/long'), 'x'.repeat(5000));
  writeFileSync(join(root, 'etc/bytes'), Buffer.from([0xff, 0x00, 0xfe]));
  execFileSync('mkfifo', [join(root, 'etc/fifo')]);
  execFileSync('mknod', [join(root, 'etc/zero'), 'c', '1', '5']);
  const links = {
    inside: '/etc/real/passwd',
    up: '../../../../../../etc/real/passwd',
    secret: join(folder, 'secret'),
    climb: '../../secret',
    magic: '/proc/self/root/etc/real/passwd',
    loop: '/etc/loop',
    made: '/proc/self/status',
  };
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(root, 'etc', name));
  symlinkSync('real', join(root, 'etc/way'));
  const mounted =
    'mount -t proc proc "$1/proc" && exec chroot "$1" /bin/busybox sh -c "echo up; exec /bin/busybox sleep 300"';
  child = spawn('unshare', ['--mount', 'sh', '-c', mounted, 'sh', root], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout ?? child, 'data');
});
afterAll(async () => {
  const ended = once(child, 'close');
  child.kill('SIGKILL');
  await ended;
  rmSync(folder, { recursive: true, force: true });
});

const DEADLINE_MS = 5000;
const readFiles = async (request: ProcessFilesRequest) => new ProcessFilesReading(request).later(DEADLINE_MS);
const read = async (path: string, stamp = '', limit = 1024) => {
  const request = { pid: child.pid ?? 0, own: [], files: [{ path, stamp }], limit };
  const [file] = (await readFiles(request)).files;
  return { ...file, text: file?.bytes.toString() };
};

describe('ProcessFilesReading', () => {
  it('reads below the root of the process, through links too', async () => {
    for (const path of ['etc/real/passwd', '/etc/real/passwd', 'etc/inside', 'etc/up', 'etc/way/passwd'])
      expect(await read(path), path).toMatchObject({ state: 'read', text: 'root:x:0:0:::\n', cut: false });
  });

  it.each(['etc/secret', 'etc/climb', 'etc/../../secret', 'etc/nothing', 'etc/real/passwd/x'])(
    'does not leave the root by %s',
    async (path) => {
      expect(await read(path)).toMatchObject({ state: 'missing', text: '', stamp: '' });
    },
  );

  it.each(['etc/magic', 'etc/loop'])('does not follow %s', async (path) => {
    expect(await read(path)).toMatchObject({ state: 'failed', errno: 40, text: '' });
  });

  it.each(['etc/fifo', 'etc/zero', 'etc/folder'])('does not open %s', async (path) => {
    expect(await read(path)).toMatchObject({ state: 'irregular', text: '' });
  });

  it('takes nothing from files that the kernel makes up', async () => {
    expect(await read('etc/made')).toMatchObject({ state: 'read', text: '' });
  });

  it('reads no more than the limit, and gives bytes as they are', async () => {
    expect(await read('etc/long')).toMatchObject({ state: 'read', text: 'x'.repeat(1024), cut: true });
    expect([...((await read('etc/bytes')).bytes ?? [])]).toEqual([0xff, 0x00, 0xfe]);
  });

  it('does not read again what has not changed', async () => {
    const { stamp } = await read('etc/real/passwd');
    expect(await read('etc/real/passwd', stamp)).toMatchObject({ state: 'same', text: '', stamp });
    writeFileSync(join(folder, 'root/etc/real/passwd'), 'root:x:0:0:::\n');
    expect(await read('etc/real/passwd', stamp)).toMatchObject({ state: 'read' });
  });

  it('tells which root it was, and what /proc says of the process', async () => {
    const pid = child.pid ?? 0;
    const found = await readFiles({
      pid,
      own: ['stat', 'uid_map', 'nothing'],
      files: [],
      limit: 0,
    });
    const { dev, ino } = statSync(join(folder, 'root'), { bigint: true });
    expect([found.rootDevice, found.rootInode]).toEqual([dev, ino]);
    expect(found.own[0]?.bytes.toString()).toMatch(new RegExp(`^${pid} \\(`));
    expect(found.own[1]?.bytes.toString()).toBe(readFileSync('/proc/self/uid_map', 'utf8'));
    expect(found.own[2]?.state).toBe('missing');
  });

  it('says when there is no such process', async () => {
    const request = { pid: 2 ** 22 + 1, own: [], files: [], limit: 0 };
    await expect(readFiles(request)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('refuses arguments that are none', async () => {
    const request = { pid: 1, own: ['a\0b'], files: [], limit: 0 };
    await expect(readFiles(request)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('a file system that never answers', () => {
  it('costs no more than its own reading, and no more than so many threads', async () => {
    const device = openSync('/dev/fuse', 'r+');
    const folder = mkdtempSync(join(tmpdir(), 'picket-silent-'));
    // nobody reads from the device: whoever asks the file system waits
    const mounted = `mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 none "$1" && echo up && exec sleep 300`;
    const silent = spawn('unshare', ['--mount', 'sh', '-c', mounted, 'sh', folder], {
      stdio: ['ignore', 'pipe', 'inherit', device],
    });
    await once(silent.stdout ?? silent, 'data');
    const inside = { pid: silent.pid ?? 0, own: [], files: [{ path: join(folder, 'passwd') }], limit: 1024 };
    const ask = async () => {
      const reading = new ProcessFilesReading(inside);
      expect(reading.now(1)).toBeUndefined();
      return reading.later(50);
    };
    const asked = await Promise.allSettled(Array.from({ length: 20 }, ask));
    const codes = asked.map((answer) => (answer.status === 'rejected' ? answer.reason.code : 'read'));
    expect(codes.filter((code) => code === 'READ_LATE')).toHaveLength(16);
    expect(codes.filter((code) => code === 'READ_BUSY')).toHaveLength(4);
    const ended = once(silent, 'close');
    silent.kill('SIGKILL');
    closeSync(device);
    await ended;
    // its threads have got an error now, and others may read again
    const request = { pid: process.pid, own: [], files: [{ path: 'etc/passwd' }], limit: 1 << 18 };
    await expect.poll(() => readFiles(request).then(({ files }) => files[0]?.state)).toBe('read');
    rmSync(folder, { recursive: true });
  });
});

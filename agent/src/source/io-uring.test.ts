import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HeaderFlag } from '@picket/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Seen, TracedCgroup } from './testing/traced-cgroup.ts';

const { ioUring, userPath, unfinished } = HeaderFlag;
let folder = '';
let program = '';

/** Why io_uring can not be tried here; empty when it can. */
const refused = (() => {
  try {
    const disabled = readFileSync('/proc/sys/kernel/io_uring_disabled', 'utf8').trim();
    return disabled === '2' ? 'kernel.io_uring_disabled is 2: nobody may use io_uring here' : '';
  } catch {
    return '';
  }
})();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'picket-uring-'));
  program = join(folder, 'io-uring');
  const source = fileURLToPath(new URL('testing/io-uring.c', import.meta.url));
  const { status, stderr } = spawnSync('gcc', ['-O1', '-static', '-Wall', '-Wextra', '-o', program, source], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

let traced: TracedCgroup;
beforeAll(() => {
  if (refused === '') traced = new TracedCgroup();
});
afterAll(async () => {
  await traced?.[Symbol.asyncDispose]();
});

let place = '';
let real = '';
beforeEach(() => {
  place = mkdtempSync(join(folder, 'case-'));
  real = join(place, 'real');
  mkdirSync(real);
  writeFileSync(join(real, 'data'), 'data');
  symlinkSync(real, join(place, 'alias'));
});

/** Runs requests in the working directory of the case; returns their results and the events they made. */
async function ask(requests: string, cgroup = traced): Promise<{ results: string[]; events: Seen[] }> {
  cgroup.seen.length = 0;
  const { stdout, code } = await cgroup.run(`exec ${program} ${requests}`, { cwd: place });
  expect(code).toBe(0);
  // other cgroups on the machine that nobody knows yet are traced too
  const own = cgroup.seen.filter((event) => event.cgroup === String(cgroup.id));
  const events = own.filter((event) => (Number(event.flags) & ioUring) !== 0);
  return { results: stdout.trim().split('\n'), events };
}

/** The process that made the requests, told by its exec. */
const runner = () => traced.of('process.exec').find((event) => event.path === program);

describe.skipIf(refused !== '')(`io_uring ${refused}`, () => {
  it.each(['', 'worker ', 'poll '])('%stells opens by the file that was opened', async (option) => {
    const { results, events } = await ask(
      `${option}open - alias/../real/data 0x8000 0 + open ${real} data 2 0 + open2 alias/fresh 0x41 0640`,
    );
    const data = statSync(join(real, 'data'));
    const fresh = statSync(join(real, 'fresh'));
    const same = { kind: 'file.open', flags: ioUring, count: 1, links: 1, name: '', slot: 7, generation: 3 };
    expect(results.every((fd) => Number(fd) > 2)).toBe(true);
    expect(events).toMatchObject([
      { ...same, path: join(real, 'data'), inode: String(data.ino), file_mode: data.mode, result: Number(results[0]) },
      { ...same, path: join(real, 'data'), syscall: 257, result: Number(results[1]) },
      { ...same, path: join(real, 'fresh'), inode: String(fresh.ino), syscall: 437, result: Number(results[2]) },
    ]);
    expect(events.map((event) => Number(event.open_flags) & 3)).toEqual([0, 2, 1]);
    expect(events.map((event) => event.create_mode)).toEqual([0, 0, 0o640]);
    expect(Number(events[2]?.file_flags) & 32).toBe(32);
    const { tgid, ppid, uid, start } = runner() ?? {};
    for (const event of events) expect(event).toMatchObject({ tgid, ppid, uid, start, cgroup: String(traced.id) });
  });

  it('tells failed opens by what was asked for', async () => {
    const { results, events } = await ask(`open - nope 0 0 + open ${real} none 0 0 + open - /no/where 0x41 0600`);
    expect(results).toEqual(['-2', '-2', '-2']);
    const same = { kind: 'file.open', flags: ioUring | userPath, result: -2, inode: '0', file_mode: 0, syscall: 257 };
    expect(events).toMatchObject([
      { ...same, path: `${place}/nope` },
      { ...same, path: `${real}/none` },
      { ...same, path: '/no/where', create_mode: 0o600 },
    ]);
  });

  it('tells the file behind a slot of the ring', async () => {
    const { results, events } = await ask('slot alias/data');
    expect(results).toEqual(['0']);
    expect(events).toMatchObject([{ kind: 'file.open', path: `${real}/data`, flags: ioUring, result: 0 }]);
    expect(events[0]?.inode).toBe(String(statSync(join(real, 'data')).ino));
  });

  it.each(['', 'worker ', 'poll '])('%stells changes of names and sizes', async (option) => {
    const { results, events } = await ask(
      `${option}mkdir d 0750 + rename real/data moved 1 + rename none other 0 + symlink ../x l + link - moved hard 0` +
        ' + truncate moved 12 + unlink hard 0 + unlink d 0x200 + unlink gone 0',
    );
    expect(results).toEqual(['0', '0', '-2', '0', '0', '0', '0', '0', '-2']);
    const moved = statSync(join(place, 'moved'));
    expect(moved.size).toBe(12);
    const asked = { kind: 'file.modify', flags: ioUring | userPath, result: 0, inode: '0', count: 1, slot: 7 };
    const none = { call_flags: 0, mode: 0, owner: 0xffffffff, group: 0xffffffff, new_size: '0', target: '' };
    expect(events).toMatchObject([
      { ...asked, ...none, syscall: 258, path: `${place}/d`, mode: 0o750 },
      { ...asked, ...none, syscall: 316, path: `${real}/data`, target: `${place}/moved`, call_flags: 1 },
      { ...asked, ...none, syscall: 316, path: `${place}/none`, target: `${place}/other`, result: -2 },
      { ...asked, ...none, syscall: 266, path: '../x', target: `${place}/l` },
      { ...asked, ...none, syscall: 265, path: `${place}/moved`, target: `${place}/hard` },
      { ...asked, ...none, syscall: 77, path: `${place}/moved`, flags: ioUring, inode: `${moved.ino}`, new_size: '12' },
      { ...asked, ...none, syscall: 263, path: `${place}/hard` },
      { ...asked, ...none, syscall: 263, path: `${place}/d`, call_flags: 0x200 },
      { ...asked, ...none, syscall: 263, path: `${place}/gone`, result: -2 },
    ]);
  });

  it.each(['', 'worker ', 'poll '])('%stells connections, their peers, and their close', async (option) => {
    const { results, events } = await ask(`${option}connect 127.0.0.1 9 + talk`);
    const port = Number(results[1]);
    expect(Number(results[0])).toBeLessThan(0);
    const own = { local_ip: '127.0.0.1', flags: ioUring, family: 2, protocol: 6, slot: 7 };
    expect(events.filter((event) => event.kind !== 'net.close')).toMatchObject([
      { kind: 'net.connect', remote_ip: '127.0.0.1', remote_port: 9, result: Number(results[0]), syscall: 42 },
      { ...own, kind: 'net.listen', local_port: port, backlog: 5, result: 0, syscall: 50 },
      { ...own, kind: 'net.connect', remote_ip: '127.0.0.1', remote_port: port, result: 0, syscall: 42, count: 1 },
      {
        ...own,
        kind: 'net.accept',
        local_port: port,
        remote_ip: '127.0.0.1',
        result: Number(results[2]),
        syscall: 288,
      },
    ]);
    const { tgid } = runner() ?? {};
    expect(events.every((event) => event.tgid === tgid)).toBe(true);
    expect(
      traced
        .of('net.close')
        .map((event) => event.role)
        .sort(),
    ).toEqual([1, 2]);
  });

  it('tells the socket file behind a name, and raw sockets', async () => {
    const server = createServer((peer) => peer.destroy());
    await new Promise<void>((ready) => server.listen(join(real, 's'), ready));
    try {
      const { results, events } = await ask('unix alias/s + unix alias/none + socket 17 0x80003 0x300 + socket 2 1 0');
      expect(results.map(Number)).toEqual([0, -2, expect.any(Number), expect.any(Number)]);
      expect(events).toMatchObject([
        { kind: 'net.unix', path: join(real, 's'), peer_pid: process.pid, type: 1, abstract: 0, flags: ioUring },
        { kind: 'net.unix', path: 'alias/none', peer_pid: 0, result: -2, flags: ioUring | userPath, syscall: 42 },
        { kind: 'net.socket', domain: 17, type: 3, protocol: 0x300, result: Number(results[2]), syscall: 41 },
      ]);
    } finally {
      await new Promise((closed) => server.close(closed));
    }
  });

  it.each([
    ['skip', 'whose success posts nothing'],
    ['full', 'whose result finds no room'],
  ])('%s: tells requests %s, without a result', async (option) => {
    const { results, events } = await ask(`${option} open - alias/data 0 0 + rename alias/data moved 0`);
    expect(results).toEqual(['none', 'none']);
    const flags = ioUring | userPath | unfinished;
    expect(events).toMatchObject([
      { kind: 'file.open', path: `${place}/alias/data`, flags, result: 0, inode: '0' },
      { kind: 'file.modify', path: `${place}/alias/data`, target: `${place}/moved`, flags, result: 0 },
    ]);
    expect(statSync(join(place, 'moved')).size).toBe(4);
  });

  it('tells each of more requests than are kept until their end', async () => {
    await traced.run('mkfifo pipe', { cwd: place });
    const { results, events } = await ask('worker crowd 300 pipe');
    expect(results).toEqual(['none']);
    expect(events.length).toBe(300);
    const ended = events.filter((event) => Number(event.result) < 0);
    const without = events.filter((event) => (Number(event.flags) & unfinished) !== 0);
    expect(ended.length + without.length).toBe(300);
    expect(without.length).toBeGreaterThanOrEqual(300 - 256);
    for (const event of events) expect(event).toMatchObject({ path: `${place}/pipe`, open_flags: expect.any(Number) });
  });

  it('tells the same with the build for older kernels, and loses nothing', async () => {
    await using portable = new TracedCgroup({ trace: true, portable: true });
    const requests = 'open - alias/data 0 0 + slot alias/data + unlink gone 0 + connect 127.0.0.1 9';
    const { events } = await ask(requests, portable);
    expect(events.filter((event) => event.kind !== 'net.connect')).toMatchObject([
      { kind: 'file.open', path: `${real}/data`, flags: ioUring },
      { kind: 'file.open', path: `${real}/data`, flags: ioUring },
      { kind: 'file.modify', path: `${place}/gone`, result: -2 },
    ]);
    expect(events.filter((event) => event.kind === 'net.connect')).toMatchObject([
      { remote_ip: '127.0.0.1', remote_port: 9, result: -111 },
    ]);
    expect(portable.source.losses()).toEqual([]);
    expect(portable.source.probes().filter((probe) => probe.state !== 'attached')).toEqual([]);
  });

  it('says nothing of a cgroup that is ignored', async () => {
    traced.source.ignore(traced.id);
    try {
      expect((await ask('open - alias/data 0 0 + talk')).events).toEqual([]);
    } finally {
      traced.source.trace(traced.id, 7, 3);
    }
  });
});

// Size: one table row for each call that changes files.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HeaderFlag } from '@picket/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Seen, TracedCgroup } from './testing/traced-cgroup.ts';

const { userPath, pathTruncated, compat } = HeaderFlag;
const LEFT = 0xffffffff;
let folder = '';
let program = '';
let traced: TracedCgroup;
/** Working directory of the case, with a file `data` and a directory `sub`. */
let place = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'picket-files-'));
  program = join(folder, 'file-calls');
  const source = fileURLToPath(new URL('testing/file-calls.c', import.meta.url));
  const { status, stderr } = spawnSync('gcc', ['-O1', '-static', '-Wall', '-Wextra', '-o', program, source], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  traced = new TracedCgroup();
});
afterAll(async () => {
  await traced?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  place = mkdtempSync(join(folder, 'case-'));
  mkdirSync(join(place, 'sub'));
  writeFileSync(join(place, 'data'), 'data');
});

/** Events of the cgroup alone: others on the machine that nobody knows yet are traced too. */
const own = (kind: string, cgroup = traced): Seen[] =>
  cgroup.of(kind).filter((event) => event.cgroup === String(cgroup.id));

/** Makes the calls in the working directory of the case; returns what they gave and the events of the kind. */
async function make(kind: string, calls: string, cgroup = traced): Promise<{ results: number[]; events: Seen[] }> {
  cgroup.seen.length = 0;
  const { stdout, code } = await cgroup.run(`exec ${program} ${calls}`, { cwd: place });
  expect(code).toBe(0);
  return { results: stdout.trim().split('\n').map(Number), events: own(kind, cgroup) };
}

/** Calls by name with one path; {} is put for the place. */
const BY_NAME: readonly (readonly [name: string, call: string, expected: Seen])[] = [
  ['mkdir', '83 s:new 01751', { syscall: 83, path: '{}/new', mode: 0o1751 }],
  ['mkdir that fails', '83 s:data 0700', { syscall: 83, path: '{}/data', mode: 0o700, result: -17 }],
  ['mkdirat', '258 d:sub s:new 0700', { syscall: 258, path: '{}/sub/new', mode: 0o700 }],
  ['rmdir', '84 s:sub', { syscall: 84, path: '{}/sub' }],
  ['unlink', '87 s:./data', { syscall: 87, path: '{}/data' }],
  ['unlink that fails', '87 s:/no/such', { syscall: 87, path: '/no/such', result: -2 }],
  ['unlinkat', '263 -100 s:sub 0x200', { syscall: 263, path: '{}/sub', call_flags: 0x200 }],
  ['unlinkat below a bad descriptor', '263 99 s:x 0', { syscall: 263, path: 'x', result: -9 }],
  ['chmod', '90 s:data 04755', { syscall: 90, path: '{}/data', mode: 0o4755 }],
  ['fchmodat', '268 -100 s:data 0600', { syscall: 268, path: '{}/data', mode: 0o600 }],
  ['fchmodat2', '452 -100 s:data 0640 0', { syscall: 452, path: '{}/data', mode: 0o640, call_flags: 0 }],
  ['chown', '92 s:data 7 -1', { syscall: 92, path: '{}/data', owner: 7, group: LEFT }],
  ['lchown', '94 s:data -1 8', { syscall: 94, path: '{}/data', owner: LEFT, group: 8 }],
  ['fchownat', '260 -100 s:data 5 6 0x100', { syscall: 260, path: '{}/data', owner: 5, group: 6, call_flags: 0x100 }],
  ['truncate', '76 s:data 0x123456789', { syscall: 76, path: '{}/data', new_size: String(0x123456789) }],
  ['a path that can not be read', '87 16', { syscall: 87, path: '', result: -14 }],
  ['32-bit chmod', '15,32 s:data 0711', { syscall: 90, path: '{}/data', mode: 0o711, flags: userPath | compat }],
  [
    '32-bit lchown of 16 bits',
    '16,32 s:data 9 0xffff',
    { syscall: 94, owner: 9, group: LEFT, flags: userPath | compat },
  ],
  ['32-bit lchown of 32 bits', '198,32 s:data 70000 -1', { owner: 70000, group: LEFT, flags: userPath | compat }],
  ['32-bit truncate64', '193,32 s:data 5 1', { syscall: 76, new_size: String(0x100000005), flags: userPath | compat }],
];

/** Calls with two paths. */
const TWO_NAMES: readonly (readonly [name: string, call: string, expected: Seen])[] = [
  ['rename', '82 s:data s:sub/moved', { syscall: 82, path: '{}/data', target: '{}/sub/moved' }],
  ['rename that fails', '82 s:none s:/x', { syscall: 82, path: '{}/none', target: '/x', result: -2 }],
  ['renameat', '264 d:sub s:none -100 s:b', { syscall: 264, path: '{}/sub/none', target: '{}/b', result: -2 }],
  ['renameat2', '316 -100 s:data d:sub s:b 1', { syscall: 316, path: '{}/data', target: '{}/sub/b', call_flags: 1 }],
  ['link', '86 s:data s:sub/hard', { syscall: 86, path: '{}/data', target: '{}/sub/hard' }],
  [
    'linkat',
    '265 -100 s:data d:sub s:h 0x400',
    { syscall: 265, path: '{}/data', target: '{}/sub/h', call_flags: 0x400 },
  ],
  ['symlink', '88 s:../a/content s:soft', { syscall: 88, path: '../a/content', target: '{}/soft' }],
  ['symlinkat', '266 s:/etc d:sub s:soft', { syscall: 266, path: '/etc', target: '{}/sub/soft' }],
  ['symlink that fails', '88 s:x s:data', { syscall: 88, path: 'x', target: '{}/data', result: -17 }],
  ['32-bit rename', '38,32 s:data s:b', { syscall: 82, path: '{}/data', target: '{}/b', flags: userPath | compat }],
];

const here = (expected: Seen): Seen =>
  Object.fromEntries(
    Object.entries(expected).map(([key, value]) => [
      key,
      typeof value === 'string' ? value.replace('{}', place) : value,
    ]),
  );

describe('file.modify', () => {
  const nothing = { mode: 0, owner: LEFT, group: LEFT, new_size: '0', call_flags: 0, inode: '0', device: 0 };
  const usual = { ...nothing, count: 1, result: 0, flags: userPath, target: '', slot: 7, generation: 3 };

  it.each([...BY_NAME, ...TWO_NAMES])('tells %s', async (_name, call, expected) => {
    const { results, events } = await make('file.modify', call);
    expect(events).toMatchObject([{ ...usual, ...here(expected) }]);
    expect(results).toEqual([events[0]?.result]);
  });

  it('tells a call on a descriptor by the file behind it, however it was opened', async () => {
    symlinkSync('data', join(place, 'alias'));
    const { results, events } = await make(
      'file.modify',
      '91 w:alias 0604 + 93 w:alias 3 4 + 77 w:alias 9 + 260 d:alias s: 1 2 0x1000 + 91 99 0600',
    );
    expect(results).toEqual([0, 0, 0, 0, -9]);
    const { ino, dev, size } = statSync(join(place, 'data'));
    expect(size).toBe(9);
    // as the kernel keeps it; stat() puts the minor elsewhere
    const device = ((dev >> 8) << 20) | (dev & 0xff);
    const known = { ...usual, path: join(place, 'data'), inode: String(ino), device, flags: 0 };
    expect(events).toMatchObject([
      { ...known, syscall: 91, mode: 0o604 },
      { ...known, syscall: 93, owner: 3, group: 4 },
      { ...known, syscall: 77, new_size: '9' },
      { ...known, syscall: 260, owner: 1, group: 2, call_flags: 0x1000 },
      { ...usual, syscall: 91, path: '', mode: 0o600, flags: 0, result: -9 },
    ]);
  });

  it('flags names that were cut, in either place', async () => {
    const { results, events } = await make('file.modify', '82 r:5000 s:b + 82 s:data r:5000 + 88 r:5000 s:c');
    expect(results).toEqual([-36, -36, -36]);
    for (const event of events) expect(event.flags).toBe(userPath | pathTruncated);
    expect(events.map((event) => [String(event.path).length, String(event.target).length])).toEqual([
      [place.length + 1 + 4095, place.length + 2],
      [place.length + 5, place.length + 1 + 4095],
      [4095, place.length + 2],
    ]);
  });

  it('tells the same with the build for older kernels, and loses nothing', async () => {
    await using portable = new TracedCgroup({ trace: true, portable: true });
    const calls = '82 s:data s:b + 91 w:b 0600 + 263 -100 s:b 0 + 265 -100 s:none d:sub s:h 0 + 84 s:none';
    const { events } = await make('file.modify', calls, portable);
    expect(events).toMatchObject([
      here({ syscall: 82, path: '{}/data', target: '{}/b' }),
      here({ syscall: 91, path: '{}/b', mode: 0o600, flags: 0 }),
      here({ syscall: 263, path: '{}/b', target: '' }),
      here({ syscall: 265, path: '{}/none', target: '{}/sub/h', result: -2 }),
      here({ syscall: 84, path: '{}/none', result: -2 }),
    ]);
    expect(portable.source.losses()).toEqual([]);
  });

  it('is told of what shell tools do', async () => {
    traced.seen.length = 0;
    await traced.run('mv data moved && chmod 600 moved && ln -s moved soft && rm moved soft && rmdir sub', {
      cwd: place,
    });
    const told = own('file.modify').filter((event) => event.result === 0);
    expect(told.map((event) => [event.path, event.target])).toEqual([
      [`${place}/data`, `${place}/moved`],
      [`${place}/moved`, ''],
      ['moved', `${place}/soft`],
      [`${place}/moved`, ''],
      [`${place}/soft`, ''],
      [`${place}/sub`, ''],
    ]);
  });
});

describe('file.open', () => {
  /** The opens that the calls made, those of the descriptors they take left out. */
  const opens = async (calls: string) =>
    (await make('file.open', calls)).events.filter((e) => Number(e.open_flags) !== 0o10000000);

  it('tells the file below a descriptor, behind links and ".."', async () => {
    symlinkSync(place, join(place, 'sub/up'));
    const [event, ...rest] = await opens('257 d:sub s:up/sub/../data 2');
    expect(rest).toEqual([]);
    const name = 'up/sub/../data';
    expect(event).toMatchObject({ path: join(place, 'data'), flags: 0, open_flags: 2, syscall: 257, name });
    expect(event?.inode).toBe(String(statSync(join(place, 'data')).ino));
  });

  it('tells the name that was asked for only where it led elsewhere', async () => {
    symlinkSync(join(place, 'data'), join(place, 'sub/link'));
    const long = `${'./'.repeat(200)}data`;
    const calls = [join(place, 'data'), join(place, 'sub/link'), '/etc', long].map((name) => `2 s:${name} 0`);
    expect((await opens(calls.join(' + '))).map(({ path, name }) => [path, name])).toEqual([
      [join(place, 'data'), ''],
      [join(place, 'data'), join(place, 'sub/link')],
      ['/etc', ''],
      [join(place, 'data'), long.slice(0, 255)],
    ]);
  });

  it('tells a failed open behind the directory it is relative to', async () => {
    const calls = '257 d:sub s:none 0 + 257 99 s:none 0 + 437 d:sub s:none h:0x2:0 24 + 85 s:sub 0600';
    expect(await opens(calls)).toMatchObject([
      { path: `${place}/sub/none`, result: -2, flags: userPath, inode: '0', file_mode: 0 },
      { path: 'none', result: -9, flags: userPath },
      { path: `${place}/sub/none`, result: -2, syscall: 437, open_flags: 2, create_mode: 0 },
      { path: `${place}/sub`, result: -21, syscall: 85, create_mode: 0o600 },
    ]);
  });

  it('tells a file without a name', async () => {
    const [event] = await opens('257 -100 s:sub 020200002 0640');
    expect(event).toMatchObject({ create_mode: 0o640, links: 0, flags: 0 });
    expect(Number(event?.result)).toBeGreaterThan(0);
    expect(event?.path).toMatch(new RegExp(`^${place}/sub/#\\d+$`));
    expect(Number(event?.file_flags) & 4).toBe(4);
  });

  it('tells the file behind a handle', async (test) => {
    const { results, events } = await make('file.open', `handle ${place}/data`);
    test.skip(results[0] === -95, 'the file system of the test folder knows no handles');
    const told = events.filter((event) => event.syscall === 304);
    expect(told).toMatchObject([{ result: results[0], count: 1 }]);
    test.skip(results[0] === -1, 'opening by handle is refused here (CAP_DAC_READ_SEARCH)');
    expect(told).toMatchObject([{ inode: String(statSync(join(place, 'data')).ino), flags: 0 }]);
    expect(told[0]?.path).toBe(join(place, 'data'));
  });

  it('keeps the beginning of a path that is too long, and says so', async () => {
    const name = 'n'.repeat(250);
    traced.seen.length = 0;
    const walk = `for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17; do mkdir ${name} && cd -P ./${name} || exit 9; done`;
    expect((await traced.run(`${walk} && : > leaf; cd ${place} && rm -r ${name}`, { cwd: place })).code).toBe(0);
    const cut = own('file.open').find((event) => (Number(event.file_flags) & 32) !== 0);
    expect(cut?.flags).toBe(pathTruncated);
    expect(String(cut?.path).startsWith(`${place}/${name}/${name}`)).toBe(true);
    expect(String(cut?.path).length).toBeGreaterThan(3800);
    expect(String(cut?.path).length).toBeLessThanOrEqual(4096);
    const [asked] = await opens('2 r:5000 0');
    expect(asked).toMatchObject({ result: -36, flags: userPath | pathTruncated });
    expect(String(asked?.path)).toBe(`${place}/${'x'.repeat(4095)}`);
  });
});

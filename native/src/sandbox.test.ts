import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const NATIVE = join(import.meta.dirname, '..');
const LAUNCHER = join(NATIVE, 'build', 'picket-sandbox');
const root = process.getuid?.() === 0;
const UID = 1_900_000_999;

let folder: string;
let program: string;

beforeAll(() => {
  execFileSync(process.execPath, [join(NATIVE, 'build.ts')]);
  folder = mkdtempSync(join(tmpdir(), 'picket-sandbox-'));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'root'), { mode: 0o755 });
  program = join(folder, 'forbidden_calls');
  execFileSync('gcc', ['-static', '-o', program, join(NATIVE, 'test-programs', 'forbidden_calls.c')]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  readonly child: ChildProcess;
  readonly report: string[];
  /** Errno by name of what it tried. */
  readonly tried: Record<string, number>;
}

const before = () => ['--parent', String(process.pid), '--report', '3', '--root', join(folder, 'root')];

/** Runs the program until it has tried everything, or has ended. */
async function run(args: string[], options: { wrap?: string[]; uid?: number; argument?: string } = {}): Promise<Run> {
  const command = [
    LAUNCHER,
    ...args,
    '--program',
    program,
    '--',
    program,
    ...(options.argument ? [options.argument] : []),
  ];
  const [file = '', ...rest] = [...(options.wrap ?? []), ...command];
  const child = spawn(file, rest, {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
  });
  let out = '';
  let told = '';
  child.stdio[3]?.on('data', (piece: Buffer) => {
    told += piece;
  });
  await new Promise<void>((resolve) => {
    child.stdout?.on('data', (piece: Buffer) => {
      out += piece;
      if (out.includes('end 0')) resolve();
    });
    child.once('close', () => resolve());
  });
  const tried = out
    .trim()
    .split('\n')
    .map((line): [string, number] => {
      const [name = '', errno] = line.split(' ');
      return [name, Number(errno)];
    });
  return { child, report: told.trim().split('\n'), tried: Object.fromEntries(tried) };
}

async function end(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('close', resolve));
  child.stdin?.end();
  await gone;
}

describe.runIf(root)('a program started by root', () => {
  let done: Run;
  let status: string;
  let networks: string[];

  beforeAll(async () => {
    done = await run([...before(), '--uid', String(UID), '--required']);
    status = readFileSync(`/proc/${done.child.pid}/status`, 'latin1');
    networks = [process.pid, done.child.pid].map((pid) => readlinkSync(`/proc/${pid}/ns/net`));
    await end(done.child);
  });

  it('has everything that confines', () => {
    const names = ['network', 'ipc', 'hostname', 'mounts', 'root', 'uid', 'limits', 'capabilities', 'parent'];
    expect(done.report).toEqual(
      [...names, 'no_new_privs', 'landlock', 'descriptors', 'seccomp'].map((name) => `have ${name}`),
    );
  });

  it('is confined in the eyes of the kernel', () => {
    expect(status).toMatch(new RegExp(`^Uid:(\\t${UID}){4}$`, 'm'));
    expect(status).toMatch(new RegExp(`^Gid:(\\t${UID}){4}$`, 'm'));
    expect(status).toMatch(/^Groups:\t *$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(status).toMatch(/^Seccomp:\t2$/m);
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
      expect(status).toMatch(new RegExp(`^${set}:\\t0000000000000000$`, 'm'));
    expect(networks[1]).not.toBe(networks[0]);
  });

  it('is refused every forbidden call', () => {
    const { EPERM, ENOENT, EACCES } = constants.errno;
    const { read_shadow, read_proc, end: last, ...refused } = done.tried;
    expect(Object.keys(refused).length).toBeGreaterThan(40);
    expect(Object.entries(refused).filter(([, errno]) => errno !== EPERM)).toEqual([]);
    expect([ENOENT, EACCES]).toContain(read_shadow);
    expect([ENOENT, EACCES]).toContain(read_proc);
    expect(last).toBe(0);
  });

  it('is ended when it tries to become another program', async () => {
    const { child } = await run([...before(), '--uid', String(UID)], { argument: 'exec' });
    expect(child.signalCode).toBe('SIGSYS');
  });

  it('ends with the process that started it', async () => {
    const shell = `"$@" & echo $!; read line`;
    const args = ['-c', shell, 'sh', LAUNCHER, '--report', '2', '--uid', String(UID), '--', program];
    const parent = spawn('sh', args, { stdio: ['pipe', 'pipe', 'ignore'] });
    const pid = await new Promise<string>((resolve) =>
      parent.stdout.once('data', (piece) => resolve(String(piece).trim().split('\n')[0] ?? '')),
    );
    parent.kill('SIGKILL');
    await expect.poll(() => runs(pid)).toBe(false);
  });
});

const runs = (pid: string): boolean => {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
};

describe.runIf(root)('a program started by an ordinary user', () => {
  it('gets a user namespace of its own, and is told that its uid is not', async () => {
    const { child, report, tried } = await run(before(), { uid: 65_534 });
    await end(child);
    expect(report).toContain('miss uid Operation not permitted');
    expect(report).toEqual(expect.arrayContaining(['have user', 'have network', 'have root', 'have seccomp']));
    expect(tried.socket).toBe(constants.errno.EPERM);
  });

  const NO_NAMESPACES = [
    ...['unshare', '-Ur', 'sh', '-c', 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"', 'sh'],
    ...['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--'],
  ];

  it('still has the filter where there are no namespaces', async () => {
    const { child, report, tried } = await run(before(), { wrap: NO_NAMESPACES });
    await end(child);
    expect(report.filter((line) => line.startsWith('miss')).map((line) => line.split(' ')[1])).toEqual([
      ...['uid', 'network', 'ipc', 'hostname', 'mounts'],
    ]);
    expect(report).toEqual(expect.arrayContaining(['have landlock', 'have seccomp']));
    expect([tried.socket, tried.kill_parent, tried.fork]).toEqual(Array(3).fill(constants.errno.EPERM));
    expect(tried.read_shadow).toBe(constants.errno.EACCES);
  });

  it('is not started when all of it is required', async () => {
    const { child, report } = await run([...before(), '--required'], { wrap: NO_NAMESPACES });
    expect(report.at(-1)).toMatch(/^fail required/);
    expect(child.exitCode).toBe(70);
  });
});

describe('arguments', () => {
  it.each([
    [['--uid', 'x', '--', '/bin/true'], '--uid needs a number'],
    [['--path', 'relative', '--', '/bin/true'], '--path needs an absolute path'],
    [['--path', '/a/../b', '--', '/bin/true'], '--path needs an absolute path'],
    [['--what', '1', '--', '/bin/true'], '--what is not an option'],
    [['--uid'], '--uid needs a value'],
    [['--', 'true'], 'the absolute path of a program'],
    [[], 'the absolute path of a program'],
  ])('%j are refused', async (args, said) => {
    const child = spawn(LAUNCHER, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    child.stderr.on('data', (piece) => {
      text += piece;
    });
    await new Promise((resolve) => child.once('close', resolve));
    expect(child.exitCode).toBe(64);
    expect(text).toContain(said);
  });
});

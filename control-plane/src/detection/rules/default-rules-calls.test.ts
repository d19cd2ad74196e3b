import { Kind } from '@picket/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { bytesOf } from '../testing/scenario.ts';
import { names, Shop } from '../testing/shop.ts';

const refused = { result: -1 };
const SYS_ADMIN = { cap_permitted: 2 ** 21 };

let shop: Shop;
beforeEach(() => {
  shop = new Shop();
});

describe('Standard stream redirected to a network connection', () => {
  const rule = 'Standard stream redirected to a network connection';
  const ends = (remote: string, family: number) => ({
    ...{ local_ip: bytesOf(remote.includes(':') ? 'fd00::9' : '10.0.0.9'), remote_ip: bytesOf(remote) },
    ...{ local_port: 40_000, remote_port: 4444, family, protocol: 6 },
  });
  it.each(['dup', 'dup2', 'dup3', 'fcntl'])('by %s', (name) => {
    expect(shop.call(name, { ...ends('1.2.3.4', 2), arg0: 5 }, { result: 0 })).toEqual([rule]);
    expect(shop.call(name, { ...ends('fd00::1', 10), arg0: 5 }, { result: 2 })).toEqual([rule]);
  });
  it('not a unix socket, and not what a server of connections does', () => {
    expect(shop.call('dup2', { family: 1 }, { result: 0 })).toEqual([]);
    expect(shop.call('dup2', ends('1.2.3.4', 2), { tgid: shop.as('/usr/sbin/xinetd', 'xinetd') })).toEqual([]);
  });
});

describe('mounts and disks', () => {
  it('mounts, done and refused, by either way', () => {
    expect(shop.call('mount', { path: 'proc', target: '/mnt', text: 'proc' })).toEqual(['Mount in a container']);
    expect(shop.call('mount', { path: 'tmpfs', target: '/mnt', text: 'tmpfs' }, refused)).toEqual([
      'Mount in a container',
    ]);
    expect(shop.call('move_mount', { target: '/mnt' })).toEqual(['Mount in a container']);
    expect(shop.run('/sbin/debugfs', ['debugfs', '/dev/x'], 200, SYS_ADMIN)).toEqual([
      'File system debugger run in a container',
    ]);
  });
  it('disks, opened or mounted', () => {
    const disk = 'Host block device used in a container';
    expect(shop.read('/dev/sda1')).toEqual([disk]);
    expect(shop.read('/dev/nvme0n1p1')).toEqual([disk]);
    expect(names(shop.node.denied(200, '/dev/vda'))).toEqual([disk]);
    expect(shop.call('mount', { path: '/dev/sda1', target: '/mnt', text: 'ext4' }).sort()).toEqual([
      disk,
      'Mount in a container',
    ]);
  });
  it('not an unmount, not a disk that is not there, not other devices, not what the runtime does', () => {
    expect(shop.call('umount2', { target: '/mnt' })).toEqual([]);
    expect(names(shop.node.denied(200, '/dev/sda', 0, 2))).toEqual([]);
    expect(shop.read('/dev/null')).toEqual([]);
    expect(shop.read('/dev/shm/sda')).toEqual([]);
    expect(shop.run('/sbin/debugfs', ['debugfs', '/dev/x'])).toEqual([]);
    shop.node.fork(300, 9, { comm: 'runc:[2:INIT]', vpid: 1 });
    expect(shop.call('mount', { path: 'proc', target: '/proc', text: 'proc' }, { tgid: 300 })).toEqual([]);
    // the same, found by a look at what is running: then its program is known, the sealed copy of the runtime
    shop.node.exec(310, { path: '/', args: ['runc', 'init'], comm: 'runc:[1:CHILD]', ppid: 309, vpid: 310 });
    expect(shop.call('mount', { path: 'proc', target: '/proc', text: 'proc' }, { tgid: 310 })).toEqual([]);
    shop.node.exec(311, { path: '/usr/bin/evil', args: ['runc', 'init'], comm: 'runc:[1:CHILD]', ppid: 200 });
    expect(shop.call('mount', { path: 'proc', target: '/proc' }, { tgid: 311 })).toEqual(['Mount in a container']);
    shop.node.fork(301, 9, { comm: 'crun' });
    expect(shop.call('mount', { path: 'proc', target: '/proc', comm: 'crun' }, { tgid: 301 })).toEqual([]);
    shop.node.fork(302, 200, { comm: 'crun' });
    expect(shop.call('mount', { path: 'proc', target: '/proc', comm: 'crun' }, { tgid: 302 })).toEqual([
      'Mount in a container',
    ]);
  });
});

describe('namespaces', () => {
  const NEWNS = 0x20000;
  const NEWUSER = 0x10000000;
  it('entered, and made without the right to', () => {
    expect(shop.call('setns', { text: 'mnt' })).toEqual(['Namespace of another process entered']);
    expect(shop.call('setns', { text: 'pid' }, refused)).toEqual(['Namespace of another process entered']);
    expect(shop.call('unshare', { arg0: NEWUSER })).toEqual(['Namespace made without the right to']);
    expect(shop.call('unshare', { arg0: NEWNS }, refused)).toEqual(['Namespace made without the right to']);
  });
  it('not by whoever may, not another kind, not the runtime on its way in', () => {
    expect(shop.call('unshare', { arg0: NEWNS }, { tgid: shop.as('/usr/bin/unshare', 'unshare', SYS_ADMIN) })).toEqual(
      [],
    );
    expect(shop.call('unshare', { arg0: 0x400 })).toEqual([]);
    shop.node.fork(300, 9, { comm: 'runc:[1:CHILD]', vpid: 300 });
    expect(shop.call('setns', { text: 'mnt' }, { tgid: 300 })).toEqual([]);
    expect(shop.call('unshare', { arg0: NEWNS }, { tgid: 300 })).toEqual([]);
  });
});

describe('the kernel', () => {
  it('modules, loaded, refused and removed', () => {
    const rule = 'Kernel module loaded from a container';
    expect(shop.call('finit_module', { path: '/tmp/rootkit.ko' })).toEqual([rule]);
    expect(shop.call('init_module', {}, refused)).toEqual([rule]);
    expect(shop.call('delete_module', { text: 'lsm' }, refused)).toEqual([rule]);
  });
  it('eBPF programs, not other commands', () => {
    expect(shop.call('bpf', { arg0: 5 }, refused)).toEqual(['eBPF program loaded from a container']);
    expect(shop.call('bpf', { arg0: 1 })).toEqual([]);
  });
  it('io_uring', () => {
    expect(shop.call('io_uring_setup', { arg0: 8 }, { result: 3 })).toEqual(['io_uring set up in a container']);
    expect(shop.call('perf_event_open', {}, refused)).toEqual([]);
  });
  it('userfaultfd by others than root', () => {
    expect(shop.call('userfaultfd', {}, { uid: 33, result: 3 })).toEqual(['userfaultfd used without rights']);
    expect(shop.call('userfaultfd', {}, { uid: 0, result: 3 })).toEqual([]);
  });
});

describe('other processes', () => {
  it('traced or changed', () => {
    for (const request of [16, 0x4206, 4, 5, 13, 0x4205])
      expect(shop.call('ptrace', { arg0: request, target_pid: 210 })).toEqual(['Process traced']);
    expect(shop.call('ptrace', { arg0: 16 }, refused)).toEqual(['Process traced']);
    expect(shop.call('process_vm_writev', { arg0: 7 }, refused)).toEqual(['Memory of another process written']);
  });
  it('not let go, nor read from', () => {
    expect(shop.call('ptrace', { arg0: 17 })).toEqual([]);
    expect(shop.call('process_vm_readv', { arg0: 7 })).toEqual([]);
  });
  it('a process that lets itself be traced, not below a debugger', () => {
    expect(shop.call('ptrace', { arg0: 0 })).toEqual(['Process keeps debuggers away']);
    shop.node.exec(410, { path: '/usr/bin/strace', args: ['strace', 'ls'], ppid: 200 });
    shop.node.fork(411, 410, { comm: 'strace' });
    expect(shop.call('ptrace', { arg0: 0 }, { tgid: 411 })).toEqual([]);
  });
});

describe('rights', () => {
  const rule = 'Root asked for without rights';
  it('root asked for, got and refused', () => {
    expect(shop.call('setuid', { arg0: 0, old_id: 33, new_id: 33 }, refused)).toEqual([rule]);
    expect(shop.call('setresuid', { arg0: 0, old_id: 33, new_id: 0 })).toEqual([rule]);
    expect(shop.call('setreuid', { old_id: 33, new_id: 0 })).toEqual([rule]);
  });
  it('not given up, not kept, not by programs for it, not where it is unknown', () => {
    expect(shop.call('setuid', { arg0: 33, old_id: 0, new_id: 33 })).toEqual([]);
    expect(shop.call('setuid', { arg0: 33, old_id: 33, new_id: 33 })).toEqual([]);
    expect(shop.call('setresuid', { old_id: 33, new_id: 0 }, { tgid: shop.as('/usr/bin/sudo', 'sudo') })).toEqual([]);
    expect(shop.call('setuid', { arg0: 0, old_id: 4294967295, new_id: 0 })).toEqual([]);
    expect(shop.call('setgid', { arg0: 0, old_id: 33, new_id: 0 })).toEqual([]);
  });
  it('programs with rights that are started without a name', () => {
    expect(shop.run('/usr/bin/pkexec', [''])).toEqual(['Program with rights started without a name']);
    expect(shop.run('/usr/bin/pkexec', ['pkexec', 'id'])).toEqual([]);
    expect(shop.run('/usr/bin/env', [''])).toEqual([]);
  });
});

describe('Process left the cgroup of its container', () => {
  const move = (kept: number) =>
    names(shop.node.send(Kind.ProcessMoved, { tgid: 200 }, { from_cgroup: 900, path: '/other', kept, mover_pid: 200 }));
  it('when a process of the container did it, not when the runtime did', () => {
    expect(move(1)).toEqual(['Process left the cgroup of its container']);
    expect(move(0)).toEqual([]);
  });
});

import { KINDS, Kind, type KindInfo } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { bytesOf, Scenario } from '../../testing/scenario.ts';
import { syscallNumber } from '../names/syscalls.ts';
import { EventContext } from './event-context.ts';
import { resolveField } from './resolve-field.ts';
import { readSource } from './show-value.ts';

const [kind] = KINDS.filter(({ id }) => id === Kind.SyscallNotable) as [KindInfo];
const node = new Scenario();

/** The values that a call has for these fields. */
function values(call: string, body: Record<string, number | string | Uint8Array>, fields: string, result = 0) {
  const context = new EventContext();
  const header = { tgid: 200, syscall: syscallNumber(call) ?? 0, result };
  context.beginRecord(node.at(node.encode(Kind.SyscallNotable, header, body)));
  return fields.split(' ').map((name) => {
    const source = resolveField(name, { kind, argument: undefined });
    return source && readSource(source, context);
  });
}

const ends = (local: string, localPort: number, remote: string, remotePort: number) => ({
  ...{ local_ip: bytesOf(local), local_port: localPort, remote_ip: bytesOf(remote), remote_port: remotePort },
  ...{ family: local.includes(':') ? 10 : 2, protocol: 6 },
});
const DESCRIPTOR =
  'fd.type fd.typechar fd.sockfamily fd.l4proto fd.name fd.num fd.lport fd.rport fd.sport fd.connected';

describe('the descriptor of a notable call', () => {
  it('is the socket that dup copied, with its ends', () => {
    const out = ends('10.0.0.9', 40_000, '1.2.3.4', 443);
    expect(values('dup2', { ...out, arg0: 5 }, DESCRIPTOR, 1)).toEqual([
      ...['ipv4', '4', 'ip', 'tcp', '10.0.0.9:40000->1.2.3.4:443', 1, 40_000, 443, 443, true],
    ]);
    const inwards = ends('fd00::9', 80, 'fd00::1', 40_000);
    expect(values('dup2', inwards, 'fd.type fd.name fd.sip fd.cip fd.rip fd.port fd.rawres')).toEqual([
      ...['ipv6', 'fd00::1:40000->fd00::9:80', 'fd00::9', 'fd00::1', 'fd00::1', '80,40000', undefined],
    ]);
  });

  it('has no other end when it is bound or listens', () => {
    const bound = { ...ends('127.0.0.1', 8080, '0.0.0.0', 0), arg0: 3 };
    for (const call of ['bind', 'dup'])
      expect(values(call, bound, 'fd.name fd.lport fd.rport fd.sport fd.cport fd.port fd.connected')).toEqual([
        ...['127.0.0.1:8080', 8080, undefined, 8080, undefined, '8080', false],
      ]);
    expect(values('bind', bound, 'fd.num evt.arg.fd')).toEqual([3, 3]);
  });

  it('is not known of a unix socket, nor of calls without one', () => {
    expect(values('dup2', { family: 1 }, DESCRIPTOR)).toEqual([
      ...['unix', 'u', 'unix', undefined, undefined, 0, undefined, undefined, undefined, undefined],
    ]);
    expect(values('ptrace', {}, DESCRIPTOR)).toEqual(DESCRIPTOR.split(' ').map(() => undefined));
  });
});

describe('the arguments of a notable call', () => {
  it.each([
    ['unshare', { arg0: 0x10020000 }, 'evt.arg.flags', ['CLONE_NEWNS|CLONE_NEWUSER']],
    [
      'setns',
      { arg0: 7, arg1: 0x20000, text: 'mnt' },
      'evt.arg.fd evt.arg.flags evt.arg.name',
      [7, 'CLONE_NEWNS', 'mnt'],
    ],
    [
      'mount',
      { path: '/dev/sda', target: '/mnt', text: 'ext4', arg3: 4097 },
      'evt.arg.dev evt.arg.dir evt.arg.type evt.arg.flags fs.path.source fs.path.target evt.arg.target',
      ['/dev/sda', '/mnt', 'ext4', 'RDONLY|BIND', '/dev/sda', '/mnt', '/mnt'],
    ],
    ['umount2', { target: '/mnt', arg1: 2 }, 'evt.arg.name evt.arg.flags', ['/mnt', 'DETACH']],
    ['chroot', { path: '/new' }, 'evt.arg.path', ['/new']],
    [
      'ptrace',
      { arg0: 16, arg1: 7, target_pid: 99 },
      'evt.arg.request evt.arg.pid picket.target.pid',
      ['PTRACE_ATTACH', 7, 99],
    ],
    ['process_vm_writev', { arg0: 8 }, 'evt.arg.pid evt.arg.request', [8, undefined]],
    ['bpf', { arg0: 5 }, 'evt.arg.cmd', ['BPF_PROG_LOAD']],
    ['memfd_create', { text: 'x', arg1: 1 }, 'evt.arg.name evt.arg.flags', ['x', 'MFD_CLOEXEC']],
    ['mprotect', { arg2: 7 }, 'evt.arg.prot evt.arg.flags', ['PROT_READ|PROT_WRITE|PROT_EXEC', undefined]],
    [
      'mmap',
      { arg2: 6, arg3: 0x22 },
      'evt.arg.prot evt.arg.flags',
      ['PROT_WRITE|PROT_EXEC', 'MAP_PRIVATE|MAP_ANONYMOUS'],
    ],
    [
      'setuid',
      { arg0: 0, old_id: 33, new_id: 0 },
      'evt.arg.uid picket.id.old picket.id.new evt.arg.gid',
      ['0', 33, 0, undefined],
    ],
    ['setgid', { arg0: 5 }, 'evt.arg.gid evt.arg.uid', ['5', undefined]],
    ['prctl', { arg0: 4 }, 'evt.arg.option', ['PR_SET_DUMPABLE']],
    ['finit_module', { path: '/x.ko', text: 'a=1', arg0: 4 }, 'fd.name fd.num evt.arg.name', ['/x.ko', 4, 'a=1']],
  ] as const)('%s', (call, body, fields, expected) => {
    expect(values(call, body, fields)).toEqual(expected);
  });

  it('are told together', () => {
    const body = { path: '/dev/sda', target: '/mnt', text: 'ext4' };
    expect(values('mount', body, 'evt.type evt.args', -1)[0]).toBe('mount');
    expect(values('mount', body, 'evt.args', -1)[0]).toContain('dev=/dev/sda dir=/mnt');
  });
});

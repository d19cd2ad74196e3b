import { type Deed, program, sh } from '../deed.ts';

/** Where a cgroup of the host is mounted in both containers, outside of their own. */
export const FOREIGN_CGROUP = '/run/cgroup';

/** Makes system calls by number (agent/src/source/testing/notable-calls.c says how arguments are written). */
const calls = (text: string) => program('calls', ...text.split(' '));

const NR = {
  ...{ dup2: 33, socket: 41, execve: 59, ptrace: 101, setuid: 105, mount: 165, unshare: 272, processVmReadv: 310 },
  ...{ processVmWritev: 311, finitModule: 313, bpf: 321, userfaultfd: 323, ioUringSetup: 425, epollCreate: 291 },
  ...{ kill: 62 },
} as const;

/** System calls that few workloads need. The containers have no right to most of them: then the attempt counts. */
export const SYSTEM_CALLS: readonly Deed[] = [
  {
    rule: 'Standard stream redirected to a network connection',
    title: 'a shell to be',
    act: sh(
      `timeout 2 nc -l -p 4455 >/dev/null </dev/null & sleep 0.2; calls ${NR.dup2} to:127.0.0.1:4455 0 >/dev/null; wait`,
    ),
    shows: { 'fd.name': /->127\.0\.0\.1:4455$/, 'evt.rawres': '0' },
    process: 'calls',
    ancestors: ['sh'],
    twin: calls(`${NR.dup2} f:/etc/hostname 0 , ${NR.socket} 1 1 0 , ${NR.dup2} r:1 0`),
  },
  {
    rule: 'Mount in a container',
    title: 'of a file system in memory',
    act: sh('mkdir -p /tmp/mnt; mount -t tmpfs none /tmp/mnt 2>/dev/null; true'),
    shows: { 'fs.path.target': '/tmp/mnt', 'evt.arg.name': 'tmpfs', 'evt.res': 'EPERM' },
    process: 'mount',
    ancestors: ['sh'],
    twin: sh('cat /proc/mounts >/dev/null; mount >/dev/null; df >/dev/null 2>&1; true'),
  },
  {
    rule: 'Host block device used in a container',
    title: 'mounted',
    act: calls(`${NR.mount} s:/dev/vda s:/mnt s:ext4 1 0`),
    shows: { 'evt.arg.dev': '/dev/vda' },
    process: 'calls',
    ancestors: [],
    twin: sh('ls -l /dev >/dev/null; cat /dev/null; ls /dev/vda 2>/dev/null; true'),
  },
  {
    rule: 'Namespace of another process entered',
    title: 'the mounts of another process',
    act: sh('nsenter -t 1 -m true 2>/dev/null; true'),
    shows: { 'evt.arg.name': 'mnt' },
    process: 'nsenter',
    ancestors: ['sh'],
    twin: sh('ls -l /proc/1/ns /proc/self/ns >/dev/null; readlink /proc/self/ns/mnt >/dev/null'),
  },
  {
    rule: 'Namespace made without the right to',
    title: 'a user namespace',
    act: sh('unshare -U true 2>/dev/null; true'),
    shows: { 'evt.arg.flags': 'CLONE_NEWUSER' },
    process: 'unshare',
    ancestors: ['sh'],
    twin: calls(`${NR.unshare} 0x400`),
  },
  {
    rule: 'Kernel module loaded from a container',
    title: 'a file that is none',
    act: calls(`${NR.finitModule} f:/etc/hostname s:debug=1 0`),
    shows: { 'fs.path.source': '/etc/hostname', 'evt.arg.name': 'debug=1' },
    process: 'calls',
    ancestors: [],
    twin: sh('cat /proc/modules >/dev/null 2>&1; lsmod >/dev/null 2>&1; true'),
  },
  {
    rule: 'eBPF program loaded from a container',
    title: 'the attempt',
    act: calls(`${NR.bpf} 5 w:0 64`),
    shows: {},
    process: 'calls',
    ancestors: [],
    twin: calls(`${NR.bpf} 1 w:0 64`),
  },
  {
    rule: 'io_uring set up in a container',
    title: 'with eight entries',
    act: calls(`${NR.ioUringSetup} 8 w:0`),
    shows: {},
    process: 'calls',
    ancestors: [],
    twin: calls(`${NR.epollCreate} 0`),
  },
  {
    rule: 'Process traced',
    title: 'a child',
    act: calls(`${NR.ptrace} 16 child 0 0`),
    shows: { 'evt.arg.request': 'PTRACE_ATTACH', 'picket.target.pid': /^[1-9]\d*$/ },
    process: 'calls',
    ancestors: [],
    twin: calls(`${NR.kill} child 0`),
  },
  {
    rule: 'Process keeps debuggers away',
    title: 'by its parent',
    act: calls(`${NR.ptrace} 0 0 0 0`),
    shows: {},
    process: 'calls',
    ancestors: [],
    twin: sh('grep TracerPid /proc/self/status >/dev/null'),
  },
  {
    rule: 'Memory of another process written',
    title: 'a child',
    act: calls(`${NR.processVmWritev} child v:text 1 w:0,0,0,0 1 0`),
    shows: { 'picket.target.pid': /^[1-9]\d*$/ },
    process: 'calls',
    ancestors: [],
    twin: calls(`${NR.processVmReadv} child v:text 1 w:0,0,0,0 1 0`),
  },
  {
    rule: 'userfaultfd used without rights',
    title: 'by a user',
    act: calls(`${NR.setuid} 1000 , ${NR.userfaultfd} 0x800`),
    shows: { 'user.uid': '1000' },
    process: 'calls',
    ancestors: [],
    twin: calls(`${NR.userfaultfd} 0x800`),
  },
  {
    rule: 'Root asked for without rights',
    title: 'by a user',
    act: calls(`${NR.setuid} 1000 , ${NR.setuid} 0`),
    shows: { 'picket.id.old': '1000', 'evt.res': 'EPERM' },
    process: 'calls',
    ancestors: [],
    twin: sh('su app -s /bin/sh -c true'),
  },
  {
    rule: 'Program with rights started without a name',
    title: 'pkexec',
    act: calls(`${NR.execve} s:/usr/bin/pkexec 0 0`),
    shows: { 'proc.exepath': '/usr/bin/pkexec' },
    process: 'pkexec',
    ancestors: [],
    twin: program('pkexec', '--version'),
  },
  {
    rule: 'Process left the cgroup of its container',
    title: 'by itself',
    act: sh(`echo $$ > ${FOREIGN_CGROUP}/cgroup.procs; cat /etc/hostname >/dev/null; true`),
    shows: { 'picket.moved.path': /picket-scene/ },
    process: 'sh',
    ancestors: [],
    twin: sh(`cat ${FOREIGN_CGROUP}/cgroup.procs ${FOREIGN_CGROUP}/cgroup.controllers >/dev/null`),
  },
];

import { Kind } from '@picket/sdk';
import { NOTABLE_PROBES } from './notable-probes.ts';

/** One object of bpf/probes and how its programs are hung into the kernel. */
export interface ProbeSpec {
  /** Name of the object: bpf/probes/<name>.bpf.c. */
  readonly name: string;
  /** Event kinds it makes. */
  readonly kinds: readonly number[];
  /** Event kinds of other probes that are not whole without this one. */
  readonly servesToo?: readonly number[];
  /** Event kinds that it makes no events of, but whose layout it writes. */
  readonly layouts?: readonly number[];
  /** Programs attached where their section says. */
  readonly attach: readonly string[];
  /** Programs attached to the root of the cgroup tree. */
  readonly cgroup?: readonly string[];
  /** Iterator program that runs once, when the others are attached. */
  readonly prime?: string;
  /** Programs that run when one of these system calls (x86-64 numbers) returns in a traced container. */
  readonly handlers: Readonly<Record<string, readonly number[]>>;
}

const CALL = {
  open: 2,
  socket: 41,
  connect: 42,
  accept: 43,
  sendto: 44,
  recvfrom: 45,
  sendmsg: 46,
  recvmsg: 47,
  listen: 50,
  truncate: 76,
  ftruncate: 77,
  rename: 82,
  mkdir: 83,
  rmdir: 84,
  creat: 85,
  link: 86,
  unlink: 87,
  symlink: 88,
  chmod: 90,
  fchmod: 91,
  chown: 92,
  fchown: 93,
  lchown: 94,
  openat: 257,
  mkdirat: 258,
  fchownat: 260,
  unlinkat: 263,
  renameat: 264,
  linkat: 265,
  symlinkat: 266,
  fchmodat: 268,
  accept4: 288,
  recvmmsg: 299,
  openByHandleAt: 304,
  sendmmsg: 307,
  renameat2: 316,
  openat2: 437,
  fchmodat2: 452,
  /** No call: the place where net_connect hands unix sockets over (bpf/include/socket.h). */
  connectUnix: 511,
};

/** Every probe, in the order of loading: the first one makes the maps that the others share. */
export const PROBES: readonly ProbeSpec[] = [
  {
    name: 'cgroup_life',
    kinds: [Kind.CgroupCreated, Kind.CgroupRemoved],
    attach: ['cgroup_created', 'cgroup_removed'],
    handlers: {},
  },
  { name: 'process_exec', kinds: [Kind.ProcessExec], attach: ['process_exec'], handlers: {} },
  {
    name: 'process_life',
    kinds: [Kind.ProcessFork, Kind.ProcessExit],
    layouts: [Kind.ProcessMoved],
    attach: ['process_fork', 'process_exit'],
    handlers: {},
  },
  { name: 'task_walk', kinds: [], layouts: [Kind.ProcessExec], attach: [], handlers: {} },
  { name: 'net_close', kinds: [Kind.NetClose], servesToo: [Kind.NetConnect], attach: ['net_state'], handlers: {} },
  { name: 'syscall_exit', kinds: [Kind.WindowSyscalls], attach: ['syscall_exit'], handlers: {} },
  {
    name: 'file_open',
    kinds: [Kind.FileOpen],
    attach: [],
    handlers: { file_open: [CALL.open, CALL.creat, CALL.openat, CALL.openByHandleAt, CALL.openat2] },
  },
  {
    name: 'file_modify',
    kinds: [Kind.FileModify],
    attach: [],
    handlers: {
      file_modify_name: [CALL.mkdir, CALL.rmdir, CALL.unlink, CALL.chmod, CALL.chown, CALL.lchown, CALL.truncate],
      file_modify_name_at: [CALL.mkdirat, CALL.unlinkat, CALL.fchmodat, CALL.fchmodat2, CALL.fchownat],
      file_modify_descriptor: [CALL.fchmod, CALL.fchown, CALL.ftruncate],
      file_modify_two_names: [CALL.rename, CALL.link, CALL.symlink],
      file_modify_two_names_at: [CALL.renameat, CALL.renameat2, CALL.linkat, CALL.symlinkat],
    },
  },
  {
    name: 'io_uring',
    kinds: [
      Kind.FileOpen,
      Kind.FileModify,
      Kind.NetConnect,
      Kind.NetAccept,
      Kind.NetListen,
      Kind.NetUnix,
      Kind.NetSocket,
    ],
    // the end of requests before their beginning, or the first ones would wait for their end in vain
    attach: ['uring_complete', 'uring_overflow', 'uring_submit'],
    handlers: {},
  },
  {
    name: 'net_connect',
    kinds: [Kind.NetConnect],
    servesToo: [Kind.NetUnix],
    attach: [],
    handlers: { net_connect: [CALL.connect] },
  },
  {
    name: 'net_accept',
    kinds: [Kind.NetAccept, Kind.NetListen],
    attach: [],
    handlers: { net_accept: [CALL.accept, CALL.accept4], net_listen: [CALL.listen] },
  },
  { name: 'net_unix', kinds: [Kind.NetUnix], attach: [], handlers: { net_unix: [CALL.connectUnix] } },
  { name: 'net_socket', kinds: [Kind.NetSocket], attach: [], handlers: { net_socket: [CALL.socket] } },
  {
    name: 'net_udp',
    kinds: [Kind.NetUdp],
    attach: [],
    handlers: {
      net_udp_send: [CALL.sendto, CALL.sendmsg, CALL.sendmmsg],
      net_udp_receive: [CALL.recvfrom, CALL.recvmsg, CALL.recvmmsg],
    },
  },
  {
    name: 'net_wire',
    kinds: [Kind.NetDns],
    servesToo: [Kind.WindowResources],
    attach: [],
    cgroup: ['net_egress', 'net_ingress'],
    handlers: {},
  },
  ...NOTABLE_PROBES,
];

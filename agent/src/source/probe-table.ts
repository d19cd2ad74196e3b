import { Kind } from '@picket/sdk';

/** One object of bpf/probes and how its programs are hung into the kernel. */
export interface ProbeSpec {
  /** Name of the object: bpf/probes/<name>.bpf.c. */
  readonly name: string;
  /** Event kinds it makes. */
  readonly kinds: readonly number[];
  /** Programs attached where their section says. */
  readonly attach: readonly string[];
  /** Programs that run when one of these system calls (x86-64 numbers) returns in a traced container. */
  readonly handlers: Readonly<Record<string, readonly number[]>>;
}

const CALL = {
  open: 2,
  connect: 42,
  accept: 43,
  listen: 50,
  creat: 85,
  openat: 257,
  accept4: 288,
  openByHandleAt: 304,
  openat2: 437,
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
    attach: ['process_fork', 'process_exit'],
    handlers: {},
  },
  { name: 'net_close', kinds: [Kind.NetClose], attach: ['net_state'], handlers: {} },
  { name: 'syscall_exit', kinds: [Kind.WindowSyscalls], attach: ['syscall_exit'], handlers: {} },
  {
    name: 'file_open',
    kinds: [Kind.FileOpen],
    attach: [],
    handlers: { file_open: [CALL.open, CALL.creat, CALL.openat, CALL.openByHandleAt, CALL.openat2] },
  },
  { name: 'net_connect', kinds: [Kind.NetConnect], attach: [], handlers: { net_connect: [CALL.connect] } },
  {
    name: 'net_accept',
    kinds: [Kind.NetAccept, Kind.NetListen],
    attach: [],
    handlers: { net_accept: [CALL.accept, CALL.accept4], net_listen: [CALL.listen] },
  },
];

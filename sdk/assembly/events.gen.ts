// Generated from sdk/schema by npm run generate. Do not edit.

import { textField, textLength, textStart } from './text';

export const SCHEMA_MAJOR: u16 = 1;
export const SCHEMA_MINOR: u16 = 2;

export namespace Kind {
  export const ProcessExec: u16 = 1;
  export const ProcessFork: u16 = 2;
  export const ProcessExit: u16 = 3;
  export const ProcessMoved: u16 = 4;
  export const FileOpen: u16 = 10;
  export const FileModify: u16 = 11;
  export const NetConnect: u16 = 20;
  export const NetAccept: u16 = 21;
  export const NetListen: u16 = 22;
  export const NetClose: u16 = 23;
  export const NetUdp: u16 = 24;
  export const NetDns: u16 = 25;
  export const NetUnix: u16 = 26;
  export const NetSocket: u16 = 27;
  export const SyscallNotable: u16 = 30;
  export const WindowSyscalls: u16 = 40;
  export const WindowResources: u16 = 41;
  export const ContainerStarted: u16 = 50;
  export const ContainerUpdated: u16 = 51;
  export const ContainerStopped: u16 = 52;
  export const CgroupCreated: u16 = 53;
  export const CgroupRemoved: u16 = 54;
  export const SensorLoss: u16 = 60;
}

/** The header of every record; `at` is its address. */
export class EventRecord {
  at: usize = 0;
  /** Kind of the record, a number of the kind table. */
  @inline get kind(): u16 { return load<u16>(this.at + 0); }
  /** Length of the whole record in bytes, a multiple of 8. */
  @inline get length(): u16 { return load<u16>(this.at + 2); }
  /** Header flags. */
  @inline get flags(): u16 { return load<u16>(this.at + 4); }
  /** x86-64 number of the system call behind the event on every architecture; 65535 when there is none. */
  @inline get syscall(): u16 { return load<u16>(this.at + 6); }
  /** CLOCK_BOOTTIME in ns. */
  @inline get time(): u64 { return load<u64>(this.at + 8); }
  /** Number of the record within the agent epoch, from 1, given at drain. */
  @inline get sequence(): u64 { return load<u64>(this.at + 16); }
  /** Process id in the host namespace. */
  @inline get tgid(): u32 { return load<u32>(this.at + 24); }
  /** Thread id in the host namespace. */
  @inline get tid(): u32 { return load<u32>(this.at + 28); }
  /** Process id of the parent in the host namespace. */
  @inline get ppid(): u32 { return load<u32>(this.at + 32); }
  /** Real user id in the host namespace. */
  @inline get uid(): u32 { return load<u32>(this.at + 36); }
  /** Start of the process, CLOCK_BOOTTIME in ns; with tgid it names the process. */
  @inline get start(): u64 { return load<u64>(this.at + 40); }
  /** Id of the cgroup v2 directory. */
  @inline get cgroup(): u64 { return load<u64>(this.at + 48); }
  /** Slot of the container on the node; 0 when it is not known yet or the process is not in a container. */
  @inline get slot(): u16 { return load<u16>(this.at + 56); }
  /** Generation of the slot; tells two containers apart that used the same slot. */
  @inline get generation(): u16 { return load<u16>(this.at + 58); }
  /** Result of the system call: 0 or a value on success, a negative errno on failure. */
  @inline get result(): i32 { return load<i32>(this.at + 60); }
}

/** A process runs a program. The values are those after the exec. */
export class ProcessExec extends EventRecord {
  /** Start of the parent, CLOCK_BOOTTIME in ns. */
  @inline get parent_start(): u64 { return load<u64>(this.at + 64); }
  /** Inode of the executable. */
  @inline get inode(): u64 { return load<u64>(this.at + 72); }
  /** Last status change of the executable, ns since 1970. */
  @inline get ctime(): u64 { return load<u64>(this.at + 80); }
  /** Last content change of the executable, ns since 1970. */
  @inline get mtime(): u64 { return load<u64>(this.at + 88); }
  /** Effective capabilities, a bit each. */
  @inline get cap_effective(): u64 { return load<u64>(this.at + 96); }
  /** Permitted capabilities, a bit each. */
  @inline get cap_permitted(): u64 { return load<u64>(this.at + 104); }
  /** Inheritable capabilities, a bit each. */
  @inline get cap_inheritable(): u64 { return load<u64>(this.at + 112); }
  /** Real group id. */
  @inline get gid(): u32 { return load<u32>(this.at + 120); }
  /** Effective user id. */
  @inline get euid(): u32 { return load<u32>(this.at + 124); }
  /** Effective group id. */
  @inline get egid(): u32 { return load<u32>(this.at + 128); }
  /** Audit login uid; 4294967295 when unset. */
  @inline get loginuid(): u32 { return load<u32>(this.at + 132); }
  /** Process group id in the host namespace. */
  @inline get pgid(): u32 { return load<u32>(this.at + 136); }
  /** Session id in the host namespace. */
  @inline get sid(): u32 { return load<u32>(this.at + 140); }
  /** Process id in its own namespace. */
  @inline get vpid(): u32 { return load<u32>(this.at + 144); }
  /** Process group id in its own namespace. */
  @inline get vpgid(): u32 { return load<u32>(this.at + 148); }
  /** Session id in its own namespace. */
  @inline get vsid(): u32 { return load<u32>(this.at + 152); }
  /** Device number of the controlling terminal; 0 when there is none. */
  @inline get tty(): u32 { return load<u32>(this.at + 156); }
  /** Number of arguments before any truncation. */
  @inline get argc(): u32 { return load<u32>(this.at + 160); }
  /** Facts about the executable: bits of the exe flags table. */
  @inline get exe_flags(): u32 { return load<u32>(this.at + 164); }
  /** Path of the executable, resolved by the kernel. */
  get path(): string { return textField(this.at, 168); }
  @inline get path_at(): usize { return textStart(this.at, 168); }
  @inline get path_length(): i32 { return textLength(this.at, 168); }
  /** Path as the caller gave it to the kernel. */
  get filename(): string { return textField(this.at, 172); }
  @inline get filename_at(): usize { return textStart(this.at, 172); }
  @inline get filename_length(): i32 { return textLength(this.at, 172); }
  /** Arguments, the zeroth first. */
  get args(): string { return textField(this.at, 176); }
  @inline get args_at(): usize { return textStart(this.at, 176); }
  @inline get args_length(): i32 { return textLength(this.at, 176); }
  /** Working directory. */
  get cwd(): string { return textField(this.at, 180); }
  @inline get cwd_at(): usize { return textStart(this.at, 180); }
  @inline get cwd_length(): i32 { return textLength(this.at, 180); }
  /** Allow-listed environment variables, NAME=value. */
  get env(): string { return textField(this.at, 184); }
  @inline get env_at(): usize { return textStart(this.at, 184); }
  @inline get env_length(): i32 { return textLength(this.at, 184); }
  /** Name of the task, at most 15 bytes. */
  get comm(): string { return textField(this.at, 188); }
  @inline get comm_at(): usize { return textStart(this.at, 188); }
  @inline get comm_length(): i32 { return textLength(this.at, 188); }
}

/** A new process (not a thread). The header is that of the child. */
export class ProcessFork extends EventRecord {
  /** Start of the parent, CLOCK_BOOTTIME in ns. */
  @inline get parent_start(): u64 { return load<u64>(this.at + 64); }
  /** Thread of the parent that made the child. */
  @inline get parent_tid(): u32 { return load<u32>(this.at + 72); }
  /** Process id of the child in its own namespace. */
  @inline get vpid(): u32 { return load<u32>(this.at + 76); }
  /** Process group id in the host namespace. */
  @inline get pgid(): u32 { return load<u32>(this.at + 80); }
  /** Session id in the host namespace. */
  @inline get sid(): u32 { return load<u32>(this.at + 84); }
  /** Name of the task, inherited from the parent. */
  get comm(): string { return textField(this.at, 88); }
  @inline get comm_at(): usize { return textStart(this.at, 88); }
  @inline get comm_length(): i32 { return textLength(this.at, 88); }
}

/** The last thread of a process ended. The header result is the exit status as wait() gives it. */
export class ProcessExit extends EventRecord {
  /** Life of the process in ns. */
  @inline get duration(): u64 { return load<u64>(this.at + 64); }
  /** Exit code 0 to 255. */
  @inline get code(): u32 { return load<u32>(this.at + 72); }
  /** Signal that ended it; 0 when it exited by itself. */
  @inline get signal(): u32 { return load<u32>(this.at + 76); }
  /** Name of the task. */
  get comm(): string { return textField(this.at, 80); }
  @inline get comm_at(): usize { return textStart(this.at, 80); }
  @inline get comm_length(): i32 { return textLength(this.at, 80); }
}

/** A process was moved to another cgroup. The header is that of the moved process, its cgroup the new one; slot and generation are those of the container it leaves, or comes into when it was in none. */
export class ProcessMoved extends EventRecord {
  /** Id of the cgroup it left; 0 when that is not known to belong to a container. */
  @inline get from_cgroup(): u64 { return load<u64>(this.at + 64); }
  /** Path of the new cgroup below the cgroup v2 root. */
  get path(): string { return textField(this.at, 72); }
  @inline get path_at(): usize { return textStart(this.at, 72); }
  @inline get path_length(): i32 { return textLength(this.at, 72); }
  /** Name of the moved task. */
  get comm(): string { return textField(this.at, 76); }
  @inline get comm_at(): usize { return textStart(this.at, 76); }
  @inline get comm_length(): i32 { return textLength(this.at, 76); }
  /** Process that moved it, in the host namespace; its own id when it moved itself. */
  @inline get mover_pid(): u32 { return load<u32>(this.at + 80); }
  /** 1 when it is still told as part of the container it left, because it was moved from there. */
  @inline get kept(): u32 { return load<u32>(this.at + 84); }
}

/** A file was opened, or the attempt failed. The header result is the descriptor or a negative errno. */
export class FileOpen extends EventRecord {
  /** Inode; 0 when the open failed. */
  @inline get inode(): u64 { return load<u64>(this.at + 64); }
  /** Device of the file system, (major << 20) | minor. */
  @inline get device(): u32 { return load<u32>(this.at + 72); }
  /** Flags of the call: O_* bits of x86-64. */
  @inline get open_flags(): u32 { return load<u32>(this.at + 76); }
  /** Mode asked for when the call may create. */
  @inline get create_mode(): u32 { return load<u32>(this.at + 80); }
  /** Type and permission bits of the file; 0 when the open failed. */
  @inline get file_mode(): u32 { return load<u32>(this.at + 84); }
  /** Equal opens this record stands for; 1 when it stands for itself. */
  @inline get count(): u32 { return load<u32>(this.at + 88); }
  /** Hard links of the file; 0 for a deleted file. */
  @inline get links(): u32 { return load<u32>(this.at + 92); }
  /** Facts about the file: bits of the exe flags table, and created. */
  @inline get file_flags(): u32 { return load<u32>(this.at + 96); }
  /** Path resolved by the kernel; flag user_path marks one that only user memory held. */
  get path(): string { return textField(this.at, 100); }
  @inline get path_at(): usize { return textStart(this.at, 100); }
  @inline get path_length(): i32 { return textLength(this.at, 100); }
  /** Path as the caller gave it, where it could be read and differs; else empty. */
  get name(): string { return textField(this.at, 104); }
  @inline get name_at(): usize { return textStart(this.at, 104); }
  @inline get name_length(): i32 { return textLength(this.at, 104); }
}

/** Names, attributes or sizes of files were changed, or the attempt failed. */
export class FileModify extends EventRecord {
  /** Inode of the file; 0 when it is not known: only calls on a descriptor have it. */
  @inline get inode(): u64 { return load<u64>(this.at + 64); }
  /** New size in bytes of a truncate. */
  @inline get new_size(): u64 { return load<u64>(this.at + 72); }
  /** Device of the file system, (major << 20) | minor; 0 with the inode. */
  @inline get device(): u32 { return load<u32>(this.at + 80); }
  /** New mode of chmod, asked mode of mkdir. */
  @inline get mode(): u32 { return load<u32>(this.at + 84); }
  /** New owner of chown; 4294967295 when it is left or the call is another. */
  @inline get owner(): u32 { return load<u32>(this.at + 88); }
  /** New group of chown; 4294967295 when it is left or the call is another. */
  @inline get group(): u32 { return load<u32>(this.at + 92); }
  /** Flags argument of the call (AT_*, RENAME_*). */
  @inline get call_flags(): u32 { return load<u32>(this.at + 96); }
  /** Equal changes this record stands for. */
  @inline get count(): u32 { return load<u32>(this.at + 100); }
  /** First path of the call: the old name of a rename, the existing file of a link, what a symbolic link holds (as given), else the file that was changed. Flag user_path marks names that stand as they were asked for. */
  get path(): string { return textField(this.at, 104); }
  @inline get path_at(): usize { return textStart(this.at, 104); }
  @inline get path_length(): i32 { return textLength(this.at, 104); }
  /** Second path of the call: the new name of a rename, the new link; else empty. */
  get target(): string { return textField(this.at, 108); }
  @inline get target_at(): usize { return textStart(this.at, 108); }
  @inline get target_length(): i32 { return textLength(this.at, 108); }
}

/** A socket was connected, or the attempt failed or is in progress (result -115). Addresses are those of the kernel socket. */
export class NetConnect extends EventRecord {
  /** Address of the local end. */
  @inline get local_ip(): usize { return this.at + 64; }
  /** Address of the remote end. */
  @inline get remote_ip(): usize { return this.at + 80; }
  /** Number of the socket while it lives (inode of the socket file, or the kernel cookie). */
  @inline get socket(): u64 { return load<u64>(this.at + 96); }
  /** Port of the local end, host order. */
  @inline get local_port(): u16 { return load<u16>(this.at + 104); }
  /** Port of the remote end, host order. */
  @inline get remote_port(): u16 { return load<u16>(this.at + 106); }
  /** AF_INET (2) or AF_INET6 (10). */
  @inline get family(): u16 { return load<u16>(this.at + 108); }
  /** IPPROTO_* number: 6 TCP, 17 UDP. */
  @inline get protocol(): u16 { return load<u16>(this.at + 110); }
  /** Descriptor of the socket. */
  @inline get fd(): i32 { return load<i32>(this.at + 112); }
  /** Equal connects this record stands for. */
  @inline get count(): u32 { return load<u32>(this.at + 116); }
}

/** A connection was accepted. The local end is the server. */
export class NetAccept extends EventRecord {
  /** Address of the local end. */
  @inline get local_ip(): usize { return this.at + 64; }
  /** Address of the remote end. */
  @inline get remote_ip(): usize { return this.at + 80; }
  /** Number of the socket while it lives (inode of the socket file, or the kernel cookie). */
  @inline get socket(): u64 { return load<u64>(this.at + 96); }
  /** Port of the local end, host order. */
  @inline get local_port(): u16 { return load<u16>(this.at + 104); }
  /** Port of the remote end, host order. */
  @inline get remote_port(): u16 { return load<u16>(this.at + 106); }
  /** AF_INET (2) or AF_INET6 (10). */
  @inline get family(): u16 { return load<u16>(this.at + 108); }
  /** IPPROTO_* number: 6 TCP, 17 UDP. */
  @inline get protocol(): u16 { return load<u16>(this.at + 110); }
  /** New descriptor. */
  @inline get fd(): i32 { return load<i32>(this.at + 112); }
  /** Equal accepts this record stands for. */
  @inline get count(): u32 { return load<u32>(this.at + 116); }
}

/** A socket began to listen, or the attempt failed. */
export class NetListen extends EventRecord {
  /** Address of the local end. */
  @inline get local_ip(): usize { return this.at + 64; }
  /** Address of the remote end. */
  @inline get remote_ip(): usize { return this.at + 80; }
  /** Number of the socket while it lives (inode of the socket file, or the kernel cookie). */
  @inline get socket(): u64 { return load<u64>(this.at + 96); }
  /** Port of the local end, host order. */
  @inline get local_port(): u16 { return load<u16>(this.at + 104); }
  /** Port of the remote end, host order. */
  @inline get remote_port(): u16 { return load<u16>(this.at + 106); }
  /** AF_INET (2) or AF_INET6 (10). */
  @inline get family(): u16 { return load<u16>(this.at + 108); }
  /** IPPROTO_* number: 6 TCP, 17 UDP. */
  @inline get protocol(): u16 { return load<u16>(this.at + 110); }
  /** Descriptor of the socket. */
  @inline get fd(): i32 { return load<i32>(this.at + 112); }
  /** Backlog asked for. */
  @inline get backlog(): i32 { return load<i32>(this.at + 116); }
}

/** A TCP connection ended. The header names the process that made it. */
export class NetClose extends EventRecord {
  /** Address of the local end. */
  @inline get local_ip(): usize { return this.at + 64; }
  /** Address of the remote end. */
  @inline get remote_ip(): usize { return this.at + 80; }
  /** Number of the socket while it lives (inode of the socket file, or the kernel cookie). */
  @inline get socket(): u64 { return load<u64>(this.at + 96); }
  /** Port of the local end, host order. */
  @inline get local_port(): u16 { return load<u16>(this.at + 104); }
  /** Port of the remote end, host order. */
  @inline get remote_port(): u16 { return load<u16>(this.at + 106); }
  /** AF_INET (2) or AF_INET6 (10). */
  @inline get family(): u16 { return load<u16>(this.at + 108); }
  /** IPPROTO_* number: 6 TCP, 17 UDP. */
  @inline get protocol(): u16 { return load<u16>(this.at + 110); }
  /** Bytes received in order. */
  @inline get received(): u64 { return load<u64>(this.at + 112); }
  /** Bytes sent, without repetitions. */
  @inline get sent(): u64 { return load<u64>(this.at + 120); }
  /** Life of the connection in ns. */
  @inline get duration(): u64 { return load<u64>(this.at + 128); }
  /** 1 when this end connected, 2 when it accepted. */
  @inline get role(): u32 { return load<u32>(this.at + 136); }
  /** errno the socket died of; 0 for an orderly close. */
  @inline get error(): u32 { return load<u32>(this.at + 140); }
}

/** Datagrams of one process between a socket and one peer, in one direction: the first one at once, what follows at most once a second. The system call is that of the first one. Remote address and port are 0 when a socket that is not connected received without asking for the address. */
export class NetUdp extends EventRecord {
  /** Address of the local end. */
  @inline get local_ip(): usize { return this.at + 64; }
  /** Address of the remote end. */
  @inline get remote_ip(): usize { return this.at + 80; }
  /** Number of the socket while it lives (inode of the socket file, or the kernel cookie). */
  @inline get socket(): u64 { return load<u64>(this.at + 96); }
  /** Port of the local end, host order. */
  @inline get local_port(): u16 { return load<u16>(this.at + 104); }
  /** Port of the remote end, host order. */
  @inline get remote_port(): u16 { return load<u16>(this.at + 106); }
  /** AF_INET (2) or AF_INET6 (10). */
  @inline get family(): u16 { return load<u16>(this.at + 108); }
  /** IPPROTO_* number: 6 TCP, 17 UDP. */
  @inline get protocol(): u16 { return load<u16>(this.at + 110); }
  /** Bytes of the datagrams. */
  @inline get bytes(): u64 { return load<u64>(this.at + 112); }
  /** Datagrams this record stands for. */
  @inline get count(): u32 { return load<u32>(this.at + 120); }
  /** 1 for received, 0 for sent. */
  @inline get received(): u32 { return load<u32>(this.at + 124); }
  /** Descriptor of the socket. */
  @inline get fd(): i32 { return load<i32>(this.at + 128); }
  /** Always 0. */
  @inline get reserved(): u32 { return load<u32>(this.at + 132); }
}

/** A DNS query that the container sent to port 53 or an answer that it got from there, as seen on its wire. The process is that of the sender; answers have none (0). */
export class NetDns extends EventRecord {
  /** Address of the local end. */
  @inline get local_ip(): usize { return this.at + 64; }
  /** Address of the remote end. */
  @inline get remote_ip(): usize { return this.at + 80; }
  /** Number of the socket while it lives (inode of the socket file, or the kernel cookie). */
  @inline get socket(): u64 { return load<u64>(this.at + 96); }
  /** Port of the local end, host order. */
  @inline get local_port(): u16 { return load<u16>(this.at + 104); }
  /** Port of the remote end, host order. */
  @inline get remote_port(): u16 { return load<u16>(this.at + 106); }
  /** AF_INET (2) or AF_INET6 (10). */
  @inline get family(): u16 { return load<u16>(this.at + 108); }
  /** IPPROTO_* number: 6 TCP, 17 UDP. */
  @inline get protocol(): u16 { return load<u16>(this.at + 110); }
  /** Transaction id. */
  @inline get id(): u16 { return load<u16>(this.at + 112); }
  /** Type of the first question (1 A, 28 AAAA, 16 TXT …). */
  @inline get type(): u16 { return load<u16>(this.at + 114); }
  /** Response code; 0 for a query. */
  @inline get rcode(): u16 { return load<u16>(this.at + 116); }
  /** 1 for an answer, 0 for a query. */
  @inline get answer(): u16 { return load<u16>(this.at + 118); }
  /** Name asked for, in presentation form. */
  get name(): string { return textField(this.at, 120); }
  @inline get name_at(): usize { return textStart(this.at, 120); }
  @inline get name_length(): i32 { return textLength(this.at, 120); }
  /** Addresses of the answer in text form. */
  get addresses(): string { return textField(this.at, 124); }
  @inline get addresses_at(): usize { return textStart(this.at, 124); }
  @inline get addresses_length(): i32 { return textLength(this.at, 124); }
}

/** A connect to a unix socket, or the attempt. */
export class NetUnix extends EventRecord {
  /** Inode of the connecting socket, as /proc/PID/fd shows it. */
  @inline get socket(): u64 { return load<u64>(this.at + 64); }
  /** Process that listens, as the kernel recorded it; 0 when unknown. */
  @inline get peer_pid(): u32 { return load<u32>(this.at + 72); }
  /** SOCK_STREAM (1), SOCK_DGRAM (2), SOCK_SEQPACKET (5). */
  @inline get type(): u32 { return load<u32>(this.at + 76); }
  /** Descriptor of the socket. */
  @inline get fd(): i32 { return load<i32>(this.at + 80); }
  /** 1 when the name is in the abstract name space. */
  @inline get abstract(): u32 { return load<u32>(this.at + 84); }
  /** Path of the socket file as the process that listens sees it, or the abstract name; what the caller gave when the attempt failed. */
  get path(): string { return textField(this.at, 88); }
  @inline get path_at(): usize { return textStart(this.at, 88); }
  @inline get path_length(): i32 { return textLength(this.at, 88); }
}

/** A raw or packet socket was made, or the attempt failed. Netlink sockets, for which raw has no meaning, are left out. */
export class NetSocket extends EventRecord {
  /** AF_* number. */
  @inline get domain(): u32 { return load<u32>(this.at + 64); }
  /** SOCK_* number without flags. */
  @inline get type(): u32 { return load<u32>(this.at + 68); }
  /** Protocol number as given. */
  @inline get protocol(): u32 { return load<u32>(this.at + 72); }
  /** Always 0. */
  @inline get reserved(): u32 { return load<u32>(this.at + 76); }
}

/** A system call that few workloads need and many attacks use, done or refused. */
export class SyscallNotable extends EventRecord {
  /** First argument as given. */
  @inline get arg0(): u64 { return load<u64>(this.at + 64); }
  /** Second argument. */
  @inline get arg1(): u64 { return load<u64>(this.at + 72); }
  /** Third argument. */
  @inline get arg2(): u64 { return load<u64>(this.at + 80); }
  /** Fourth argument. */
  @inline get arg3(): u64 { return load<u64>(this.at + 88); }
  /** Fifth argument. */
  @inline get arg4(): u64 { return load<u64>(this.at + 96); }
  /** Sixth argument. */
  @inline get arg5(): u64 { return load<u64>(this.at + 104); }
  /** Start of the target process; 0 when there is none or it was not found. */
  @inline get target_start(): u64 { return load<u64>(this.at + 112); }
  /** Target process in the host namespace (ptrace, process_vm_*, setns to a pidfd); 0 when there is none or it was not found. */
  @inline get target_pid(): u32 { return load<u32>(this.at + 120); }
  /** Equal calls this record stands for. */
  @inline get count(): u32 { return load<u32>(this.at + 124); }
  /** Effective id before a set*id call, the file system id of setfs*id; 4294967295 when it is not known. */
  @inline get old_id(): u32 { return load<u32>(this.at + 128); }
  /** The same id after the call. */
  @inline get new_id(): u32 { return load<u32>(this.at + 132); }
  /** Path of the call: mount source, new root, module file, swap file. */
  get path(): string { return textField(this.at, 136); }
  @inline get path_at(): usize { return textStart(this.at, 136); }
  @inline get path_length(): i32 { return textLength(this.at, 136); }
  /** Second path: mount point. */
  get target(): string { return textField(this.at, 140); }
  @inline get target_at(): usize { return textStart(this.at, 140); }
  @inline get target_length(): i32 { return textLength(this.at, 140); }
  /** Name or type: memfd or module name, module parameters, file system type, type of key, type of namespace. */
  get text(): string { return textField(this.at, 144); }
  @inline get text_at(): usize { return textStart(this.at, 144); }
  @inline get text_length(): i32 { return textLength(this.at, 144); }
  /** Name of the calling task. */
  get comm(): string { return textField(this.at, 148); }
  @inline get comm_at(): usize { return textStart(this.at, 148); }
  @inline get comm_length(): i32 { return textLength(this.at, 148); }
  /** Address of the local end. */
  @inline get local_ip(): usize { return this.at + 152; }
  /** Address of the remote end. */
  @inline get remote_ip(): usize { return this.at + 168; }
  /** Number of the socket while it lives (inode of the socket file, or the kernel cookie). */
  @inline get socket(): u64 { return load<u64>(this.at + 184); }
  /** Port of the local end, host order. */
  @inline get local_port(): u16 { return load<u16>(this.at + 192); }
  /** Port of the remote end, host order. */
  @inline get remote_port(): u16 { return load<u16>(this.at + 194); }
  /** AF_INET (2) or AF_INET6 (10). */
  @inline get family(): u16 { return load<u16>(this.at + 196); }
  /** IPPROTO_* number: 6 TCP, 17 UDP. */
  @inline get protocol(): u16 { return load<u16>(this.at + 198); }
}

/** System calls of one container in one window, counted in the kernel. */
export class WindowSyscalls extends EventRecord {
  /** Start of the window, CLOCK_BOOTTIME in ns. */
  @inline get from(): u64 { return load<u64>(this.at + 64); }
  /** End of the window, CLOCK_BOOTTIME in ns. */
  @inline get to(): u64 { return load<u64>(this.at + 72); }
  /** All system calls in the window. */
  @inline get total(): u64 { return load<u64>(this.at + 80); }
  /** Pairs of system call number and count. */
  @inline get counts(): usize { return this.at + <usize>load<u16>(this.at + 88); }
  /** Pairs of (previous << 16 | next) and count, by thread. */
  @inline get bigrams(): usize { return this.at + <usize>load<u16>(this.at + 92); }
}

/** Resources that one container used in one window. What the kernel does not account for it is 0. */
export class WindowResources extends EventRecord {
  /** Start of the window, CLOCK_BOOTTIME in ns. */
  @inline get from(): u64 { return load<u64>(this.at + 64); }
  /** End of the window, CLOCK_BOOTTIME in ns. */
  @inline get to(): u64 { return load<u64>(this.at + 72); }
  /** CPU time in ns. */
  @inline get cpu(): u64 { return load<u64>(this.at + 80); }
  /** Memory in use at the end, bytes. */
  @inline get memory(): u64 { return load<u64>(this.at + 88); }
  /** Bytes read from block devices. */
  @inline get read(): u64 { return load<u64>(this.at + 96); }
  /** Bytes written to block devices. */
  @inline get written(): u64 { return load<u64>(this.at + 104); }
  /** Bytes received from the network. */
  @inline get received(): u64 { return load<u64>(this.at + 112); }
  /** Bytes sent to the network. */
  @inline get sent(): u64 { return load<u64>(this.at + 120); }
  /** Tasks at the end. */
  @inline get pids(): u32 { return load<u32>(this.at + 128); }
  /** Periods in which the CPU limit held it back. */
  @inline get throttled(): u32 { return load<u32>(this.at + 132); }
}

/** A container became known; later records name it by slot and generation. */
export class ContainerStarted extends EventRecord {
  /** Start of the container, ns since 1970; 0 when unknown. */
  @inline get started(): u64 { return load<u64>(this.at + 64); }
  /** Start of the entrypoint process, CLOCK_BOOTTIME in ns; 0 when unknown. */
  @inline get init_start(): u64 { return load<u64>(this.at + 72); }
  /** Entrypoint process in the host namespace; 0 when unknown. */
  @inline get init_pid(): u32 { return load<u32>(this.at + 80); }
  /** Bits of the container flags table. */
  @inline get container_flags(): u32 { return load<u32>(this.at + 84); }
  /** Full id. */
  get id(): string { return textField(this.at, 88); }
  @inline get id_at(): usize { return textStart(this.at, 88); }
  @inline get id_length(): i32 { return textLength(this.at, 88); }
  /** Name; empty when unknown. */
  get name(): string { return textField(this.at, 92); }
  @inline get name_at(): usize { return textStart(this.at, 92); }
  @inline get name_length(): i32 { return textLength(this.at, 92); }
  /** docker, podman, containerd, cri-o, runc or crun; empty when unknown. */
  get runtime(): string { return textField(this.at, 96); }
  @inline get runtime_at(): usize { return textStart(this.at, 96); }
  @inline get runtime_length(): i32 { return textLength(this.at, 96); }
  /** Image reference; empty when unknown. */
  get image(): string { return textField(this.at, 100); }
  @inline get image_at(): usize { return textStart(this.at, 100); }
  @inline get image_length(): i32 { return textLength(this.at, 100); }
  /** Digest of the image; empty when unknown. */
  get image_digest(): string { return textField(this.at, 104); }
  @inline get image_digest_at(): usize { return textStart(this.at, 104); }
  @inline get image_digest_length(): i32 { return textLength(this.at, 104); }
  /** Path of the cgroup below the cgroup v2 root. */
  get cgroup_path(): string { return textField(this.at, 108); }
  @inline get cgroup_path_at(): usize { return textStart(this.at, 108); }
  @inline get cgroup_path_length(): i32 { return textLength(this.at, 108); }
  /** First address; empty when unknown. */
  get ip(): string { return textField(this.at, 112); }
  @inline get ip_at(): usize { return textStart(this.at, 112); }
  @inline get ip_length(): i32 { return textLength(this.at, 112); }
  /** Name of the pod. */
  get pod_name(): string { return textField(this.at, 116); }
  @inline get pod_name_at(): usize { return textStart(this.at, 116); }
  @inline get pod_name_length(): i32 { return textLength(this.at, 116); }
  /** Namespace of the pod. */
  get pod_namespace(): string { return textField(this.at, 120); }
  @inline get pod_namespace_at(): usize { return textStart(this.at, 120); }
  @inline get pod_namespace_length(): i32 { return textLength(this.at, 120); }
  /** UID of the pod. */
  get pod_uid(): string { return textField(this.at, 124); }
  @inline get pod_uid_at(): usize { return textStart(this.at, 124); }
  @inline get pod_uid_length(): i32 { return textLength(this.at, 124); }
  /** Owner of the pod as kind/name; the name of the container without Kubernetes. */
  get workload(): string { return textField(this.at, 128); }
  @inline get workload_at(): usize { return textStart(this.at, 128); }
  @inline get workload_length(): i32 { return textLength(this.at, 128); }
  /** Service account of the pod. */
  get service_account(): string { return textField(this.at, 132); }
  @inline get service_account_at(): usize { return textStart(this.at, 132); }
  @inline get service_account_length(): i32 { return textLength(this.at, 132); }
  /** Labels of container and pod, key=value. */
  get labels(): string { return textField(this.at, 136); }
  @inline get labels_at(): usize { return textStart(this.at, 136); }
  @inline get labels_length(): i32 { return textLength(this.at, 136); }
  /** Mounts, source:destination:mode. */
  get mounts(): string { return textField(this.at, 140); }
  @inline get mounts_at(): usize { return textStart(this.at, 140); }
  @inline get mounts_length(): i32 { return textLength(this.at, 140); }
  /** CNI result as JSON; empty when unknown. */
  get cni(): string { return textField(this.at, 144); }
  @inline get cni_at(): usize { return textStart(this.at, 144); }
  @inline get cni_length(): i32 { return textLength(this.at, 144); }
  /** Command of the health or liveness check; empty when unknown. */
  get healthcheck(): string { return textField(this.at, 148); }
  @inline get healthcheck_at(): usize { return textStart(this.at, 148); }
  @inline get healthcheck_length(): i32 { return textLength(this.at, 148); }
  /** Command of the liveness probe; empty when it has none. */
  get liveness_probe(): string { return textField(this.at, 152); }
  @inline get liveness_probe_at(): usize { return textStart(this.at, 152); }
  @inline get liveness_probe_length(): i32 { return textLength(this.at, 152); }
  /** Command of the readiness probe; empty when it has none. */
  get readiness_probe(): string { return textField(this.at, 156); }
  @inline get readiness_probe_at(): usize { return textStart(this.at, 156); }
  @inline get readiness_probe_length(): i32 { return textLength(this.at, 156); }
  /** Lines of its passwd file as uid:name:gid:home:shell; ids are those of the host. */
  get users(): string { return textField(this.at, 160); }
  @inline get users_at(): usize { return textStart(this.at, 160); }
  @inline get users_length(): i32 { return textLength(this.at, 160); }
  /** Lines of its group file as gid:name; ids are those of the host. */
  get groups(): string { return textField(this.at, 164); }
  @inline get groups_at(): usize { return textStart(this.at, 164); }
  @inline get groups_length(): i32 { return textLength(this.at, 164); }
}

/** Metadata of a container is more complete than before; replaces it. With slot 0 and the flag host: users and groups of the node itself. */
export class ContainerUpdated extends EventRecord {
  /** Start of the container, ns since 1970; 0 when unknown. */
  @inline get started(): u64 { return load<u64>(this.at + 64); }
  /** Start of the entrypoint process, CLOCK_BOOTTIME in ns; 0 when unknown. */
  @inline get init_start(): u64 { return load<u64>(this.at + 72); }
  /** Entrypoint process in the host namespace; 0 when unknown. */
  @inline get init_pid(): u32 { return load<u32>(this.at + 80); }
  /** Bits of the container flags table. */
  @inline get container_flags(): u32 { return load<u32>(this.at + 84); }
  /** Full id. */
  get id(): string { return textField(this.at, 88); }
  @inline get id_at(): usize { return textStart(this.at, 88); }
  @inline get id_length(): i32 { return textLength(this.at, 88); }
  /** Name; empty when unknown. */
  get name(): string { return textField(this.at, 92); }
  @inline get name_at(): usize { return textStart(this.at, 92); }
  @inline get name_length(): i32 { return textLength(this.at, 92); }
  /** docker, podman, containerd, cri-o, runc or crun; empty when unknown. */
  get runtime(): string { return textField(this.at, 96); }
  @inline get runtime_at(): usize { return textStart(this.at, 96); }
  @inline get runtime_length(): i32 { return textLength(this.at, 96); }
  /** Image reference; empty when unknown. */
  get image(): string { return textField(this.at, 100); }
  @inline get image_at(): usize { return textStart(this.at, 100); }
  @inline get image_length(): i32 { return textLength(this.at, 100); }
  /** Digest of the image; empty when unknown. */
  get image_digest(): string { return textField(this.at, 104); }
  @inline get image_digest_at(): usize { return textStart(this.at, 104); }
  @inline get image_digest_length(): i32 { return textLength(this.at, 104); }
  /** Path of the cgroup below the cgroup v2 root. */
  get cgroup_path(): string { return textField(this.at, 108); }
  @inline get cgroup_path_at(): usize { return textStart(this.at, 108); }
  @inline get cgroup_path_length(): i32 { return textLength(this.at, 108); }
  /** First address; empty when unknown. */
  get ip(): string { return textField(this.at, 112); }
  @inline get ip_at(): usize { return textStart(this.at, 112); }
  @inline get ip_length(): i32 { return textLength(this.at, 112); }
  /** Name of the pod. */
  get pod_name(): string { return textField(this.at, 116); }
  @inline get pod_name_at(): usize { return textStart(this.at, 116); }
  @inline get pod_name_length(): i32 { return textLength(this.at, 116); }
  /** Namespace of the pod. */
  get pod_namespace(): string { return textField(this.at, 120); }
  @inline get pod_namespace_at(): usize { return textStart(this.at, 120); }
  @inline get pod_namespace_length(): i32 { return textLength(this.at, 120); }
  /** UID of the pod. */
  get pod_uid(): string { return textField(this.at, 124); }
  @inline get pod_uid_at(): usize { return textStart(this.at, 124); }
  @inline get pod_uid_length(): i32 { return textLength(this.at, 124); }
  /** Owner of the pod as kind/name; the name of the container without Kubernetes. */
  get workload(): string { return textField(this.at, 128); }
  @inline get workload_at(): usize { return textStart(this.at, 128); }
  @inline get workload_length(): i32 { return textLength(this.at, 128); }
  /** Service account of the pod. */
  get service_account(): string { return textField(this.at, 132); }
  @inline get service_account_at(): usize { return textStart(this.at, 132); }
  @inline get service_account_length(): i32 { return textLength(this.at, 132); }
  /** Labels of container and pod, key=value. */
  get labels(): string { return textField(this.at, 136); }
  @inline get labels_at(): usize { return textStart(this.at, 136); }
  @inline get labels_length(): i32 { return textLength(this.at, 136); }
  /** Mounts, source:destination:mode. */
  get mounts(): string { return textField(this.at, 140); }
  @inline get mounts_at(): usize { return textStart(this.at, 140); }
  @inline get mounts_length(): i32 { return textLength(this.at, 140); }
  /** CNI result as JSON; empty when unknown. */
  get cni(): string { return textField(this.at, 144); }
  @inline get cni_at(): usize { return textStart(this.at, 144); }
  @inline get cni_length(): i32 { return textLength(this.at, 144); }
  /** Command of the health or liveness check; empty when unknown. */
  get healthcheck(): string { return textField(this.at, 148); }
  @inline get healthcheck_at(): usize { return textStart(this.at, 148); }
  @inline get healthcheck_length(): i32 { return textLength(this.at, 148); }
  /** Command of the liveness probe; empty when it has none. */
  get liveness_probe(): string { return textField(this.at, 152); }
  @inline get liveness_probe_at(): usize { return textStart(this.at, 152); }
  @inline get liveness_probe_length(): i32 { return textLength(this.at, 152); }
  /** Command of the readiness probe; empty when it has none. */
  get readiness_probe(): string { return textField(this.at, 156); }
  @inline get readiness_probe_at(): usize { return textStart(this.at, 156); }
  @inline get readiness_probe_length(): i32 { return textLength(this.at, 156); }
  /** Lines of its passwd file as uid:name:gid:home:shell; ids are those of the host. */
  get users(): string { return textField(this.at, 160); }
  @inline get users_at(): usize { return textStart(this.at, 160); }
  @inline get users_length(): i32 { return textLength(this.at, 160); }
  /** Lines of its group file as gid:name; ids are those of the host. */
  get groups(): string { return textField(this.at, 164); }
  @inline get groups_at(): usize { return textStart(this.at, 164); }
  @inline get groups_length(): i32 { return textLength(this.at, 164); }
}

/** The cgroup of a container went away. */
export class ContainerStopped extends EventRecord {
  /** Full id. */
  get id(): string { return textField(this.at, 64); }
  @inline get id_at(): usize { return textStart(this.at, 64); }
  @inline get id_length(): i32 { return textLength(this.at, 64); }
}

/** A cgroup v2 directory was made. The header is that of the process that made it, its cgroup the new one. */
export class CgroupCreated extends EventRecord {
  /** Id of the cgroup that the acting task is in. */
  @inline get parent(): u64 { return load<u64>(this.at + 64); }
  /** Path below the cgroup v2 root. */
  get path(): string { return textField(this.at, 72); }
  @inline get path_at(): usize { return textStart(this.at, 72); }
  @inline get path_length(): i32 { return textLength(this.at, 72); }
  /** Name of the task that did it. */
  get comm(): string { return textField(this.at, 76); }
  @inline get comm_at(): usize { return textStart(this.at, 76); }
  @inline get comm_length(): i32 { return textLength(this.at, 76); }
}

/** A cgroup v2 directory was removed. The header cgroup is the one that went away. */
export class CgroupRemoved extends EventRecord {
  /** Id of the cgroup that the acting task is in. */
  @inline get parent(): u64 { return load<u64>(this.at + 64); }
  /** Path below the cgroup v2 root. */
  get path(): string { return textField(this.at, 72); }
  @inline get path_at(): usize { return textStart(this.at, 72); }
  @inline get path_length(): i32 { return textLength(this.at, 72); }
  /** Name of the task that did it. */
  get comm(): string { return textField(this.at, 76); }
  @inline get comm_at(): usize { return textStart(this.at, 76); }
  @inline get comm_length(): i32 { return textLength(this.at, 76); }
}

/** Events that happened and will never arrive. The header slot names the container where it is known. */
export class SensorLoss extends EventRecord {
  /** Start of the time in which they were lost, CLOCK_BOOTTIME in ns. */
  @inline get from(): u64 { return load<u64>(this.at + 64); }
  /** End of that time, CLOCK_BOOTTIME in ns. */
  @inline get to(): u64 { return load<u64>(this.at + 72); }
  /** Events lost. */
  @inline get count(): u64 { return load<u64>(this.at + 80); }
  /** Kind of the lost events; 0 for any. */
  @inline get lost_kind(): u16 { return load<u16>(this.at + 88); }
  /** Why: a number of the loss reason table. */
  @inline get reason(): u16 { return load<u16>(this.at + 90); }
  /** Always 0. */
  @inline get reserved(): u32 { return load<u32>(this.at + 92); }
}

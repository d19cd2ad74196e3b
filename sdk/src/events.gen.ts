// Generated from sdk/schema by npm run generate. Do not edit.

export const SCHEMA_MAJOR = 1;
export const SCHEMA_MINOR = 2;

/** Numbers of the event kinds. */
export const Kind = {
  /** A process runs a program. The values are those after the exec. */
  ProcessExec: 1,
  /** A new process (not a thread). The header is that of the child. */
  ProcessFork: 2,
  /** The last thread of a process ended. The header result is the exit status as wait() gives it. */
  ProcessExit: 3,
  /** A process was moved to another cgroup. The header is that of the moved process, its cgroup the new one; slot and generation are those of the container it leaves, or comes into when it was in none. */
  ProcessMoved: 4,
  /** A file was opened, or the attempt failed. The header result is the descriptor or a negative errno. */
  FileOpen: 10,
  /** Names, attributes or sizes of files were changed, or the attempt failed. */
  FileModify: 11,
  /** A socket was connected, or the attempt failed or is in progress (result -115). Addresses are those of the kernel socket. */
  NetConnect: 20,
  /** A connection was accepted. The local end is the server. */
  NetAccept: 21,
  /** A socket began to listen, or the attempt failed. */
  NetListen: 22,
  /** A TCP connection ended. The header names the process that made it. */
  NetClose: 23,
  /** Datagrams of one process between a socket and one peer, in one direction: the first one at once, what follows at most once a second. The system call is that of the first one. Remote address and port are 0 when a socket that is not connected received without asking for the address. */
  NetUdp: 24,
  /** A DNS query that the container sent to port 53 or an answer that it got from there, as seen on its wire. The process is that of the sender; answers have none (0). */
  NetDns: 25,
  /** A connect to a unix socket, or the attempt. */
  NetUnix: 26,
  /** A raw or packet socket was made, or the attempt failed. Netlink sockets, for which raw has no meaning, are left out. */
  NetSocket: 27,
  /** A system call that few workloads need and many attacks use, done or refused. */
  SyscallNotable: 30,
  /** System calls of one container in one window, counted in the kernel. */
  WindowSyscalls: 40,
  /** Resources that one container used in one window. What the kernel does not account for it is 0. */
  WindowResources: 41,
  /** A container became known; later records name it by slot and generation. */
  ContainerStarted: 50,
  /** Metadata of a container is more complete than before; replaces it. With slot 0 and the flag host: users and groups of the node itself. */
  ContainerUpdated: 51,
  /** The cgroup of a container went away. */
  ContainerStopped: 52,
  /** A cgroup v2 directory was made. The header is that of the process that made it, its cgroup the new one. */
  CgroupCreated: 53,
  /** A cgroup v2 directory was removed. The header cgroup is the one that went away. */
  CgroupRemoved: 54,
  /** Events that happened and will never arrive. The header slot names the container where it is known. */
  SensorLoss: 60,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** Bits of the header flags. */
export const HeaderFlag = {
  /** Written by the periodic snapshot: it states what is, nothing happened now. */
  snapshot: 1,
  /** A path was longer than its bound and lost its beginning. */
  pathTruncated: 2,
  /** A list (arguments, addresses) was longer than its bound and lost its end. */
  argsTruncated: 4,
  /** The path, or the address of the peer, could only be read from user memory: it may not be what the kernel saw. */
  userPath: 8,
  /** A 32-bit system call on a 64-bit kernel. */
  compat: 16,
  /** Requested through io_uring, not by a system call of its own. */
  ioUring: 32,
  /** The metadata of the container was not complete when the record was sent. */
  partial: 64,
  /** Secrets were replaced by the agent before the record left the node. */
  redacted: 128,
  /** The process is known not to be in a container. */
  host: 256,
  /** Stands for several equal events; the body counts them. */
  repeated: 512,
  /** Rebuilt by the agent from what the kernel lists, not seen by a probe. */
  synthetic: 1024,
  /** The process moved itself to a cgroup outside its container; it still counts as part of the container. */
  sticky: 2048,
  /** Asked for through io_uring, and its end was not seen: the result is not known and reads 0. */
  unfinished: 4096,
} as const;

/** Bits of exe_flags and file_flags. */
export const FileFlag = {
  /** In the upper layer of an overlay: made or changed after the container began, not as in its image. */
  upperLayer: 1,
  /** Lives in memory only (memfd_create). */
  memfd: 2,
  /** No name is left in the file system. */
  deleted: 4,
  /** The process could write to it. */
  writable: 8,
  /** Started through an interpreter line; path is the interpreter. */
  script: 16,
  /** Made by this call. */
  created: 32,
  /** In the upper layer, and the image has a file of that name too. */
  lowerCopy: 64,
} as const;

/** Bits of container_flags. */
export const ContainerFlag = {
  /** Runs with all capabilities or as privileged. */
  privileged: 1,
  /** Not all metadata is known. */
  partial: 2,
  /** The pause container of a pod. */
  sandbox: 4,
  /** Shares the network of the host. */
  hostNetwork: 8,
  /** Shares the process ids of the host. */
  hostPid: 16,
  /** Its passwd or group file has more entries than the record. */
  accountsCut: 32,
} as const;

/** Why events were lost. */
export const LossReason = {
  /** The kernel ring had no room: the agent was too slow. */
  ringFull: 1,
  /** The record did not fit the kernel scratch buffer. */
  scratchFull: 2,
  /** A kernel map had no room. */
  mapFull: 3,
  /** The budget of the container for this kind was used up. */
  throttled: 4,
  /** The bus was away longer than the agent could keep batches. */
  spoolFull: 5,
  /** A record could not be read. */
  malformed: 6,
  /** The stream dropped batches before they were read. */
  busLimit: 7,
  /** The container of the event was never found. */
  unresolved: 8,
  /** The call was made in a way that no probe can read safely (socketcall of 32-bit programs). */
  unreadable: 10,
  /** Equal to an event already sent, counted there. */
  suppressed: 9,
} as const;
export type LossReason = (typeof LossReason)[keyof typeof LossReason];

/** Their names as people and metrics see them. */
export const LOSS_REASON_NAMES: Readonly<Record<number, string>> = {
  1: 'ring_full',
  2: 'scratch_full',
  3: 'map_full',
  4: 'throttled',
  5: 'spool_full',
  6: 'malformed',
  7: 'bus_limit',
  8: 'unresolved',
  10: 'unreadable',
  9: 'suppressed',
};

/** The header of every record. Offsets in bytes from the start of the record. */
export const Header = {
  size: 64,
  /** Kind of the record, a number of the kind table. */
  kind: 0,
  /** Length of the whole record in bytes, a multiple of 8. */
  length: 2,
  /** Header flags. */
  flags: 4,
  /** x86-64 number of the system call behind the event on every architecture; 65535 when there is none. */
  syscall: 6,
  /** CLOCK_BOOTTIME in ns. */
  time: 8,
  /** Number of the record within the agent epoch, from 1, given at drain. */
  sequence: 16,
  /** Process id in the host namespace. */
  tgid: 24,
  /** Thread id in the host namespace. */
  tid: 28,
  /** Process id of the parent in the host namespace. */
  ppid: 32,
  /** Real user id in the host namespace. */
  uid: 36,
  /** Start of the process, CLOCK_BOOTTIME in ns; with tgid it names the process. */
  start: 40,
  /** Id of the cgroup v2 directory. */
  cgroup: 48,
  /** Slot of the container on the node; 0 when it is not known yet or the process is not in a container. */
  slot: 56,
  /** Generation of the slot; tells two containers apart that used the same slot. */
  generation: 58,
  /** Result of the system call: 0 or a value on success, a negative errno on failure. */
  result: 60,
} as const;

/** A process runs a program. The values are those after the exec. Offsets in bytes from the start of the record. */
export const ProcessExec = {
  size: 192,
  /** Start of the parent, CLOCK_BOOTTIME in ns. */
  parentStart: 64,
  /** Inode of the executable. */
  inode: 72,
  /** Last status change of the executable, ns since 1970. */
  ctime: 80,
  /** Last content change of the executable, ns since 1970. */
  mtime: 88,
  /** Effective capabilities, a bit each. */
  capEffective: 96,
  /** Permitted capabilities, a bit each. */
  capPermitted: 104,
  /** Inheritable capabilities, a bit each. */
  capInheritable: 112,
  /** Real group id. */
  gid: 120,
  /** Effective user id. */
  euid: 124,
  /** Effective group id. */
  egid: 128,
  /** Audit login uid; 4294967295 when unset. */
  loginuid: 132,
  /** Process group id in the host namespace. */
  pgid: 136,
  /** Session id in the host namespace. */
  sid: 140,
  /** Process id in its own namespace. */
  vpid: 144,
  /** Process group id in its own namespace. */
  vpgid: 148,
  /** Session id in its own namespace. */
  vsid: 152,
  /** Device number of the controlling terminal; 0 when there is none. */
  tty: 156,
  /** Number of arguments before any truncation. */
  argc: 160,
  /** Facts about the executable: bits of the exe flags table. */
  exeFlags: 164,
  /** Path of the executable, resolved by the kernel. */
  path: 168,
  /** Path as the caller gave it to the kernel. */
  filename: 172,
  /** Arguments, the zeroth first. */
  args: 176,
  /** Working directory. */
  cwd: 180,
  /** Allow-listed environment variables, NAME=value. */
  env: 184,
  /** Name of the task, at most 15 bytes. */
  comm: 188,
} as const;

/** A new process (not a thread). The header is that of the child. Offsets in bytes from the start of the record. */
export const ProcessFork = {
  size: 96,
  /** Start of the parent, CLOCK_BOOTTIME in ns. */
  parentStart: 64,
  /** Thread of the parent that made the child. */
  parentTid: 72,
  /** Process id of the child in its own namespace. */
  vpid: 76,
  /** Process group id in the host namespace. */
  pgid: 80,
  /** Session id in the host namespace. */
  sid: 84,
  /** Name of the task, inherited from the parent. */
  comm: 88,
} as const;

/** The last thread of a process ended. The header result is the exit status as wait() gives it. Offsets in bytes from the start of the record. */
export const ProcessExit = {
  size: 88,
  /** Life of the process in ns. */
  duration: 64,
  /** Exit code 0 to 255. */
  code: 72,
  /** Signal that ended it; 0 when it exited by itself. */
  signal: 76,
  /** Name of the task. */
  comm: 80,
} as const;

/** A process was moved to another cgroup. The header is that of the moved process, its cgroup the new one; slot and generation are those of the container it leaves, or comes into when it was in none. Offsets in bytes from the start of the record. */
export const ProcessMoved = {
  size: 88,
  /** Id of the cgroup it left; 0 when that is not known to belong to a container. */
  fromCgroup: 64,
  /** Path of the new cgroup below the cgroup v2 root. */
  path: 72,
  /** Name of the moved task. */
  comm: 76,
  /** Process that moved it, in the host namespace; its own id when it moved itself. */
  moverPid: 80,
  /** 1 when it is still told as part of the container it left, because it was moved from there. */
  kept: 84,
} as const;

/** A file was opened, or the attempt failed. The header result is the descriptor or a negative errno. Offsets in bytes from the start of the record. */
export const FileOpen = {
  size: 112,
  /** Inode; 0 when the open failed. */
  inode: 64,
  /** Device of the file system, (major << 20) | minor. */
  device: 72,
  /** Flags of the call: O_* bits of x86-64. */
  openFlags: 76,
  /** Mode asked for when the call may create. */
  createMode: 80,
  /** Type and permission bits of the file; 0 when the open failed. */
  fileMode: 84,
  /** Equal opens this record stands for; 1 when it stands for itself. */
  count: 88,
  /** Hard links of the file; 0 for a deleted file. */
  links: 92,
  /** Facts about the file: bits of the exe flags table, and created. */
  fileFlags: 96,
  /** Path resolved by the kernel; flag user_path marks one that only user memory held. */
  path: 100,
  /** Path as the caller gave it, where it could be read and differs; else empty. */
  name: 104,
} as const;

/** Names, attributes or sizes of files were changed, or the attempt failed. Offsets in bytes from the start of the record. */
export const FileModify = {
  size: 112,
  /** Inode of the file; 0 when it is not known: only calls on a descriptor have it. */
  inode: 64,
  /** New size in bytes of a truncate. */
  newSize: 72,
  /** Device of the file system, (major << 20) | minor; 0 with the inode. */
  device: 80,
  /** New mode of chmod, asked mode of mkdir. */
  mode: 84,
  /** New owner of chown; 4294967295 when it is left or the call is another. */
  owner: 88,
  /** New group of chown; 4294967295 when it is left or the call is another. */
  group: 92,
  /** Flags argument of the call (AT_*, RENAME_*). */
  callFlags: 96,
  /** Equal changes this record stands for. */
  count: 100,
  /** First path of the call: the old name of a rename, the existing file of a link, what a symbolic link holds (as given), else the file that was changed. Flag user_path marks names that stand as they were asked for. */
  path: 104,
  /** Second path of the call: the new name of a rename, the new link; else empty. */
  target: 108,
} as const;

/** A socket was connected, or the attempt failed or is in progress (result -115). Addresses are those of the kernel socket. Offsets in bytes from the start of the record. */
export const NetConnect = {
  size: 120,
  /** Address of the local end. */
  localIp: 64,
  /** Address of the remote end. */
  remoteIp: 80,
  /** Number of the socket while it lives (inode of the socket file, or the kernel cookie). */
  socket: 96,
  /** Port of the local end, host order. */
  localPort: 104,
  /** Port of the remote end, host order. */
  remotePort: 106,
  /** AF_INET (2) or AF_INET6 (10). */
  family: 108,
  /** IPPROTO_* number: 6 TCP, 17 UDP. */
  protocol: 110,
  /** Descriptor of the socket. */
  fd: 112,
  /** Equal connects this record stands for. */
  count: 116,
} as const;

/** A connection was accepted. The local end is the server. Offsets in bytes from the start of the record. */
export const NetAccept = {
  size: 120,
  /** Address of the local end. */
  localIp: 64,
  /** Address of the remote end. */
  remoteIp: 80,
  /** Number of the socket while it lives (inode of the socket file, or the kernel cookie). */
  socket: 96,
  /** Port of the local end, host order. */
  localPort: 104,
  /** Port of the remote end, host order. */
  remotePort: 106,
  /** AF_INET (2) or AF_INET6 (10). */
  family: 108,
  /** IPPROTO_* number: 6 TCP, 17 UDP. */
  protocol: 110,
  /** New descriptor. */
  fd: 112,
  /** Equal accepts this record stands for. */
  count: 116,
} as const;

/** A socket began to listen, or the attempt failed. Offsets in bytes from the start of the record. */
export const NetListen = {
  size: 120,
  /** Address of the local end. */
  localIp: 64,
  /** Address of the remote end. */
  remoteIp: 80,
  /** Number of the socket while it lives (inode of the socket file, or the kernel cookie). */
  socket: 96,
  /** Port of the local end, host order. */
  localPort: 104,
  /** Port of the remote end, host order. */
  remotePort: 106,
  /** AF_INET (2) or AF_INET6 (10). */
  family: 108,
  /** IPPROTO_* number: 6 TCP, 17 UDP. */
  protocol: 110,
  /** Descriptor of the socket. */
  fd: 112,
  /** Backlog asked for. */
  backlog: 116,
} as const;

/** A TCP connection ended. The header names the process that made it. Offsets in bytes from the start of the record. */
export const NetClose = {
  size: 144,
  /** Address of the local end. */
  localIp: 64,
  /** Address of the remote end. */
  remoteIp: 80,
  /** Number of the socket while it lives (inode of the socket file, or the kernel cookie). */
  socket: 96,
  /** Port of the local end, host order. */
  localPort: 104,
  /** Port of the remote end, host order. */
  remotePort: 106,
  /** AF_INET (2) or AF_INET6 (10). */
  family: 108,
  /** IPPROTO_* number: 6 TCP, 17 UDP. */
  protocol: 110,
  /** Bytes received in order. */
  received: 112,
  /** Bytes sent, without repetitions. */
  sent: 120,
  /** Life of the connection in ns. */
  duration: 128,
  /** 1 when this end connected, 2 when it accepted. */
  role: 136,
  /** errno the socket died of; 0 for an orderly close. */
  error: 140,
} as const;

/** Datagrams of one process between a socket and one peer, in one direction: the first one at once, what follows at most once a second. The system call is that of the first one. Remote address and port are 0 when a socket that is not connected received without asking for the address. Offsets in bytes from the start of the record. */
export const NetUdp = {
  size: 136,
  /** Address of the local end. */
  localIp: 64,
  /** Address of the remote end. */
  remoteIp: 80,
  /** Number of the socket while it lives (inode of the socket file, or the kernel cookie). */
  socket: 96,
  /** Port of the local end, host order. */
  localPort: 104,
  /** Port of the remote end, host order. */
  remotePort: 106,
  /** AF_INET (2) or AF_INET6 (10). */
  family: 108,
  /** IPPROTO_* number: 6 TCP, 17 UDP. */
  protocol: 110,
  /** Bytes of the datagrams. */
  bytes: 112,
  /** Datagrams this record stands for. */
  count: 120,
  /** 1 for received, 0 for sent. */
  received: 124,
  /** Descriptor of the socket. */
  fd: 128,
  /** Always 0. */
  reserved: 132,
} as const;

/** A DNS query that the container sent to port 53 or an answer that it got from there, as seen on its wire. The process is that of the sender; answers have none (0). Offsets in bytes from the start of the record. */
export const NetDns = {
  size: 128,
  /** Address of the local end. */
  localIp: 64,
  /** Address of the remote end. */
  remoteIp: 80,
  /** Number of the socket while it lives (inode of the socket file, or the kernel cookie). */
  socket: 96,
  /** Port of the local end, host order. */
  localPort: 104,
  /** Port of the remote end, host order. */
  remotePort: 106,
  /** AF_INET (2) or AF_INET6 (10). */
  family: 108,
  /** IPPROTO_* number: 6 TCP, 17 UDP. */
  protocol: 110,
  /** Transaction id. */
  id: 112,
  /** Type of the first question (1 A, 28 AAAA, 16 TXT …). */
  type: 114,
  /** Response code; 0 for a query. */
  rcode: 116,
  /** 1 for an answer, 0 for a query. */
  answer: 118,
  /** Name asked for, in presentation form. */
  name: 120,
  /** Addresses of the answer in text form. */
  addresses: 124,
} as const;

/** A connect to a unix socket, or the attempt. Offsets in bytes from the start of the record. */
export const NetUnix = {
  size: 96,
  /** Inode of the connecting socket, as /proc/PID/fd shows it. */
  socket: 64,
  /** Process that listens, as the kernel recorded it; 0 when unknown. */
  peerPid: 72,
  /** SOCK_STREAM (1), SOCK_DGRAM (2), SOCK_SEQPACKET (5). */
  type: 76,
  /** Descriptor of the socket. */
  fd: 80,
  /** 1 when the name is in the abstract name space. */
  abstract: 84,
  /** Path of the socket file as the process that listens sees it, or the abstract name; what the caller gave when the attempt failed. */
  path: 88,
} as const;

/** A raw or packet socket was made, or the attempt failed. Netlink sockets, for which raw has no meaning, are left out. Offsets in bytes from the start of the record. */
export const NetSocket = {
  size: 80,
  /** AF_* number. */
  domain: 64,
  /** SOCK_* number without flags. */
  type: 68,
  /** Protocol number as given. */
  protocol: 72,
  /** Always 0. */
  reserved: 76,
} as const;

/** A system call that few workloads need and many attacks use, done or refused. Offsets in bytes from the start of the record. */
export const SyscallNotable = {
  size: 200,
  /** First argument as given. */
  arg0: 64,
  /** Second argument. */
  arg1: 72,
  /** Third argument. */
  arg2: 80,
  /** Fourth argument. */
  arg3: 88,
  /** Fifth argument. */
  arg4: 96,
  /** Sixth argument. */
  arg5: 104,
  /** Start of the target process; 0 when there is none or it was not found. */
  targetStart: 112,
  /** Target process in the host namespace (ptrace, process_vm_*, setns to a pidfd); 0 when there is none or it was not found. */
  targetPid: 120,
  /** Equal calls this record stands for. */
  count: 124,
  /** Effective id before a set*id call, the file system id of setfs*id; 4294967295 when it is not known. */
  oldId: 128,
  /** The same id after the call. */
  newId: 132,
  /** Path of the call: mount source, new root, module file, swap file. */
  path: 136,
  /** Second path: mount point. */
  target: 140,
  /** Name or type: memfd or module name, module parameters, file system type, type of key, type of namespace. */
  text: 144,
  /** Name of the calling task. */
  comm: 148,
  /** Address of the local end. */
  localIp: 152,
  /** Address of the remote end. */
  remoteIp: 168,
  /** Number of the socket while it lives (inode of the socket file, or the kernel cookie). */
  socket: 184,
  /** Port of the local end, host order. */
  localPort: 192,
  /** Port of the remote end, host order. */
  remotePort: 194,
  /** AF_INET (2) or AF_INET6 (10). */
  family: 196,
  /** IPPROTO_* number: 6 TCP, 17 UDP. */
  protocol: 198,
} as const;

/** System calls of one container in one window, counted in the kernel. Offsets in bytes from the start of the record. */
export const WindowSyscalls = {
  size: 96,
  /** Start of the window, CLOCK_BOOTTIME in ns. */
  from: 64,
  /** End of the window, CLOCK_BOOTTIME in ns. */
  to: 72,
  /** All system calls in the window. */
  total: 80,
  /** Pairs of system call number and count. */
  counts: 88,
  /** Pairs of (previous << 16 | next) and count, by thread. */
  bigrams: 92,
} as const;

/** Resources that one container used in one window. What the kernel does not account for it is 0. Offsets in bytes from the start of the record. */
export const WindowResources = {
  size: 136,
  /** Start of the window, CLOCK_BOOTTIME in ns. */
  from: 64,
  /** End of the window, CLOCK_BOOTTIME in ns. */
  to: 72,
  /** CPU time in ns. */
  cpu: 80,
  /** Memory in use at the end, bytes. */
  memory: 88,
  /** Bytes read from block devices. */
  read: 96,
  /** Bytes written to block devices. */
  written: 104,
  /** Bytes received from the network. */
  received: 112,
  /** Bytes sent to the network. */
  sent: 120,
  /** Tasks at the end. */
  pids: 128,
  /** Periods in which the CPU limit held it back. */
  throttled: 132,
} as const;

/** A container became known; later records name it by slot and generation. Offsets in bytes from the start of the record. */
export const ContainerStarted = {
  size: 168,
  /** Start of the container, ns since 1970; 0 when unknown. */
  started: 64,
  /** Start of the entrypoint process, CLOCK_BOOTTIME in ns; 0 when unknown. */
  initStart: 72,
  /** Entrypoint process in the host namespace; 0 when unknown. */
  initPid: 80,
  /** Bits of the container flags table. */
  containerFlags: 84,
  /** Full id. */
  id: 88,
  /** Name; empty when unknown. */
  name: 92,
  /** docker, podman, containerd, cri-o, runc or crun; empty when unknown. */
  runtime: 96,
  /** Image reference; empty when unknown. */
  image: 100,
  /** Digest of the image; empty when unknown. */
  imageDigest: 104,
  /** Path of the cgroup below the cgroup v2 root. */
  cgroupPath: 108,
  /** First address; empty when unknown. */
  ip: 112,
  /** Name of the pod. */
  podName: 116,
  /** Namespace of the pod. */
  podNamespace: 120,
  /** UID of the pod. */
  podUid: 124,
  /** Owner of the pod as kind/name; the name of the container without Kubernetes. */
  workload: 128,
  /** Service account of the pod. */
  serviceAccount: 132,
  /** Labels of container and pod, key=value. */
  labels: 136,
  /** Mounts, source:destination:mode. */
  mounts: 140,
  /** CNI result as JSON; empty when unknown. */
  cni: 144,
  /** Command of the health or liveness check; empty when unknown. */
  healthcheck: 148,
  /** Command of the liveness probe; empty when it has none. */
  livenessProbe: 152,
  /** Command of the readiness probe; empty when it has none. */
  readinessProbe: 156,
  /** Lines of its passwd file as uid:name:gid:home:shell; ids are those of the host. */
  users: 160,
  /** Lines of its group file as gid:name; ids are those of the host. */
  groups: 164,
} as const;

/** Metadata of a container is more complete than before; replaces it. With slot 0 and the flag host: users and groups of the node itself. Offsets in bytes from the start of the record. */
export const ContainerUpdated = {
  size: 168,
  /** Start of the container, ns since 1970; 0 when unknown. */
  started: 64,
  /** Start of the entrypoint process, CLOCK_BOOTTIME in ns; 0 when unknown. */
  initStart: 72,
  /** Entrypoint process in the host namespace; 0 when unknown. */
  initPid: 80,
  /** Bits of the container flags table. */
  containerFlags: 84,
  /** Full id. */
  id: 88,
  /** Name; empty when unknown. */
  name: 92,
  /** docker, podman, containerd, cri-o, runc or crun; empty when unknown. */
  runtime: 96,
  /** Image reference; empty when unknown. */
  image: 100,
  /** Digest of the image; empty when unknown. */
  imageDigest: 104,
  /** Path of the cgroup below the cgroup v2 root. */
  cgroupPath: 108,
  /** First address; empty when unknown. */
  ip: 112,
  /** Name of the pod. */
  podName: 116,
  /** Namespace of the pod. */
  podNamespace: 120,
  /** UID of the pod. */
  podUid: 124,
  /** Owner of the pod as kind/name; the name of the container without Kubernetes. */
  workload: 128,
  /** Service account of the pod. */
  serviceAccount: 132,
  /** Labels of container and pod, key=value. */
  labels: 136,
  /** Mounts, source:destination:mode. */
  mounts: 140,
  /** CNI result as JSON; empty when unknown. */
  cni: 144,
  /** Command of the health or liveness check; empty when unknown. */
  healthcheck: 148,
  /** Command of the liveness probe; empty when it has none. */
  livenessProbe: 152,
  /** Command of the readiness probe; empty when it has none. */
  readinessProbe: 156,
  /** Lines of its passwd file as uid:name:gid:home:shell; ids are those of the host. */
  users: 160,
  /** Lines of its group file as gid:name; ids are those of the host. */
  groups: 164,
} as const;

/** The cgroup of a container went away. Offsets in bytes from the start of the record. */
export const ContainerStopped = {
  size: 72,
  /** Full id. */
  id: 64,
} as const;

/** A cgroup v2 directory was made. The header is that of the process that made it, its cgroup the new one. Offsets in bytes from the start of the record. */
export const CgroupCreated = {
  size: 80,
  /** Id of the cgroup that the acting task is in. */
  parent: 64,
  /** Path below the cgroup v2 root. */
  path: 72,
  /** Name of the task that did it. */
  comm: 76,
} as const;

/** A cgroup v2 directory was removed. The header cgroup is the one that went away. Offsets in bytes from the start of the record. */
export const CgroupRemoved = {
  size: 80,
  /** Id of the cgroup that the acting task is in. */
  parent: 64,
  /** Path below the cgroup v2 root. */
  path: 72,
  /** Name of the task that did it. */
  comm: 76,
} as const;

/** Events that happened and will never arrive. The header slot names the container where it is known. Offsets in bytes from the start of the record. */
export const SensorLoss = {
  size: 96,
  /** Start of the time in which they were lost, CLOCK_BOOTTIME in ns. */
  from: 64,
  /** End of that time, CLOCK_BOOTTIME in ns. */
  to: 72,
  /** Events lost. */
  count: 80,
  /** Kind of the lost events; 0 for any. */
  lostKind: 88,
  /** Why: a number of the loss reason table. */
  reason: 90,
  /** Always 0. */
  reserved: 92,
} as const;

export type FieldType = 'u8' | 'u16' | 'u32' | 'i32' | 'u64' | 'i64' | 'ip' | 'str' | 'strs' | 'counts';
export interface FieldInfo {
  readonly name: string;
  readonly type: FieldType;
  readonly offset: number;
  readonly rules: readonly string[];
}
export interface KindInfo {
  readonly id: number;
  readonly name: string;
  readonly ring: 'rare' | 'bulk' | 'agent';
  readonly size: number;
  readonly types: readonly string[];
  readonly fields: readonly FieldInfo[];
}

/** The table itself, for readers that work by name. */
export const HEADER_FIELDS: readonly FieldInfo[] = [
  {"name":"kind","type":"u16","offset":0,"rules":[]},
  {"name":"length","type":"u16","offset":2,"rules":[]},
  {"name":"flags","type":"u16","offset":4,"rules":[]},
  {"name":"syscall","type":"u16","offset":6,"rules":[]},
  {"name":"time","type":"u64","offset":8,"rules":[]},
  {"name":"sequence","type":"u64","offset":16,"rules":["evt.num"]},
  {"name":"tgid","type":"u32","offset":24,"rules":["proc.pid"]},
  {"name":"tid","type":"u32","offset":28,"rules":["thread.tid"]},
  {"name":"ppid","type":"u32","offset":32,"rules":["proc.ppid"]},
  {"name":"uid","type":"u32","offset":36,"rules":["user.uid"]},
  {"name":"start","type":"u64","offset":40,"rules":[]},
  {"name":"cgroup","type":"u64","offset":48,"rules":[]},
  {"name":"slot","type":"u16","offset":56,"rules":[]},
  {"name":"generation","type":"u16","offset":58,"rules":[]},
  {"name":"result","type":"i32","offset":60,"rules":["evt.rawres"]},
];
export const KINDS: readonly KindInfo[] = [
  {
    id: 1,
    name: 'process.exec',
    ring: 'rare',
    size: 192,
    types: ["execve","execveat"],
    fields: [
      {"name":"parent_start","type":"u64","offset":64,"rules":[]},
      {"name":"inode","type":"u64","offset":72,"rules":["proc.exe_ino"]},
      {"name":"ctime","type":"u64","offset":80,"rules":["proc.exe_ino.ctime"]},
      {"name":"mtime","type":"u64","offset":88,"rules":["proc.exe_ino.mtime"]},
      {"name":"cap_effective","type":"u64","offset":96,"rules":[]},
      {"name":"cap_permitted","type":"u64","offset":104,"rules":[]},
      {"name":"cap_inheritable","type":"u64","offset":112,"rules":[]},
      {"name":"gid","type":"u32","offset":120,"rules":["group.gid"]},
      {"name":"euid","type":"u32","offset":124,"rules":[]},
      {"name":"egid","type":"u32","offset":128,"rules":[]},
      {"name":"loginuid","type":"u32","offset":132,"rules":["user.loginuid"]},
      {"name":"pgid","type":"u32","offset":136,"rules":[]},
      {"name":"sid","type":"u32","offset":140,"rules":[]},
      {"name":"vpid","type":"u32","offset":144,"rules":["proc.vpid"]},
      {"name":"vpgid","type":"u32","offset":148,"rules":["proc.vpgid"]},
      {"name":"vsid","type":"u32","offset":152,"rules":["proc.sid"]},
      {"name":"tty","type":"u32","offset":156,"rules":["proc.tty"]},
      {"name":"argc","type":"u32","offset":160,"rules":[]},
      {"name":"exe_flags","type":"u32","offset":164,"rules":[]},
      {"name":"path","type":"str","offset":168,"rules":["proc.exepath"]},
      {"name":"filename","type":"str","offset":172,"rules":["evt.arg.filename"]},
      {"name":"args","type":"strs","offset":176,"rules":[]},
      {"name":"cwd","type":"str","offset":180,"rules":["proc.cwd"]},
      {"name":"env","type":"strs","offset":184,"rules":[]},
      {"name":"comm","type":"str","offset":188,"rules":["proc.name"]},
    ],
  },
  {
    id: 2,
    name: 'process.fork',
    ring: 'rare',
    size: 96,
    types: ["clone","clone3","fork","vfork"],
    fields: [
      {"name":"parent_start","type":"u64","offset":64,"rules":[]},
      {"name":"parent_tid","type":"u32","offset":72,"rules":[]},
      {"name":"vpid","type":"u32","offset":76,"rules":[]},
      {"name":"pgid","type":"u32","offset":80,"rules":[]},
      {"name":"sid","type":"u32","offset":84,"rules":[]},
      {"name":"comm","type":"str","offset":88,"rules":[]},
    ],
  },
  {
    id: 3,
    name: 'process.exit',
    ring: 'rare',
    size: 88,
    types: ["procexit"],
    fields: [
      {"name":"duration","type":"u64","offset":64,"rules":[]},
      {"name":"code","type":"u32","offset":72,"rules":[]},
      {"name":"signal","type":"u32","offset":76,"rules":[]},
      {"name":"comm","type":"str","offset":80,"rules":[]},
    ],
  },
  {
    id: 4,
    name: 'process.moved',
    ring: 'rare',
    size: 88,
    types: ["cgroup_attach"],
    fields: [
      {"name":"from_cgroup","type":"u64","offset":64,"rules":["picket.moved.from"]},
      {"name":"path","type":"str","offset":72,"rules":["picket.moved.path"]},
      {"name":"comm","type":"str","offset":76,"rules":[]},
      {"name":"mover_pid","type":"u32","offset":80,"rules":["picket.moved.by"]},
      {"name":"kept","type":"u32","offset":84,"rules":["picket.moved.kept"]},
    ],
  },
  {
    id: 10,
    name: 'file.open',
    ring: 'bulk',
    size: 112,
    types: ["open","openat","openat2","creat","open_by_handle_at"],
    fields: [
      {"name":"inode","type":"u64","offset":64,"rules":["fd.ino"]},
      {"name":"device","type":"u32","offset":72,"rules":["fd.dev"]},
      {"name":"open_flags","type":"u32","offset":76,"rules":[]},
      {"name":"create_mode","type":"u32","offset":80,"rules":[]},
      {"name":"file_mode","type":"u32","offset":84,"rules":[]},
      {"name":"count","type":"u32","offset":88,"rules":[]},
      {"name":"links","type":"u32","offset":92,"rules":[]},
      {"name":"file_flags","type":"u32","offset":96,"rules":[]},
      {"name":"path","type":"str","offset":100,"rules":["fd.name","fs.path.name"]},
      {"name":"name","type":"str","offset":104,"rules":[]},
    ],
  },
  {
    id: 11,
    name: 'file.modify',
    ring: 'bulk',
    size: 112,
    types: ["rename","renameat","renameat2","unlink","unlinkat","link","linkat","symlink","symlinkat","chmod","fchmod","fchmodat","fchmodat2","chown","fchown","lchown","fchownat","mkdir","mkdirat","rmdir","truncate","ftruncate"],
    fields: [
      {"name":"inode","type":"u64","offset":64,"rules":[]},
      {"name":"new_size","type":"u64","offset":72,"rules":[]},
      {"name":"device","type":"u32","offset":80,"rules":[]},
      {"name":"mode","type":"u32","offset":84,"rules":[]},
      {"name":"owner","type":"u32","offset":88,"rules":[]},
      {"name":"group","type":"u32","offset":92,"rules":[]},
      {"name":"call_flags","type":"u32","offset":96,"rules":[]},
      {"name":"count","type":"u32","offset":100,"rules":[]},
      {"name":"path","type":"str","offset":104,"rules":["fs.path.name","evt.arg.path","evt.arg.oldpath"]},
      {"name":"target","type":"str","offset":108,"rules":["fs.path.target","evt.arg.newpath","evt.arg.linkpath"]},
    ],
  },
  {
    id: 20,
    name: 'net.connect',
    ring: 'rare',
    size: 120,
    types: ["connect"],
    fields: [
      {"name":"local_ip","type":"ip","offset":64,"rules":["fd.lip"]},
      {"name":"remote_ip","type":"ip","offset":80,"rules":["fd.rip"]},
      {"name":"socket","type":"u64","offset":96,"rules":[]},
      {"name":"local_port","type":"u16","offset":104,"rules":["fd.lport"]},
      {"name":"remote_port","type":"u16","offset":106,"rules":["fd.rport"]},
      {"name":"family","type":"u16","offset":108,"rules":[]},
      {"name":"protocol","type":"u16","offset":110,"rules":[]},
      {"name":"fd","type":"i32","offset":112,"rules":["fd.num"]},
      {"name":"count","type":"u32","offset":116,"rules":[]},
    ],
  },
  {
    id: 21,
    name: 'net.accept',
    ring: 'rare',
    size: 120,
    types: ["accept","accept4"],
    fields: [
      {"name":"local_ip","type":"ip","offset":64,"rules":["fd.lip"]},
      {"name":"remote_ip","type":"ip","offset":80,"rules":["fd.rip"]},
      {"name":"socket","type":"u64","offset":96,"rules":[]},
      {"name":"local_port","type":"u16","offset":104,"rules":["fd.lport"]},
      {"name":"remote_port","type":"u16","offset":106,"rules":["fd.rport"]},
      {"name":"family","type":"u16","offset":108,"rules":[]},
      {"name":"protocol","type":"u16","offset":110,"rules":[]},
      {"name":"fd","type":"i32","offset":112,"rules":["fd.num"]},
      {"name":"count","type":"u32","offset":116,"rules":[]},
    ],
  },
  {
    id: 22,
    name: 'net.listen',
    ring: 'rare',
    size: 120,
    types: ["listen"],
    fields: [
      {"name":"local_ip","type":"ip","offset":64,"rules":["fd.lip"]},
      {"name":"remote_ip","type":"ip","offset":80,"rules":["fd.rip"]},
      {"name":"socket","type":"u64","offset":96,"rules":[]},
      {"name":"local_port","type":"u16","offset":104,"rules":["fd.lport"]},
      {"name":"remote_port","type":"u16","offset":106,"rules":["fd.rport"]},
      {"name":"family","type":"u16","offset":108,"rules":[]},
      {"name":"protocol","type":"u16","offset":110,"rules":[]},
      {"name":"fd","type":"i32","offset":112,"rules":["fd.num"]},
      {"name":"backlog","type":"i32","offset":116,"rules":[]},
    ],
  },
  {
    id: 23,
    name: 'net.close',
    ring: 'bulk',
    size: 144,
    types: ["close"],
    fields: [
      {"name":"local_ip","type":"ip","offset":64,"rules":["fd.lip"]},
      {"name":"remote_ip","type":"ip","offset":80,"rules":["fd.rip"]},
      {"name":"socket","type":"u64","offset":96,"rules":[]},
      {"name":"local_port","type":"u16","offset":104,"rules":["fd.lport"]},
      {"name":"remote_port","type":"u16","offset":106,"rules":["fd.rport"]},
      {"name":"family","type":"u16","offset":108,"rules":[]},
      {"name":"protocol","type":"u16","offset":110,"rules":[]},
      {"name":"received","type":"u64","offset":112,"rules":[]},
      {"name":"sent","type":"u64","offset":120,"rules":[]},
      {"name":"duration","type":"u64","offset":128,"rules":[]},
      {"name":"role","type":"u32","offset":136,"rules":[]},
      {"name":"error","type":"u32","offset":140,"rules":[]},
    ],
  },
  {
    id: 24,
    name: 'net.udp',
    ring: 'bulk',
    size: 136,
    types: ["sendto","sendmsg","sendmmsg","recvfrom","recvmsg","recvmmsg"],
    fields: [
      {"name":"local_ip","type":"ip","offset":64,"rules":["fd.lip"]},
      {"name":"remote_ip","type":"ip","offset":80,"rules":["fd.rip"]},
      {"name":"socket","type":"u64","offset":96,"rules":[]},
      {"name":"local_port","type":"u16","offset":104,"rules":["fd.lport"]},
      {"name":"remote_port","type":"u16","offset":106,"rules":["fd.rport"]},
      {"name":"family","type":"u16","offset":108,"rules":[]},
      {"name":"protocol","type":"u16","offset":110,"rules":[]},
      {"name":"bytes","type":"u64","offset":112,"rules":[]},
      {"name":"count","type":"u32","offset":120,"rules":[]},
      {"name":"received","type":"u32","offset":124,"rules":[]},
      {"name":"fd","type":"i32","offset":128,"rules":["fd.num"]},
      {"name":"reserved","type":"u32","offset":132,"rules":[]},
    ],
  },
  {
    id: 25,
    name: 'net.dns',
    ring: 'bulk',
    size: 128,
    types: ["dns"],
    fields: [
      {"name":"local_ip","type":"ip","offset":64,"rules":["fd.lip"]},
      {"name":"remote_ip","type":"ip","offset":80,"rules":["fd.rip"]},
      {"name":"socket","type":"u64","offset":96,"rules":[]},
      {"name":"local_port","type":"u16","offset":104,"rules":["fd.lport"]},
      {"name":"remote_port","type":"u16","offset":106,"rules":["fd.rport"]},
      {"name":"family","type":"u16","offset":108,"rules":[]},
      {"name":"protocol","type":"u16","offset":110,"rules":[]},
      {"name":"id","type":"u16","offset":112,"rules":[]},
      {"name":"type","type":"u16","offset":114,"rules":["dns.type"]},
      {"name":"rcode","type":"u16","offset":116,"rules":["dns.rcode"]},
      {"name":"answer","type":"u16","offset":118,"rules":["dns.answer"]},
      {"name":"name","type":"str","offset":120,"rules":["dns.name"]},
      {"name":"addresses","type":"strs","offset":124,"rules":["dns.addresses"]},
    ],
  },
  {
    id: 26,
    name: 'net.unix',
    ring: 'rare',
    size: 96,
    types: ["connect"],
    fields: [
      {"name":"socket","type":"u64","offset":64,"rules":[]},
      {"name":"peer_pid","type":"u32","offset":72,"rules":[]},
      {"name":"type","type":"u32","offset":76,"rules":[]},
      {"name":"fd","type":"i32","offset":80,"rules":["fd.num"]},
      {"name":"abstract","type":"u32","offset":84,"rules":[]},
      {"name":"path","type":"str","offset":88,"rules":["fd.name"]},
    ],
  },
  {
    id: 27,
    name: 'net.socket',
    ring: 'rare',
    size: 80,
    types: ["socket"],
    fields: [
      {"name":"domain","type":"u32","offset":64,"rules":[]},
      {"name":"type","type":"u32","offset":68,"rules":[]},
      {"name":"protocol","type":"u32","offset":72,"rules":[]},
      {"name":"reserved","type":"u32","offset":76,"rules":[]},
    ],
  },
  {
    id: 30,
    name: 'syscall.notable',
    ring: 'rare',
    size: 200,
    types: ["ptrace","setns","unshare","mount","umount","umount2","move_mount","fsmount","pivot_root","chroot","bpf","init_module","finit_module","delete_module","memfd_create","mprotect","mmap","process_vm_writev","process_vm_readv","setuid","setgid","setreuid","setregid","setresuid","setresgid","setfsuid","setfsgid","capset","userfaultfd","keyctl","add_key","request_key","io_uring_setup","kexec_load","kexec_file_load","dup","dup2","dup3","bind","prctl","perf_event_open","personality","swapon","reboot","pkey_mprotect","fcntl"],
    fields: [
      {"name":"arg0","type":"u64","offset":64,"rules":[]},
      {"name":"arg1","type":"u64","offset":72,"rules":[]},
      {"name":"arg2","type":"u64","offset":80,"rules":[]},
      {"name":"arg3","type":"u64","offset":88,"rules":[]},
      {"name":"arg4","type":"u64","offset":96,"rules":[]},
      {"name":"arg5","type":"u64","offset":104,"rules":[]},
      {"name":"target_start","type":"u64","offset":112,"rules":[]},
      {"name":"target_pid","type":"u32","offset":120,"rules":["picket.target.pid"]},
      {"name":"count","type":"u32","offset":124,"rules":[]},
      {"name":"old_id","type":"u32","offset":128,"rules":["picket.id.old"]},
      {"name":"new_id","type":"u32","offset":132,"rules":["picket.id.new"]},
      {"name":"path","type":"str","offset":136,"rules":["fs.path.source"]},
      {"name":"target","type":"str","offset":140,"rules":["fs.path.target","evt.arg.target"]},
      {"name":"text","type":"str","offset":144,"rules":["evt.arg.name"]},
      {"name":"comm","type":"str","offset":148,"rules":[]},
      {"name":"local_ip","type":"ip","offset":152,"rules":["fd.lip"]},
      {"name":"remote_ip","type":"ip","offset":168,"rules":["fd.rip"]},
      {"name":"socket","type":"u64","offset":184,"rules":[]},
      {"name":"local_port","type":"u16","offset":192,"rules":["fd.lport"]},
      {"name":"remote_port","type":"u16","offset":194,"rules":["fd.rport"]},
      {"name":"family","type":"u16","offset":196,"rules":[]},
      {"name":"protocol","type":"u16","offset":198,"rules":[]},
    ],
  },
  {
    id: 40,
    name: 'window.syscalls',
    ring: 'agent',
    size: 96,
    types: [],
    fields: [
      {"name":"from","type":"u64","offset":64,"rules":[]},
      {"name":"to","type":"u64","offset":72,"rules":[]},
      {"name":"total","type":"u64","offset":80,"rules":[]},
      {"name":"counts","type":"counts","offset":88,"rules":[]},
      {"name":"bigrams","type":"counts","offset":92,"rules":[]},
    ],
  },
  {
    id: 41,
    name: 'window.resources',
    ring: 'agent',
    size: 136,
    types: [],
    fields: [
      {"name":"from","type":"u64","offset":64,"rules":[]},
      {"name":"to","type":"u64","offset":72,"rules":[]},
      {"name":"cpu","type":"u64","offset":80,"rules":[]},
      {"name":"memory","type":"u64","offset":88,"rules":[]},
      {"name":"read","type":"u64","offset":96,"rules":[]},
      {"name":"written","type":"u64","offset":104,"rules":[]},
      {"name":"received","type":"u64","offset":112,"rules":[]},
      {"name":"sent","type":"u64","offset":120,"rules":[]},
      {"name":"pids","type":"u32","offset":128,"rules":[]},
      {"name":"throttled","type":"u32","offset":132,"rules":[]},
    ],
  },
  {
    id: 50,
    name: 'container.started',
    ring: 'agent',
    size: 168,
    types: ["container"],
    fields: [
      {"name":"started","type":"u64","offset":64,"rules":["container.start_ts"]},
      {"name":"init_start","type":"u64","offset":72,"rules":[]},
      {"name":"init_pid","type":"u32","offset":80,"rules":[]},
      {"name":"container_flags","type":"u32","offset":84,"rules":[]},
      {"name":"id","type":"str","offset":88,"rules":["container.full_id"]},
      {"name":"name","type":"str","offset":92,"rules":["container.name"]},
      {"name":"runtime","type":"str","offset":96,"rules":["container.type"]},
      {"name":"image","type":"str","offset":100,"rules":["container.image"]},
      {"name":"image_digest","type":"str","offset":104,"rules":["container.image.digest"]},
      {"name":"cgroup_path","type":"str","offset":108,"rules":[]},
      {"name":"ip","type":"str","offset":112,"rules":["container.ip"]},
      {"name":"pod_name","type":"str","offset":116,"rules":["k8s.pod.name"]},
      {"name":"pod_namespace","type":"str","offset":120,"rules":["k8s.ns.name"]},
      {"name":"pod_uid","type":"str","offset":124,"rules":["k8s.pod.uid"]},
      {"name":"workload","type":"str","offset":128,"rules":[]},
      {"name":"service_account","type":"str","offset":132,"rules":[]},
      {"name":"labels","type":"strs","offset":136,"rules":[]},
      {"name":"mounts","type":"strs","offset":140,"rules":["container.mounts"]},
      {"name":"cni","type":"str","offset":144,"rules":["container.cni.json"]},
      {"name":"healthcheck","type":"str","offset":148,"rules":["container.healthcheck"]},
      {"name":"liveness_probe","type":"str","offset":152,"rules":["container.liveness_probe"]},
      {"name":"readiness_probe","type":"str","offset":156,"rules":["container.readiness_probe"]},
      {"name":"users","type":"strs","offset":160,"rules":[]},
      {"name":"groups","type":"strs","offset":164,"rules":[]},
    ],
  },
  {
    id: 51,
    name: 'container.updated',
    ring: 'agent',
    size: 168,
    types: [],
    fields: [
      {"name":"started","type":"u64","offset":64,"rules":["container.start_ts"]},
      {"name":"init_start","type":"u64","offset":72,"rules":[]},
      {"name":"init_pid","type":"u32","offset":80,"rules":[]},
      {"name":"container_flags","type":"u32","offset":84,"rules":[]},
      {"name":"id","type":"str","offset":88,"rules":["container.full_id"]},
      {"name":"name","type":"str","offset":92,"rules":["container.name"]},
      {"name":"runtime","type":"str","offset":96,"rules":["container.type"]},
      {"name":"image","type":"str","offset":100,"rules":["container.image"]},
      {"name":"image_digest","type":"str","offset":104,"rules":["container.image.digest"]},
      {"name":"cgroup_path","type":"str","offset":108,"rules":[]},
      {"name":"ip","type":"str","offset":112,"rules":["container.ip"]},
      {"name":"pod_name","type":"str","offset":116,"rules":["k8s.pod.name"]},
      {"name":"pod_namespace","type":"str","offset":120,"rules":["k8s.ns.name"]},
      {"name":"pod_uid","type":"str","offset":124,"rules":["k8s.pod.uid"]},
      {"name":"workload","type":"str","offset":128,"rules":[]},
      {"name":"service_account","type":"str","offset":132,"rules":[]},
      {"name":"labels","type":"strs","offset":136,"rules":[]},
      {"name":"mounts","type":"strs","offset":140,"rules":["container.mounts"]},
      {"name":"cni","type":"str","offset":144,"rules":["container.cni.json"]},
      {"name":"healthcheck","type":"str","offset":148,"rules":["container.healthcheck"]},
      {"name":"liveness_probe","type":"str","offset":152,"rules":["container.liveness_probe"]},
      {"name":"readiness_probe","type":"str","offset":156,"rules":["container.readiness_probe"]},
      {"name":"users","type":"strs","offset":160,"rules":[]},
      {"name":"groups","type":"strs","offset":164,"rules":[]},
    ],
  },
  {
    id: 52,
    name: 'container.stopped',
    ring: 'agent',
    size: 72,
    types: [],
    fields: [
      {"name":"id","type":"str","offset":64,"rules":[]},
    ],
  },
  {
    id: 53,
    name: 'cgroup.created',
    ring: 'rare',
    size: 80,
    types: [],
    fields: [
      {"name":"parent","type":"u64","offset":64,"rules":[]},
      {"name":"path","type":"str","offset":72,"rules":[]},
      {"name":"comm","type":"str","offset":76,"rules":[]},
    ],
  },
  {
    id: 54,
    name: 'cgroup.removed',
    ring: 'rare',
    size: 80,
    types: [],
    fields: [
      {"name":"parent","type":"u64","offset":64,"rules":[]},
      {"name":"path","type":"str","offset":72,"rules":[]},
      {"name":"comm","type":"str","offset":76,"rules":[]},
    ],
  },
  {
    id: 60,
    name: 'sensor.loss',
    ring: 'agent',
    size: 96,
    types: ["drop"],
    fields: [
      {"name":"from","type":"u64","offset":64,"rules":[]},
      {"name":"to","type":"u64","offset":72,"rules":[]},
      {"name":"count","type":"u64","offset":80,"rules":[]},
      {"name":"lost_kind","type":"u16","offset":88,"rules":[]},
      {"name":"reason","type":"u16","offset":90,"rules":[]},
      {"name":"reserved","type":"u32","offset":92,"rules":[]},
    ],
  },
];

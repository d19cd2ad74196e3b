import { HEADER } from './header.ts';
import { KINDS } from './kinds.ts';

/** What a rule field evaluates to. `list` compares by any element. */
/** What stands in the brackets behind a field; the optional ones may be left out. */
export type RuleArgument = 'index' | 'key' | 'optional-index' | 'optional-key';

export type RuleType = 'string' | 'number' | 'bool' | 'ip' | 'list';

/**
 * Where a rule field gets its value:
 * - `record`: the record holds it; `reads` maps kind to field of the event table
 * - `event`: computed from the record alone
 * - `process`: kept by the process tree for the process of the event, or an ancestor
 * - `container`: kept by the container dictionary
 * - `none`: can not be answered; `why` says so
 */
export type RuleFieldSpec = { readonly name: string; readonly type: RuleType; readonly doc: string } & (
  | {
      readonly from: 'record' | 'event' | 'process' | 'container';
      readonly argument?: RuleArgument;
    }
  | { readonly from: 'none'; readonly why: string }
);

type Row = [name: string, type: RuleType, doc: string, argument?: RuleArgument];

const rows = (from: 'event' | 'process' | 'container', list: readonly Row[]): RuleFieldSpec[] =>
  list.map(([name, type, doc, argument]) => ({ name, type, doc, from, ...(argument ? { argument } : {}) }));

const NAMES = 'Names of the address';
const TOLD = 'From DNS answers that the container got before, at most 24 h ago; several when it got several.';
const FILES = "from the container's own passwd file; absent when that has none";

const event = rows('event', [
  ['evt.type', 'string', 'Name of the system call or event.'],
  ['evt.time', 'string', 'Wall clock time of the event, hh:mm:ss.nnnnnnnnn.'],
  ['evt.time.iso8601', 'string', 'Wall clock time in ISO 8601.'],
  ['evt.rawtime', 'number', 'Wall clock time in ns since 1970.'],
  ['evt.dir', 'string', 'Always "<": records are made when the call returns.'],
  ['evt.res', 'string', 'SUCCESS, or the name of the errno.'],
  ['evt.failed', 'bool', 'Whether the call failed.'],
  ['evt.args', 'string', 'All arguments as name=value.'],
  [
    'evt.arg',
    'string',
    'An argument of the call by its name, as evt.arg[flags], or by its position in the events of Falco, as evt.arg[0].',
    'key',
  ],
  ['evt.source', 'string', 'Always "syscall".'],
  ['evt.is_open_read', 'bool', 'An open for reading that succeeded.'],
  ['evt.is_open_write', 'bool', 'An open for writing that succeeded.'],
  ['evt.is_open_exec', 'bool', 'An open or creation of a file with an execute bit that succeeded.'],
  ['evt.is_open_create', 'bool', 'An open that made the file.'],
  ['evt.arg.flags', 'string', 'Flags of the call by name, joined with |.'],
  ['evt.arg.mode', 'string', 'Mode of the call by name, joined with |.'],
  ['evt.arg.name', 'string', 'Path or name argument of the call.'],
  ['evt.arg.path', 'string', 'Path argument of the call.'],
  ['evt.arg.oldpath', 'string', 'First path of rename and link: the old name, the existing file.'],
  ['evt.arg.newpath', 'string', 'Second path of rename and link: the new name.'],
  ['evt.arg.linkpath', 'string', 'The new symbolic link.'],
  ['evt.arg.target', 'string', 'What a symbolic link points to, or the mount point.'],
  ['evt.arg.request', 'string', 'Request of ptrace by name.'],
  ['evt.arg.domain', 'string', 'Address family by name.'],
  ['evt.arg.type', 'string', 'Socket type by name, or file system type of a mount.'],
  ['evt.arg.dev', 'string', 'Source of a mount.'],
  ['evt.arg.dir', 'string', 'Mount point of mount.'],
  ['evt.arg.prot', 'string', 'Protection of mmap and mprotect by name, joined with |.'],
  ['evt.arg.pid', 'number', 'Process that ptrace and process_vm_* were given, in the namespace of the caller.'],
  ['evt.arg.option', 'string', 'Option of prctl by name.'],
  [
    'evt.arg.gid',
    'string',
    'Group id argument of setgid and, where it is known, the name of the group: either matches.',
  ],
  ['evt.arg.proto', 'number', 'Protocol number of socket.'],
  ['evt.arg.cmd', 'string', 'Command of bpf by name.'],
  ['evt.arg.fd', 'number', 'Descriptor argument.'],
  ['evt.arg.uid', 'string', 'User id argument of setuid and, where it is known, the name of the user: either matches.'],
  ['evt.arg.res_or_fd', 'number', 'Result of calls that return a descriptor.'],
  ['fd.num', 'number', 'Descriptor.'],
  ['fd.type', 'string', 'file, directory, ipv4, ipv6 or unix.'],
  ['fd.typechar', 'string', 'f file, d directory, 4 IPv4, 6 IPv6, u unix.'],
  ['fd.name', 'string', 'Full path, or client:port->server:port.'],
  ['fd.nameraw', 'string', 'Path as the caller gave it.'],
  ['fd.directory', 'string', 'Directory of fd.name.'],
  ['fd.filename', 'string', 'Last component of fd.name.'],
  ['fd.ip', 'ip', 'Either address of the connection.'],
  ['fd.port', 'number', 'Either port of the connection.'],
  ['fd.net', 'ip', 'Either address, for comparison with CIDR ranges.'],
  ['fd.cip', 'ip', 'Address of the client.'],
  ['fd.sip', 'ip', 'Address of the server.'],
  ['fd.lip', 'ip', 'Address of the local end.'],
  ['fd.rip', 'ip', 'Address of the remote end.'],
  ['fd.cport', 'number', 'Port of the client.'],
  ['fd.sport', 'number', 'Port of the server.'],
  ['fd.lport', 'number', 'Port of the local end.'],
  ['fd.rport', 'number', 'Port of the remote end.'],
  ['fd.cnet', 'ip', 'Client address, for CIDR ranges.'],
  ['fd.snet', 'ip', 'Server address, for CIDR ranges.'],
  ['fd.lnet', 'ip', 'Local address, for CIDR ranges.'],
  ['fd.rnet', 'ip', 'Remote address, for CIDR ranges.'],
  ['fd.l4proto', 'string', 'tcp, udp, icmp or raw.'],
  ['fd.sockfamily', 'string', 'ip or unix.'],
  ['fd.connected', 'bool', 'Whether the connection stands.'],
  [
    'fd.name_changed',
    'bool',
    'Whether the event changed fd.name; true for connect and for the first datagram to a peer.',
  ],
  ['fd.cip.name', 'string', `${NAMES} of the client. ${TOLD}`],
  ['fd.sip.name', 'string', `${NAMES} of the server. ${TOLD}`],
  ['fd.lip.name', 'string', `${NAMES} of the local end. ${TOLD}`],
  ['fd.rip.name', 'string', `${NAMES} of the remote end. ${TOLD}`],
  ['fs.path.name', 'string', 'Path that a call with one path worked on; absent when the call failed.'],
  ['fs.path.nameraw', 'string', 'The same as the caller gave it, where that was kept.'],
  [
    'fs.path.source',
    'string',
    'Of calls with two paths: the old name of a rename, the new link of link and symlink, the source of a mount; absent when the call failed.',
  ],
  [
    'fs.path.target',
    'string',
    'Of calls with two paths: the new name of a rename, what the new link leads to, the mount point; absent when the call failed.',
  ],
  ['picket.flags', 'list', 'Header flags of the record by name.'],
  ['picket.kind', 'string', 'Kind of the record.'],
]);

const process = rows('process', [
  ['proc.name', 'string', 'Name of the process.'],
  ['proc.exe', 'string', 'Zeroth argument.'],
  ['proc.exepath', 'string', 'Path of the executable.'],
  ['proc.args', 'string', 'Arguments after the zeroth, joined by spaces.'],
  ['proc.cmdline', 'string', 'Name and arguments.'],
  ['proc.pcmdline', 'string', 'Name and arguments of the parent.'],
  ['proc.cwd', 'string', 'Working directory, with a slash at its end.'],
  [
    'proc.env',
    'string',
    'A variable of the allow-listed environment; without a name all of it, joined by spaces.',
    'optional-key',
  ],
  ['proc.tty', 'number', 'Controlling terminal; 0 when there is none.'],
  ['proc.pid', 'number', 'Process id on the host.'],
  ['proc.ppid', 'number', 'Process id of the parent on the host.'],
  ['proc.vpid', 'number', 'Process id in its own namespace.'],
  ['proc.vpgid', 'number', 'Process group in its own namespace.'],
  ['proc.sid', 'number', 'Session id in its own namespace.'],
  ['proc.nargs', 'number', 'Number of arguments after the zeroth.'],
  ['proc.pname', 'string', 'Name of the parent.'],
  ['proc.pexe', 'string', 'Zeroth argument of the parent.'],
  ['proc.pexepath', 'string', 'Executable of the parent.'],
  ['proc.duration', 'number', 'Age of the process in ns.'],
  ['proc.ppid.duration', 'number', 'Age of the parent in ns.'],
  ['proc.aname', 'string', 'Name of an ancestor; without an index, of any ancestor.', 'optional-index'],
  ['proc.apid', 'number', 'Process id of an ancestor.', 'optional-index'],
  ['proc.aexe', 'string', 'Zeroth argument of an ancestor.', 'optional-index'],
  ['proc.aexepath', 'string', 'Executable of an ancestor.', 'optional-index'],
  ['proc.acmdline', 'string', 'Command line of an ancestor.', 'optional-index'],
  ['proc.sname', 'string', 'Name of the session leader, while it is known.'],
  ['proc.vpgid.name', 'string', 'Name of the process group leader.'],
  ['proc.vpgid.exe', 'string', 'Zeroth argument of the process group leader.'],
  ['proc.is_exe_upper_layer', 'bool', 'The executable is not from the image.'],
  ['proc.is_exe_from_memfd', 'bool', 'The executable lives in memory only.'],
  ['proc.is_exe_writable', 'bool', 'The process may write to its executable.'],
  ['proc.is_vpgid_leader', 'bool', 'Leads its process group.'],
  ['proc.is_sid_leader', 'bool', 'Leads its session.'],
  ['proc.exe_ino', 'number', 'Inode of the executable.'],
  ['proc.exe_ino.ctime', 'number', 'Last status change of the executable, ns since 1970.'],
  ['proc.exe_ino.mtime', 'number', 'Last content change of the executable, ns since 1970.'],
  [
    'proc.exe_ino.ctime_duration_proc_start',
    'number',
    'Time from the last status change of the executable to the start of the process, ns.',
  ],
  ['thread.tid', 'number', 'Thread id on the host.'],
  ['thread.cap_effective', 'list', 'Effective capabilities by name.'],
  ['thread.cap_permitted', 'list', 'Permitted capabilities by name.'],
  ['thread.cap_inheritable', 'list', 'Inheritable capabilities by name.'],
  [
    'thread.vtid',
    'number',
    'Thread id in its own namespace; known for the first thread of a process, and on the host.',
  ],
  ['user.uid', 'number', 'User id on the host.'],
  ['user.name', 'string', `Name of the user, ${FILES}.`],
  ['user.homedir', 'string', `Home directory of the user, ${FILES}.`],
  ['user.shell', 'string', `Login shell of the user, ${FILES}.`],
  ['user.loginuid', 'number', 'Audit login uid; -1 when unset.'],
  ['user.loginname', 'string', `Name of the audit login user, ${FILES}, and when nobody logged in.`],
  ['group.gid', 'number', 'Group id on the host.'],
  ['group.name', 'string', `Name of the group, ${FILES.replace('passwd', 'group')}.`],
  [
    'picket.proc.entry',
    'string',
    'How the process got into its container: entrypoint, exec (its line was brought in from outside: docker exec, kubectl exec), or unknown.',
  ],
  [
    'picket.proc.exe_volume',
    'string',
    'Where the volume is mounted that the executable lies on; absent when it is on the file system of the container, or mounted as a single file.',
  ],
]);

const container = rows('container', [
  ['container.id', 'string', 'First 12 characters of the id; "host" outside containers.'],
  ['container.full_id', 'string', 'Full id.'],
  ['container.name', 'string', 'Name.'],
  ['container.image', 'string', 'Image reference.'],
  ['container.image.repository', 'string', 'Image without tag and digest.'],
  ['container.image.tag', 'string', 'Tag of the image.'],
  ['container.image.digest', 'string', 'Digest of the image.'],
  ['container.type', 'string', 'Runtime.'],
  ['container.privileged', 'bool', 'Runs privileged.'],
  ['container.start_ts', 'number', 'Start, ns since 1970.'],
  ['container.duration', 'number', 'Age in ns.'],
  ['container.mounts', 'list', 'Mounts, source:destination:mode.'],
  ['container.mount.dest', 'string', 'Destination of the mount whose source is given.', 'key'],
  ['container.mount.source', 'string', 'Source of the mount at the index or destination.', 'key'],
  ['container.ip', 'ip', 'First address.'],
  ['container.cni.json', 'string', 'CNI result.'],
  ['container.label', 'string', 'A label.', 'key'],
  ['container.healthcheck', 'string', 'Health check command.'],
  ['container.liveness_probe', 'string', 'Command of the liveness probe in the pod; absent for other kinds of probes.'],
  [
    'container.readiness_probe',
    'string',
    'Command of the readiness probe in the pod; absent for other kinds of probes.',
  ],
  ['k8s.ns.name', 'string', 'Namespace.'],
  ['k8s.pod.name', 'string', 'Pod.'],
  ['k8s.pod.id', 'string', 'UID of the pod.'],
  ['k8s.pod.uid', 'string', 'UID of the pod.'],
  ['k8s.pod.label', 'string', 'A label of the pod.', 'key'],
  ['k8s.pod.labels', 'list', 'Labels of the pod.'],
  ['k8s.pod.ip', 'ip', 'Address of the pod.'],
  ['k8s.rc.name', 'string', 'Owning ReplicationController.'],
  ['k8s.rs.name', 'string', 'Owning ReplicaSet.'],
  ['k8s.deployment.name', 'string', 'Owning Deployment.'],
  [
    'picket.behaviour.score',
    'number',
    'How strange the container was in its newest window that was scored, -log10 p; absent while nothing scores it.',
  ],
  [
    'picket.behaviour.stage',
    'string',
    'How far learning its workload is: learning, review, monitor or enforce; absent without a model.',
  ],
  [
    'picket.behaviour.new',
    'bool',
    'Whether the program of the process is new to the profile of the workload; absent while there is none.',
  ],
]);

const none: readonly RuleFieldSpec[] = (
  [
    ['evt.buffer', 'string', 'Data read or written.', 'Picket does not copy the content of reads and writes.'],
    ['k8s.svc.name', 'string', 'Service.', 'A pod can belong to many services; the event can not tell which one.'],
  ] as const
).map(([name, type, doc, why]) => ({ name, type, doc, from: 'none', why }));

/** The registry: every name of the rule language that Picket knows, answered or not. */
export const RULE_FIELDS: readonly RuleFieldSpec[] = (() => {
  const named = [...event, ...process, ...container, ...none];
  const known = new Set(named.map((f) => f.name));
  const fields = [...HEADER, ...KINDS.flatMap((kind) => kind.fields)];
  const fromTable = fields
    .flatMap((f) => f.rules.map((name) => ({ name, f })))
    .filter(({ name }, i, all) => !known.has(name) && all.findIndex((other) => other.name === name) === i)
    .map(({ name, f }) => ({
      name,
      type:
        f.type === 'ip'
          ? ('ip' as const)
          : f.type === 'strs'
            ? ('list' as const)
            : f.type === 'str'
              ? ('string' as const)
              : ('number' as const),
      doc: f.doc,
      from: 'record' as const,
    }));
  return [...named, ...fromTable].sort((a, b) => (a.name < b.name ? -1 : 1));
})();

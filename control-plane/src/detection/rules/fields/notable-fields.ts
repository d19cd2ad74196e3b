import { formatIp, Header, isMapped, SyscallNotable } from '@picket/sdk';
import { bpfCommandName, prctlName, ptraceName } from '../names/arguments.ts';
import {
  cloneFlagNames,
  mapFlagNames,
  memfdFlagNames,
  mountFlagNames,
  protectionNames,
  umountFlagNames,
} from '../names/flags.ts';
import { groupOf, userOf } from './account-names.ts';
import { callIs } from './call-is.ts';
import type { EventContext } from './event-context.ts';
import { type FieldSource, number, recordText, text, texts } from './field-source.ts';
import { PROTOCOLS } from './network-fields.ts';

type Test = (c: EventContext) => boolean;
type Sources = Readonly<Record<string, FieldSource>>;

const { arg0, arg1, arg2, arg3, localIp, remoteIp } = SyscallNotable;
const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;

const isBind = callIs('bind');
const isDup = callIs('dup', 'dup2', 'dup3', 'fcntl');
const isMount = callIs('mount', 'fsmount');
const isMemory = callIs('mmap', 'mprotect', 'pkey_mprotect');
/** Calls whose first argument is a descriptor. */
const takesDescriptor = callIs(
  ...['dup', 'dup2', 'dup3', 'fcntl', 'setns', 'finit_module', 'bind', 'fsmount', 'move_mount', 'kexec_file_load'],
);
const readsFile = callIs('finit_module', 'kexec_file_load', 'mmap');

const when = (test: Test, get: (c: EventContext) => string): FieldSource =>
  text((c) => (test(c) ? get(c) || undefined : undefined));
const numberWhen = (test: Test, get: (c: EventContext) => number): FieldSource =>
  number((c) => (test(c) ? get(c) : Number.NaN));

/** Which argument of a call holds its flags, and how they are named. */
const FLAGS: readonly (readonly [test: Test, at: number, names: (value: number) => string])[] = [
  [callIs('unshare'), arg0, cloneFlagNames],
  [callIs('setns'), arg1, cloneFlagNames],
  [callIs('mount'), arg3, mountFlagNames],
  [callIs('umount2'), arg1, umountFlagNames],
  [callIs('memfd_create'), arg1, memfdFlagNames],
  [callIs('mmap'), arg3, mapFlagNames],
];

function flagNames(c: EventContext): string | undefined {
  const row = FLAGS.find(([test]) => test(c));
  return row?.[2](c.cursor.u32(row[1]));
}

/** The first argument and its name, as one or the other may be compared. */
function idAndName(test: Test, nameOf: (c: EventContext, id: number) => string | undefined): FieldSource {
  return texts((c) => {
    if (!test(c)) return undefined;
    const id = c.cursor.u32(arg0);
    const name = nameOf(c, id);
    return name ? [String(id), name] : [String(id)];
  });
}

const isTracing = callIs('ptrace');
const isOfProcess = callIs('ptrace', 'process_vm_readv', 'process_vm_writev');
const isUmount = callIs('umount2');

/** Arguments of notable calls, `evt.arg.*`. */
export const NOTABLE_ARGUMENTS: Sources = {
  'evt.arg.name': text((c) => c.text(isUmount(c) ? SyscallNotable.target : SyscallNotable.text) || undefined),
  'evt.arg.path': when(callIs('chroot', 'swapon'), (c) => c.text(SyscallNotable.path)),
  'evt.arg.target': recordText(SyscallNotable.target),
  'evt.arg.dev': when(isMount, (c) => c.text(SyscallNotable.path)),
  'evt.arg.dir': when(callIs('mount'), (c) => c.text(SyscallNotable.target)),
  'evt.arg.type': when(isMount, (c) => c.text(SyscallNotable.text)),
  'evt.arg.flags': text(flagNames),
  'evt.arg.prot': when(isMemory, (c) => protectionNames(c.cursor.u32(arg2))),
  'evt.arg.request': when(isTracing, (c) => ptraceName(c.cursor.u32(arg0))),
  'evt.arg.pid': numberWhen(isOfProcess, (c) => c.cursor.i32(isTracing(c) ? arg1 : arg0)),
  'evt.arg.option': when(callIs('prctl'), (c) => prctlName(c.cursor.u32(arg0))),
  'evt.arg.cmd': when(callIs('bpf'), (c) => bpfCommandName(c.cursor.u32(arg0))),
  'evt.arg.fd': numberWhen(takesDescriptor, (c) => c.cursor.i32(arg0)),
  'evt.arg.uid': idAndName(callIs('setuid'), (c, id) => userOf(c.accounts, id)?.name),
  'evt.arg.gid': idAndName(callIs('setgid'), (c, id) => groupOf(c.accounts, id)),
  'evt.arg.res_or_fd': number((c) => c.cursor.i32(Header.result)),
};

const family = (c: EventContext): number => c.cursor.u16(SyscallNotable.family);
const isInet: Test = (c) => family(c) === AF_INET || family(c) === AF_INET6;
const localPort = (c: EventContext): number => c.cursor.u16(SyscallNotable.localPort);
const remotePort = (c: EventContext): number => c.cursor.u16(SyscallNotable.remotePort);
/** A bound or listening socket has no other end. */
const hasPeer: Test = (c) => isInet(c) && !isBind(c) && remotePort(c) !== 0;
/** A socket does not say which end began; the lower port is taken for the server's, as it mostly is. */
const localServes: Test = (c) => !hasPeer(c) || localPort(c) < remotePort(c);

type End = (c: EventContext) => 'local' | 'remote';
const LOCAL: End = () => 'local';
const REMOTE: End = () => 'remote';
const SERVER: End = (c) => (localServes(c) ? 'local' : 'remote');
const CLIENT: End = (c) => (localServes(c) ? 'remote' : 'local');

const isKnown = (c: EventContext, end: End): boolean => (end(c) === 'local' ? isInet(c) : hasPeer(c));
const place = (c: EventContext, end: End): number => c.cursor.at + (end(c) === 'local' ? localIp : remoteIp);
const ips = (...ends: End[]): FieldSource => ({
  type: 'ips',
  get: ends.map((end) => (c: EventContext) => (isKnown(c, end) ? place(c, end) : -1)),
});
const portOf = (c: EventContext, end: End): number => (end(c) === 'local' ? localPort(c) : remotePort(c));
const port = (end: End): FieldSource => number((c) => (isKnown(c, end) ? portOf(c, end) : Number.NaN));

const show = (c: EventContext, end: End): string => `${formatIp(c.cursor.bytes, place(c, end))}:${portOf(c, end)}`;
function descriptorName(c: EventContext): string | undefined {
  if (readsFile(c)) return c.text(SyscallNotable.path) || undefined;
  if (!isInet(c)) return undefined;
  return hasPeer(c) ? `${show(c, CLIENT)}->${show(c, SERVER)}` : show(c, LOCAL);
}

/** One of three names, by what the socket is; nothing for a call without one. */
const bySocket = (v4: string, v6: string, unix: string): FieldSource =>
  text((c) => {
    if (family(c) === AF_UNIX) return unix;
    if (!isInet(c)) return undefined;
    return isMapped(c.cursor.bytes, c.cursor.at + localIp) ? v4 : v6;
  });

/** The socket that bind and dup* work on, and the files that calls read, `fd.*` and `fs.*`. */
export const NOTABLE_DESCRIPTORS: Sources = {
  'fd.num': number((c) => {
    if (isDup(c)) return c.cursor.i32(Header.result);
    return takesDescriptor(c) ? c.cursor.i32(arg0) : Number.NaN;
  }),
  'fd.name': text(descriptorName),
  'fd.type': bySocket('ipv4', 'ipv6', 'unix'),
  'fd.typechar': bySocket('4', '6', 'u'),
  'fd.sockfamily': bySocket('ip', 'ip', 'unix'),
  'fd.l4proto': text((c) => (isInet(c) ? PROTOCOLS[c.cursor.u16(SyscallNotable.protocol)] : undefined)),
  'fd.connected': { type: 'bool', get: (c) => (isInet(c) ? hasPeer(c) : undefined) },
  'fd.ip': ips(LOCAL, REMOTE),
  'fd.net': ips(LOCAL, REMOTE),
  'fd.lip': ips(LOCAL),
  'fd.lnet': ips(LOCAL),
  'fd.rip': ips(REMOTE),
  'fd.rnet': ips(REMOTE),
  'fd.cip': ips(CLIENT),
  'fd.cnet': ips(CLIENT),
  'fd.sip': ips(SERVER),
  'fd.snet': ips(SERVER),
  'fd.port': {
    type: 'numbers',
    get: (c) => [LOCAL, REMOTE].filter((end) => isKnown(c, end)).map((end) => portOf(c, end)),
  },
  'fd.lport': port(LOCAL),
  'fd.rport': port(REMOTE),
  'fd.cport': port(CLIENT),
  'fd.sport': port(SERVER),
  'fs.path.source': recordText(SyscallNotable.path),
  'fs.path.target': recordText(SyscallNotable.target),
};

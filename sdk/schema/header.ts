import { type FieldSpec, type FlagSpec, field } from './types.ts';

/** The fixed 64-byte header every record begins with. */
export const HEADER: readonly FieldSpec[] = [
  field('kind', 'u16', 'Kind of the record, a number of the kind table.'),
  field('length', 'u16', 'Length of the whole record in bytes, a multiple of 8.'),
  field('flags', 'u16', 'Header flags.'),
  field(
    'syscall',
    'u16',
    'x86-64 number of the system call behind the event on every architecture; 65535 when there is none.',
  ),
  field('time', 'u64', 'CLOCK_BOOTTIME in ns.'),
  field('sequence', 'u64', 'Number of the record within the agent epoch, from 1, given at drain.', 'evt.num'),
  field('tgid', 'u32', 'Process id in the host namespace.', 'proc.pid'),
  field('tid', 'u32', 'Thread id in the host namespace.', 'thread.tid'),
  field('ppid', 'u32', 'Process id of the parent in the host namespace.', 'proc.ppid'),
  field('uid', 'u32', 'Real user id in the host namespace.', 'user.uid'),
  field('start', 'u64', 'Start of the process, CLOCK_BOOTTIME in ns; with tgid it names the process.'),
  field('cgroup', 'u64', 'Id of the cgroup v2 directory.'),
  field(
    'slot',
    'u16',
    'Slot of the container on the node; 0 when it is not known yet or the process is not in a container.',
  ),
  field('generation', 'u16', 'Generation of the slot; tells two containers apart that used the same slot.'),
  field(
    'result',
    'i32',
    'Result of the system call: 0 or a value on success, a negative errno on failure.',
    'evt.rawres',
  ),
];

export const HEADER_SIZE = 64;

export const HEADER_FLAGS: readonly FlagSpec[] = [
  { name: 'snapshot', bit: 0, doc: 'Written by the periodic snapshot: it states what is, nothing happened now.' },
  { name: 'path_truncated', bit: 1, doc: 'A path was longer than its bound and lost its beginning.' },
  { name: 'args_truncated', bit: 2, doc: 'A list (arguments, addresses) was longer than its bound and lost its end.' },
  {
    name: 'user_path',
    bit: 3,
    doc: 'The path, or the address of the peer, could only be read from user memory: it may not be what the kernel saw.',
  },
  { name: 'compat', bit: 4, doc: 'A 32-bit system call on a 64-bit kernel.' },
  { name: 'io_uring', bit: 5, doc: 'Requested through io_uring, not by a system call of its own.' },
  { name: 'partial', bit: 6, doc: 'The metadata of the container was not complete when the record was sent.' },
  {
    name: 'redacted',
    bit: 7,
    doc: 'Secrets were replaced by the agent before the record left the node.',
  },
  { name: 'host', bit: 8, doc: 'The process is known not to be in a container.' },
  { name: 'repeated', bit: 9, doc: 'Stands for several equal events; the body counts them.' },
  { name: 'synthetic', bit: 10, doc: 'Rebuilt by the agent from what the kernel lists, not seen by a probe.' },
  {
    name: 'sticky',
    bit: 11,
    doc: 'The process moved itself to a cgroup outside its container; it still counts as part of the container.',
  },
  {
    name: 'unfinished',
    bit: 12,
    doc: 'Asked for through io_uring, and its end was not seen: the result is not known and reads 0.',
  },
];

import { bitsText, bytesText, countText, secondsText, shareText } from './scalar-text.ts';

/**
 * How a scalar of a longer window comes from those of the shorter ones: `sum` and `max` speak for themselves; what is
 * `made` is worked out from the rest of the longer window.
 */
export type RollUp = 'sum' | 'max' | 'made';

export type Unit = 'events' | 'bytes' | 'seconds' | 'bits' | 'different' | 'share';

/** One number of a window. */
export interface ScalarInfo {
  readonly name: string;
  readonly unit: Unit;
  readonly roll: RollUp;
  /** What it counts. One sentence. */
  readonly doc: string;
  /** Its name in a sentence for people: "bytes sent". */
  readonly label: string;
  /** A value for people: "48 MB". */
  text(value: number): string;
}

const TEXT: Readonly<Record<Unit, (value: number) => string>> = {
  events: countText,
  different: countText,
  bytes: bytesText,
  seconds: secondsText,
  bits: bitsText,
  share: shareText,
};

type Row<N extends string> = readonly [name: N, unit: Unit, roll: RollUp, label: string, doc: string];

const row = <N extends string>(name: N, unit: Unit, roll: RollUp, label: string, doc: string): Row<N> => [
  name,
  unit,
  roll,
  label,
  doc,
];

/** The order is that of `FeatureWindow.scalars`: only ever add at the end, saved models go by it. */
const ROWS = [
  row('execs', 'events', 'sum', 'programs run', 'Programs run.'),
  row('forks', 'events', 'sum', 'processes made', 'Processes made.'),
  row('exits', 'events', 'sum', 'processes ended', 'Processes ended.'),
  row('exits_failed', 'events', 'sum', 'processes that failed', 'Processes that ended with another code than 0.'),
  row('exits_killed', 'events', 'sum', 'processes killed', 'Processes that a signal ended.'),
  row('execs_entered', 'events', 'sum', 'programs run by exec', 'Programs of lines brought in from outside.'),
  row(
    'execs_changed',
    'events',
    'sum',
    'programs that the image does not have',
    'Programs of the upper layer, of memory, or deleted.',
  ),
  row('id_changes', 'events', 'sum', 'changes of user', 'Calls that changed a user or group id.'),
  row('argument_bytes', 'bytes', 'max', 'longest command line', 'Length of the longest command line.'),
  row('opens', 'events', 'sum', 'files opened', 'Files opened or tried to.'),
  row('opens_failed', 'events', 'sum', 'files that could not be opened', 'Opens that failed.'),
  row('opens_denied', 'events', 'sum', 'files that it may not open', 'Opens that failed for want of permission.'),
  row('opens_write', 'events', 'sum', 'files opened to write', 'Opens for writing.'),
  row('opens_created', 'events', 'sum', 'files made', 'Opens that made the file.'),
  row('renames', 'events', 'sum', 'files renamed', 'Renames.'),
  row('removals', 'events', 'sum', 'files removed', 'Files and folders removed.'),
  row('links', 'events', 'sum', 'links made', 'Hard and symbolic links made.'),
  row('attributes', 'events', 'sum', 'changes of mode or owner', 'Changes of mode or owner.'),
  row('truncates', 'events', 'sum', 'files cut', 'Files cut or lengthened.'),
  row('connects', 'events', 'sum', 'connections', 'Connections begun or tried.'),
  row('connects_failed', 'events', 'sum', 'connections that failed', 'Connections refused, denied or not reached.'),
  row('accepts', 'events', 'sum', 'connections accepted', 'Connections accepted.'),
  row('listens', 'events', 'sum', 'ports opened', 'Sockets that began to listen.'),
  row('unix_connects', 'events', 'sum', 'unix connections', 'Connections to unix sockets.'),
  row('sockets_raw', 'events', 'sum', 'raw sockets', 'Raw and packet sockets.'),
  row('closes', 'events', 'sum', 'connections ended', 'TCP connections that ended.'),
  row('closed_sent', 'bytes', 'sum', 'bytes sent by ended connections', 'Bytes sent by TCP connections that ended.'),
  row(
    'closed_received',
    'bytes',
    'sum',
    'bytes received by ended connections',
    'Bytes received by TCP connections that ended.',
  ),
  row('closed_seconds', 'seconds', 'max', 'longest connection', 'Life of the longest TCP connection that ended.'),
  row('closed_errors', 'events', 'sum', 'broken connections', 'TCP connections that ended with an error.'),
  row('udp_sent', 'events', 'sum', 'datagrams sent', 'Datagrams sent.'),
  row('udp_received', 'events', 'sum', 'datagrams received', 'Datagrams received.'),
  row('udp_bytes', 'bytes', 'sum', 'bytes of datagrams', 'Bytes of datagrams sent and received.'),
  row('dns_queries', 'events', 'sum', 'DNS queries', 'DNS queries.'),
  row('dns_failed', 'events', 'sum', 'DNS answers with an error', 'DNS answers with an error.'),
  row('dns_name_bytes', 'bytes', 'max', 'longest DNS name', 'Length of the longest name asked for.'),
  row(
    'dns_entropy',
    'bits',
    'max',
    'randomness of DNS names',
    'Entropy of the most random label asked for, whole label, in bits.',
  ),
  row(
    'file_entropy',
    'bits',
    'max',
    'randomness of file names',
    'Entropy of the most random name of a file that was made or written, whole name, in bits.',
  ),
  row('notable', 'events', 'sum', 'notable system calls', 'System calls that few workloads need.'),
  row('failed', 'events', 'sum', 'failed attempts', 'Events of any kind with a negative result.'),
  row('syscalls', 'events', 'sum', 'system calls', 'System calls of all kinds.'),
  row('syscalls_distinct', 'different', 'made', 'different system calls', 'Different system calls.'),
  row(
    'bigrams_distinct',
    'different',
    'made',
    'different pairs of system calls',
    'Different pairs of system calls one after the other.',
  ),
  row('programs_distinct', 'different', 'made', 'different programs', 'Different programs run.'),
  row('paths_distinct', 'different', 'made', 'different files', 'Different files opened or changed, about.'),
  row(
    'peers_distinct',
    'different',
    'made',
    'different peers',
    'Different addresses connected to or sent datagrams, about.',
  ),
  row(
    'endpoints_distinct',
    'different',
    'made',
    'different peers and ports',
    'Different pairs of address and port connected to or sent datagrams, about.',
  ),
  row('ports_distinct', 'different', 'made', 'different ports', 'Different remote ports, about.'),
  row('names_distinct', 'different', 'made', 'different DNS names', 'Different names asked for, about.'),
  row('tokens_distinct', 'different', 'made', 'different kinds of acts', 'Different tokens.'),
  row(
    'tokens_dropped',
    'events',
    'sum',
    'acts that found no room',
    'Occurrences of tokens, system calls and pairs left out because the window was full of others.',
  ),
  row('cpu', 'seconds', 'sum', 'CPU time', 'CPU time.'),
  row('memory', 'bytes', 'max', 'memory', 'Memory in use.'),
  row('tasks', 'different', 'max', 'tasks', 'Tasks that lived at the same time.'),
  row('throttled', 'events', 'sum', 'periods without CPU', 'Periods in which the CPU limit held it back.'),
  row('disk_read', 'bytes', 'sum', 'bytes read from disk', 'Bytes read from block devices.'),
  row('disk_written', 'bytes', 'sum', 'bytes written to disk', 'Bytes written to block devices.'),
  row('net_received', 'bytes', 'sum', 'bytes received', 'Bytes received from the network.'),
  row('net_sent', 'bytes', 'sum', 'bytes sent', 'Bytes sent to the network.'),
  row(
    'sent_share',
    'share',
    'made',
    'share of sent bytes',
    'Bytes sent of all bytes sent and received; 0 without traffic.',
  ),
  row('execs_peak', 'events', 'max', 'programs run in one second', 'Programs run in the busiest second.'),
  row('opens_peak', 'events', 'max', 'files opened in one second', 'Opens in the busiest second.'),
  row(
    'changes_peak',
    'events',
    'max',
    'files changed in one second',
    'Renames, removals, links, changes of attributes and cuts in the busiest second.',
  ),
  row('connects_peak', 'events', 'max', 'connections in one second', 'Connections in the busiest second.'),
  row('dns_peak', 'events', 'max', 'DNS queries in one second', 'DNS queries in the busiest second.'),
  row('syscalls_peak', 'events', 'max', 'system calls in one second', 'System calls in the busiest second.'),
  row('sent_peak', 'bytes', 'max', 'bytes sent in one second', 'Bytes sent to the network in the busiest second.'),
] as const;

export type ScalarName = (typeof ROWS)[number][0];

/** All scalars of a window, in their order. */
export const SCALARS: readonly ScalarInfo[] = ROWS.map(([name, unit, roll, label, doc]) => ({
  name,
  unit,
  roll,
  label,
  doc,
  text: TEXT[unit],
}));

/** Place of each scalar in a window. */
export const Scalar = Object.fromEntries(ROWS.map(([name], at) => [name, at])) as Readonly<Record<ScalarName, number>>;

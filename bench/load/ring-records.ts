import { encodeRecord, Kind } from '@picket/sdk';

/** Sizes of ring_fill.bpf.c. */
export const RECORDS = 512;
export const RECORD_BYTES = 256;

const FILES = 200;
const PROCESSES = 40;
const O_CLOEXEC = 0o2000000;
const ENOENT = -2;

/**
 * Records as the load `mix` makes them: of a hundred 55 opens with resolved paths, 10 opens of what is not there, 35
 * connects. Each is as long as its header says; the rest of its place is 0.
 */
export function ringRecords(): Uint8Array[] {
  return Array.from({ length: RECORDS }, (_, n) => padded(n % 20 >= 13 ? connectRecord(n) : openRecord(n)));
}

const header = (n: number) => {
  const tgid = 1000 + (n % PROCESSES);
  return { tgid, tid: tgid, ppid: 900, start: tgid * 1_000_000 };
};

function openRecord(n: number): Uint8Array {
  const failed = n % 20 >= 11;
  const file = String(n % FILES).padStart(4, '0');
  const path = failed
    ? `/usr/share/locale/en_US/LC_MESSAGES/example-${file}.mo`
    : `/usr/lib/x86_64-linux-gnu/examples/libexample-${file}.so.6`;
  const found = { inode: 70_000 + (n % FILES) * 13, device: 0x800001, file_mode: 0o100644, links: 1 };
  const body = { open_flags: O_CLOEXEC, count: 1, path, ...(failed ? {} : found) };
  return encodeRecord(Kind.FileOpen, { ...header(n), syscall: 257, result: failed ? ENOENT : 3 }, body);
}

function connectRecord(n: number): Uint8Array {
  const ends = { family: 2, protocol: 17, remote_port: 2000 + n, local_port: 40_000, fd: 3, count: 1 };
  return encodeRecord(Kind.NetConnect, { ...header(n), syscall: 42, result: 0 }, ends);
}

function padded(record: Uint8Array): Uint8Array {
  if (record.length > RECORD_BYTES) throw new Error(`a prepared record has ${record.length} bytes`);
  const out = new Uint8Array(RECORD_BYTES);
  out.set(record);
  return out;
}

import { fileURLToPath } from 'node:url';
import { buildDetector, DetectorRun, readDetectorFolder } from '@picket/control-plane/detectors';
import { encodeRecord, Kind } from '@picket/sdk';
import { expect, it } from 'vitest';
import { batchOf } from '../testing/batch-of.ts';
import { testDetector } from '../testing/detector-suite.ts';
import type { Pick } from '../testing/random.ts';
import { type ChainConfig, ChainReference } from './reference.ts';

const CALLS = [105, 113, 117, 272, 308, 101, 311, 165, 429, 155, 321, 175, 313, 246, 320, 126];
const ARGUMENTS = [0n, 16n, 0x4206n, 0x10000000n, 0x20000n, 0x400n];
const COMMS = ['sh', 'sh', 'sh', 'runc:[2:INIT]', 'exe', 'crun', 'youki2', 'executor'];
const PATHS = ['/host/etc/shadow', '/etc/passwd', '/x/release_agent', '/run/docker.sock', '/dev/sda1', '/tmp/x'];
const HOST_PATHS = ['/host/', '/dev/sd'];
const SOCKETS = ['docker.sock'];

const header = (ms: number, slot: number, tgid: number, start: number) => ({
  slot,
  generation: 1,
  tgid,
  start,
  time: BigInt(ms) * 1_000_000n,
});

function record(pick: Pick, ms: number): Uint8Array {
  const id = 1 + pick(40);
  const head = { ...header(ms, pick(5), id, id * 10), result: pick(8) === 0 ? -1 : 0, uid: pick(2) * 1000 };
  const path = PATHS[pick(PATHS.length)] ?? '';
  switch (pick(9)) {
    case 0:
      return encodeRecord(Kind.ProcessExit, head, {});
    case 1: {
      const cap_effective = pick(4) === 0 ? 1n << BigInt(pick(42)) : 0n;
      return encodeRecord(Kind.ProcessExec, head, { path, euid: pick(2) * 1000, cap_effective });
    }
    case 2:
    case 3: {
      const parent = 1 + pick(40);
      return encodeRecord(Kind.ProcessFork, { ...head, ppid: parent }, { parent_start: parent * 10 });
    }
    case 4:
      return encodeRecord(Kind.NetUnix, head, { path, abstract: pick(4) === 0 ? 1 : 0 });
    case 5:
      return encodeRecord(Kind.FileOpen, head, { path });
    default:
      return encodeRecord(
        Kind.SyscallNotable,
        { ...head, syscall: CALLS[pick(CALLS.length)] ?? 0 },
        {
          arg0: ARGUMENTS[pick(ARGUMENTS.length)] ?? 0n,
          old_id: [0, 1000, 4294967295][pick(3)] ?? 0,
          new_id: pick(2),
          comm: COMMS[pick(COMMS.length)] ?? '',
          path,
          target: pick(2) === 0 ? '' : '/mnt',
        },
      );
  }
}

testDetector({
  id: 'privilege-escalation-chain',
  config: (pick) => ({
    score: 4 + pick(4),
    seconds: 5 + pick(20),
    host_paths: HOST_PATHS,
    sockets: SOCKETS,
    keys: 4096,
  }),
  reference: (config) => new ChainReference(config as unknown as ChainConfig),
  record,
  stepMs: 80,
  least: 20,
  flood: (n) =>
    n % 3 === 0
      ? encodeRecord(Kind.ProcessExec, { ...header(n, 1, n, n), uid: 1000 }, { path: '/usr/bin/su', euid: 0 })
      : encodeRecord(Kind.ProcessFork, { ...header(n, 1, n + 1_000_000, n), ppid: n - 1 }, { parent_start: n - 1 }),
});

// The kernel keeps opens apart from what happens to processes: of a short program both ends come before its opens.
it('takes the open of a program that is handed in behind its end', async () => {
  const run = new DetectorRun(await buildDetector(readDetectorFolder(fileURLToPath(new URL('.', import.meta.url)))));
  const [shell, cat] = [header(1, 1, 100, 10), header(2, 1, 101, 20)];
  const records = [
    encodeRecord(Kind.ProcessExec, { ...shell, uid: 1000 }, { path: '/usr/bin/helper', euid: 0 }),
    encodeRecord(Kind.ProcessFork, { ...cat, ppid: 100 }, { parent_start: 10 }),
    encodeRecord(Kind.ProcessExit, cat, {}),
    encodeRecord(Kind.ProcessExit, shell, {}),
    encodeRecord(Kind.FileOpen, cat, { path: '/host/etc/shadow' }),
    encodeRecord(Kind.FileOpen, { ...cat, start: 30 }, { path: '/host/etc/shadow' }),
  ];
  run.feed(batchOf(records));
  expect(run.findings.map(({ message }) => message)).toEqual([
    'setuid program run, host file opened; begun by process 100, the last by /host/etc/shadow',
  ]);
});

import { encodeRecord, Kind } from '@picket/sdk';
import { testDetector } from '../testing/detector-suite.ts';
import type { Pick } from '../testing/random.ts';
import { type RansomwareConfig, RansomwareReference } from './reference.ts';

const CREATED = 32;
const REGULAR = 0x81a4;
const header = (ms: number, slot: number, tgid: number) => ({
  slot,
  generation: 1,
  tgid,
  start: tgid * 10,
  time: BigInt(ms) * 1_000_000n,
});
const KINDS = ['doc', 'JPG', 'txt', 'locked', 'Locked', 'gz', '7', 'a.b', ''];
const HARMLESS = ['gz', 'tmp'];
const NOTES = ['txt', 'html'];

function path(pick: Pick): string {
  const folder = pick(12) === 0 ? '' : `/data/f${pick(5)}/`;
  const name = pick(15) === 0 ? '.hidden' : `n${pick(30)}`;
  const kind = KINDS[pick(KINDS.length)] ?? '';
  return folder + name + (kind === '' && pick(2) === 0 ? '' : `.${kind}`);
}

function record(pick: Pick, ms: number): Uint8Array {
  const head = { ...header(ms, pick(3), 1 + pick(5)), result: pick(12) === 0 ? -13 : 3 };
  const from = path(pick);
  switch (pick(10)) {
    case 0:
      return encodeRecord(Kind.ProcessFork, { ...head, ppid: 1 + pick(8) }, { parent_start: (1 + pick(8)) * 10 });
    case 1:
      return open(head, from, 0x241, CREATED);
    case 2:
      return open(head, `/data/f${pick(5)}/NOTE-${pick(2)}.html`, 0x41, CREATED);
    case 3:
    case 4:
      return open(head, from, [0, 1, 2, 2, 0x201, 0x401][pick(6)] ?? 0, 0);
    case 5:
    case 6:
      return encodeRecord(
        Kind.FileModify,
        { ...head, syscall: pick(3) === 0 ? 87 : 263 },
        { path: from, call_flags: pick(9) === 0 ? 0x200 : 0 },
      );
    default: {
      const target = pick(2) === 0 ? path(pick) : from + ['.locked', '.locked', '.gz', '~', '-1.log', ''][pick(6)];
      return encodeRecord(
        Kind.FileModify,
        { ...head, syscall: [82, 264, 316, 86][pick(4)] ?? 82 },
        { path: from, target },
      );
    }
  }
}

function open(head: Record<string, number | bigint>, at: string, flags: number, file: number): Uint8Array {
  return encodeRecord(Kind.FileOpen, head, { path: at, open_flags: flags, file_flags: file, file_mode: REGULAR });
}

testDetector({
  id: 'ransomware-shape',
  config: (pick) => ({
    files: 3 + pick(3),
    folders: 2 + pick(2),
    notes: 2 + pick(2),
    seconds: 1 + pick(4),
    harmless: HARMLESS,
    note_kinds: NOTES,
    keys: 64 + pick(400),
  }),
  reference: (config) => new RansomwareReference(config as unknown as RansomwareConfig),
  record,
  stepMs: 12,
  least: 10,
  flood: (n) =>
    open(
      header(n, 1 + (n % 50), 1 + (n % 9000)),
      `/data/${n % 300}/file-${n}.txt`,
      n % 2 === 0 ? 0x241 : 2,
      n % 2 === 0 ? CREATED : 0,
    ),
});

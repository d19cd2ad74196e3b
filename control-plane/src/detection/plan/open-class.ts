import { EventCursor, encodeRecord, FileFlag, Kind } from '@picket/sdk';
import type { CompiledTest } from '../rules/compile/comparison.ts';
import { EventContext } from '../rules/fields/event-context.ts';
import { syscallNumber } from '../rules/names/syscalls.ts';

/** How the kernel sorts opens before it looks at the path (bpf/include/maps.h, enum open_class). */
export const OPEN_CLASSES = ['read', 'write', 'failed'] as const;
export type OpenClass = (typeof OPEN_CLASSES)[number];

const O_TRUNC = 0o1000;
const O_PATH = 0o10000000;
const ACCESS_MODES = [0, 1, 2, 3];
/** Directory, regular file without and with a right to run it, device. */
const FILE_MODES = [0o040755, 0o100644, 0o100755, 0o020666];

/** One record of every access that a class can hold. */
const SAMPLES: Readonly<Record<OpenClass, readonly Uint8Array[]>> = {
  read: accesses([0], [0, O_PATH]),
  write: accesses(ACCESS_MODES, [0, O_TRUNC, O_PATH, O_PATH | O_TRUNC]),
  failed: [record({ result: -13 }, {})],
};

function accesses(modes: readonly number[], more: readonly number[]): Uint8Array[] {
  const each = (flags: number) =>
    FILE_MODES.flatMap((file_mode) =>
      [0, FileFlag.created].map((file_flags) => record({ result: 3 }, { open_flags: flags, file_mode, file_flags })),
    );
  return modes.flatMap((mode) => more.flatMap((bits) => each(mode | bits)));
}

function record(header: Record<string, number>, body: Record<string, number>): Uint8Array {
  return encodeRecord(Kind.FileOpen, { syscall: syscallNumber('openat') ?? 0, ...header }, { path: '/x', ...body });
}

/** Whether a test that looks at nothing but the access can come out `wanted` for some open of the class. */
export function accessAllows(compiled: Exclude<CompiledTest, boolean>, of: OpenClass, wanted: boolean): boolean {
  const cursor = new EventCursor();
  const context = new EventContext();
  return SAMPLES[of].some((bytes) => {
    cursor.open(bytes).next();
    context.beginRecord(cursor);
    return compiled.test(context) === wanted;
  });
}

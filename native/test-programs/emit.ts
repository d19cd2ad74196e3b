import type { BpfObject } from '../src/index.ts';

/** Records for the program `emit` of rings.bpf.c to write. */
export interface Order {
  to: 'rare' | 'bulk';
  count?: number;
  /** Bytes reserved in the ring. */
  size?: number;
  kind?: number;
  /** What the record says of its own length. */
  length?: number;
  cgroup?: bigint;
  slot?: number;
  /** `BPF_RB_NO_WAKEUP`, `BPF_RB_FORCE_WAKEUP`, or 0: as the kernel sees fit. Default no wake-up. */
  wake?: 0 | typeof NO_WAKEUP | typeof FORCE_WAKEUP;
  /** `time` of the first record; goes up by one. */
  mark?: number;
}

export const NO_WAKEUP = 1;
export const FORCE_WAKEUP = 2;

/** Has the kernel write records; gives how many did not fit into the ring. */
export function emit(object: BpfObject, order: Order): number {
  const { to, count = 1, size = 64, kind = 1, length = size, cgroup = 0n, slot = 1, wake = NO_WAKEUP } = order;
  const context = new DataView(new ArrayBuffer(48));
  context.setUint32(0, to === 'bulk' ? 1 : 0, true);
  context.setUint32(4, count, true);
  context.setUint32(8, size, true);
  context.setUint16(12, kind, true);
  context.setUint16(14, length, true);
  context.setBigUint64(16, cgroup, true);
  context.setUint16(24, slot, true);
  context.setUint32(28, wake, true);
  context.setBigUint64(32, BigInt(order.mark ?? 0), true);
  return object.testRun('emit', new Uint8Array(context.buffer, 0, 40));
}

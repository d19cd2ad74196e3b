import { Header } from '@picket/sdk';
import type { Container } from '../../../types.ts';
import type { EventMark } from './event-marks.ts';

/**
 * A record of no kind that stands for a finding without a single cause: its time, its container, and the process that it
 * points to where one is known.
 * @param to end of the window, CLOCK_BOOTTIME in ms
 */
export function momentRecord(to: number, container: Container, mark: EventMark | undefined): Uint8Array {
  const out = new Uint8Array(Header.size);
  const view = new DataView(out.buffer);
  view.setUint16(Header.length, Header.size, true);
  view.setBigUint64(Header.time, BigInt(Math.round(to)) * 1_000_000n, true);
  view.setUint16(Header.slot, container.slot, true);
  view.setUint16(Header.generation, container.generation, true);
  view.setBigUint64(Header.cgroup, cgroupOf(container), true);
  if (!mark) return out;
  view.setUint32(Header.tgid, mark.pid, true);
  view.setUint32(Header.tid, mark.pid, true);
  view.setBigUint64(Header.start, BigInt(mark.start), true);
  return out;
}

const cgroupOf = ({ cgroup }: Container): bigint => (/^\d{1,19}$/.test(cgroup) ? BigInt(cgroup) : 0n);

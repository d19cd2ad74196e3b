import { Header } from '@picket/sdk';
import { syscallNumber } from '../names/syscalls.ts';
import type { EventContext } from './event-context.ts';

/** Whether one of these calls made the current event. */
export function callIs(...names: string[]): (c: EventContext) => boolean {
  const numbers = new Set(names.map(syscallNumber));
  return (c) => numbers.has(c.cursor.u16(Header.syscall));
}

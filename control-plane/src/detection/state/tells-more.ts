import { type EventCursor, ProcessExec } from '@picket/sdk';
import type { ProcessNode } from './process-node.ts';

/**
 * Whether a snapshot corrects what is known. What an exec event told stays: /proc shows argument lists and names as the
 * process has rewritten them, and knows less of the executable. Another executable means that an exec was lost.
 */
export function tellsMore(node: ProcessNode, cursor: EventCursor, synthetic: boolean): boolean {
  if (cursor.time < node.since) return false;
  if (node.name === '' || node.exepath === '') return true;
  const path = cursor.string(ProcessExec.path).replace(/ \(deleted\)$/, '');
  if (path !== '' && path !== node.exepath) return true;
  return !synthetic && node.exeInode !== cursor.u64(ProcessExec.inode);
}

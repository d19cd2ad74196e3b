import { type BatchHeader, type EventCursor, HeaderFlag } from '@picket/sdk';
import type { Finding, NodeView } from '../../types.ts';
import { containerKey } from '../container-key.ts';

/**
 * What has one allowance of alerts: a detector's rule in a container, or in all that runs outside of containers. A
 * detector of users may call its findings what it likes and has one allowance for all of them.
 */
export function stormKey(finding: Finding, cursor: EventCursor, view: NodeView, header: BatchHeader): string {
  const { kind, id } = finding.detector;
  const container = view.containerOf(cursor);
  const isHost = container === undefined && (cursor.flags & HeaderFlag.host) !== 0;
  const where = isHost ? 'host' : containerKey(container, cursor, header);
  return [where, kind, id, kind === 'wasm' ? '' : finding.rule].join('\0');
}

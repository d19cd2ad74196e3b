import { type Alert, describeRecord, type EventCursor, HeaderFlag } from '@picket/sdk';
import type { Batch, Container, Finding, NodeView } from '../types.ts';
import { containerRef, isPartial, workloadRef } from './container-ref.ts';
import { alertId, eventName, momentName, nameOf } from './event-name.ts';
import { bounded, eventTime, isoTime } from './event-time.ts';
import type { LossEntries } from './loss-window.ts';
import { processWithAncestors } from './process-ref.ts';

/** Falco names the origin of events; its tools route by it. */
const SOURCES = { rule: 'syscall', wasm: 'detector', model: 'anomaly', system: 'picket' } as const;

/** Makes the first revision of an alert out of a finding and the event it was found in. */
export class AlertBuilder {
  /**
   * The cursor must still stand on the event, or on the record that was made for a finding without one. Pure: the same
   * arguments give the same alert.
   * @param lost what the node lost in the window of the alert
   */
  build(finding: Finding, cursor: EventCursor, view: NodeView, batch: Batch, lost: LossEntries): Alert {
    const cause = finding.isCauseless ? momentName(cursor, batch.header) : eventName(cursor, batch.header);
    const earlier = (finding.earlier ?? []).map((position) => nameOf(position, batch.header));
    const time = isoTime(eventTime(cursor, batch.header));
    const process = view.processOf(cursor);
    const container = view.containerOf(cursor);
    return {
      uuid: alertId(finding, cause),
      revision: 1,
      time,
      rule: finding.rule,
      priority: finding.priority,
      output: finding.output,
      source: SOURCES[finding.detector.kind],
      hostname: view.node,
      tags: [...finding.tags],
      output_fields: { ...finding.fields },
      detector: { ...finding.detector },
      container: container ? containerRef(container) : null,
      process: process ? processWithAncestors(process, view.entryOf(process, container)) : null,
      workload: container ? workloadRef(container) : null,
      mitre: [...finding.mitre],
      ...(finding.score !== undefined && { score: finding.score }),
      ...(finding.explanation && { explanation: finding.explanation.map((part) => ({ ...part })) }),
      evidence: {
        events: finding.isCauseless ? earlier : [...earlier, cause],
        lost,
        metadata: metadataState(container, cursor),
        ...(view.hasForgotten?.(cursor) && { process: 'forgotten' as const }),
      },
      ...(!finding.isCauseless && { event: describeRecord(cursor) }),
      count: finding.count ?? 1,
      first_seen: finding.since === undefined ? time : isoTime(bounded(finding.since)),
      last_seen: time,
      incident: null,
    };
  }
}

/** A process that is known to run outside of containers has no container metadata to miss. */
function metadataState(container: Container | undefined, cursor: EventCursor): 'complete' | 'partial' {
  if (container) return isPartial(container) ? 'partial' : 'complete';
  return (cursor.flags & HeaderFlag.host) !== 0 ? 'complete' : 'partial';
}

import type { Alert, Priority } from '@picket/sdk';
import type { FieldValues } from '../types.ts';
import { idOf } from './event-name.ts';
import { bounded, isoTime } from './event-time.ts';

/** Something about Picket itself that people have to know of. */
export interface SystemNotice {
  /** What kind of thing it is, for ids. */
  readonly id: string;
  readonly rule: string;
  readonly priority: Priority;
  readonly output: string;
  readonly fields: FieldValues;
  /** What tells it from other notices of its kind. */
  readonly identity: string;
  /** ns since 1970. */
  readonly time: bigint;
  /** Where it happened: the replica. */
  readonly hostname: string;
  /** Whom it is about. With a namespace it is seen by who may see that one, without by who may see everything. */
  readonly about: { readonly kind: string; readonly name: string; readonly namespace: string | null };
}

/** Changes when the alerts of a notice mean something else. */
const VERSION = '1';

/** An alert that no event has caused and no rule has found. Belongs to no incident and counts nothing. */
export function systemAlert(notice: SystemNotice): Alert {
  const time = isoTime(bounded(notice.time));
  return {
    uuid: idOf([notice.id, VERSION, time, notice.identity]),
    revision: 1,
    time,
    rule: notice.rule,
    priority: notice.priority,
    output: notice.output,
    source: 'picket',
    hostname: notice.hostname,
    tags: ['picket'],
    output_fields: { ...notice.fields },
    detector: { kind: 'system', id: notice.id, version: VERSION },
    container: null,
    process: null,
    workload: { ...notice.about, pod: null, pod_uid: null },
    mitre: [],
    evidence: { events: [], lost: [], metadata: 'complete' },
    count: 1,
    first_seen: time,
    last_seen: time,
    incident: null,
  };
}

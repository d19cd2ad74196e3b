import { createHash } from 'node:crypto';
import { type EventCursor, Header } from '@picket/sdk';
import type { DetectorFinding } from '../detection/detectors/detector-finding.ts';
import type { FieldValues, Finding } from '../types.ts';

/** Characters of what a detector may put into an alert: what is longer is cut, so that the alert fits into a message. */
const MOST = { title: 200, message: 4096, fieldName: 128, fieldValue: 1024, group: 256 } as const;

/**
 * A finding of a detector as the alert stage takes it. Texts are the word of the detector and nothing more.
 * @param version that the alert tells
 * @param identity see `FindingNames`
 * @param cursor on the event that caused it. Findings of different containers are never one alert
 */
export function alertFinding(found: DetectorFinding, version: string, identity: string, cursor: EventCursor): Finding {
  const { detector, finding, priority, record } = found;
  const title = cut(finding.title, MOST.title) || detector.name;
  return {
    detector: { kind: 'wasm', id: detector.name, version },
    rule: title,
    priority,
    output: cut(finding.message, MOST.message) || title,
    tags: detector.tags,
    mitre: detector.mitre,
    fields: fieldsOf(finding.fields),
    groupKey: finding.groupKey === '' ? '' : `${placeOf(cursor)}|${groupOf(finding.groupKey)}`,
    identity,
    ...(record === undefined && { isCauseless: true as const }),
  };
}

/** The last of several with one name counts. */
function fieldsOf(fields: DetectorFinding['finding']['fields']): FieldValues {
  return Object.fromEntries(fields.map(([name, value]) => [cut(name, MOST.fieldName), cut(value, MOST.fieldValue)]));
}

/** What the event itself says of its container: what is known of that changes. */
const placeOf = (cursor: EventCursor): string =>
  cursor.slot > 0 ? `${cursor.slot}.${cursor.generation}` : String(cursor.big(Header.cgroup));

const groupOf = (group: string): string => (group.length > MOST.group ? sha256(group) : group);

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Marks what was cut, and leaves no half of a character. */
function cut(text: string, length: number): string {
  const whole = text.toWellFormed();
  return whole.length <= length ? whole : `${whole.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

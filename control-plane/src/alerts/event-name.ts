import { type BatchHeader, type EventCursor, Header } from '@picket/sdk';
import type { EventPosition, Finding } from '../types.ts';
import { formatUuid, uuid5 } from './uuid5.ts';

/** Detector, version, cause and what else tells one alert from another. */
export type AlertName = readonly [id: string, version: string, cause: string, identity: string];

/** Namespace of alert ids. Part of the contract: with another value a replay would make other ids. */
const ALERT_NAMESPACE = '6f5b3f2e-6a0c-4d0e-9a54-3f6f6a1c7d21';

/** The current event as node/boot/epoch/sequence: the same for every reader of the stream. */
export function eventName(cursor: EventCursor, header: BatchHeader): string {
  return nameOf({ agentEpoch: header.agentEpoch, sequence: cursor.big(Header.sequence) }, header);
}

/** The same for another event of the node. */
export const nameOf = ({ agentEpoch, sequence }: EventPosition, { node, bootId }: BatchHeader): string =>
  `${node}/${formatUuid(bootId)}/${agentEpoch}/${sequence}`;

/** What stands for the cause of a finding that no single event has: a moment of the node. */
export const momentName = (cursor: EventCursor, { agentEpoch, node, bootId }: BatchHeader): string =>
  `${node}/${formatUuid(bootId)}/${agentEpoch}/at-${cursor.big(Header.time)}`;

/** The id of the alert that a finding causes. Equal input, on any replica and in any replay, gives an equal id. */
export function alertId({ detector, identity, groupKey }: Finding, cause: string): string {
  return idOf([detector.id, detector.version, cause, identity ?? groupKey]);
}

/** NUL can be in none of the parts but the last, so no two lists of parts give one name. */
export const idOf = (name: AlertName): string => uuid5(ALERT_NAMESPACE, name.join('\0'));

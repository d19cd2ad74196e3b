import { type BatchHeader, type EventCursor, HeaderFlag } from '@picket/sdk';
import type { Batch, Container, NodeView, Process } from '../../types.ts';
import { containerKey, keysOfContainer, slotKey } from '../container-key.ts';
import { formatUuid } from '../uuid5.ts';

/** What decides which incident an alert belongs to. Words that only need to be equal or not, within one node. */
export interface JoinKeys {
  /** What the alert is about: it joins the incident of the first that has one, and they all are that incident's then. */
  readonly own: readonly string[];
  /** Where it came from: looked at after its own, the nearest first. */
  readonly links: readonly string[];
}

/** Ancestors that are looked at. */
const MAX_ANCESTORS = 16;
/** Sessions and processes of the kernel and of init lead to everything on a node and so link nothing. */
const LAST_COMMON_PID = 2;

/** The keys of an alert about the event on which the cursor stands. */
export function joinKeys(cursor: EventCursor, view: NodeView, { header }: Batch): JoinKeys {
  const process = view.processOf(cursor);
  const container = view.containerOf(cursor);
  const links = process ? [...sessionKey(process, header), ...ancestorKeys(process, header)] : [];
  if (container || (cursor.flags & HeaderFlag.host) === 0)
    return { own: containerKeys(container, cursor, header), links };
  return { own: process ? [...sessionKey(process, header), ...processKey(process, header)] : [], links };
}

/** The container itself, then its pod. */
function containerKeys(container: Container | undefined, cursor: EventCursor, header: BatchHeader): string[] {
  if (!container) return [containerKey(undefined, cursor, header)];
  const pod = container.podUid === '' ? [] : [`pod ${container.podUid}`];
  return [...keysOfContainer(container, header), ...pod];
}

/** Processes above, each by its container, or by itself where it runs on the host. */
function ancestorKeys(process: Process, header: BatchHeader): string[] {
  const out: string[] = [];
  // A tree rebuilt from lossy events could close a circle.
  const met = new Set([process]);
  for (let at = process.parent; at && !met.has(at) && met.size <= MAX_ANCESTORS; at = at.parent) {
    met.add(at);
    if (at.slot > 0) out.push(slotKey(at.slot, at.generation, header));
    else out.push(...processKey(at, header));
  }
  return [...new Set(out)];
}

const sessionKey = ({ sid }: Process, { bootId }: BatchHeader): string[] =>
  sid > LAST_COMMON_PID ? [`session ${formatUuid(bootId)}/${sid}`] : [];

const processKey = ({ pid, start }: Process, { bootId }: BatchHeader): string[] =>
  pid > LAST_COMMON_PID ? [`process ${formatUuid(bootId)}/${pid}/${start}`] : [];

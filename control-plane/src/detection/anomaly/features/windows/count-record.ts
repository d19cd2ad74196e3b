import { type EventCursor, Header, Kind } from '@picket/sdk';
import type { NodeView } from '../../../../types.ts';
import { Scalar } from '../scalars.ts';
import type { PeerTokens } from '../tokens/peer-tokens.ts';
import type { TextMemo } from '../tokens/text-memo.ts';
import type { ContainerTrack } from './container-track.ts';
import { countCalls, countNotable, countResources } from './count-calls.ts';
import { countModify, countOpen } from './count-files.ts';
import {
  countAccept,
  countClose,
  countConnect,
  countDns,
  countListen,
  countSocket,
  countUdp,
  countUnix,
} from './count-network.ts';
import { countExec, countExit } from './count-processes.ts';
import type { WindowSum } from './window-sum.ts';

const EINPROGRESS = -115;
const EAGAIN = -11;

/** What was worked out of texts and addresses. */
export interface Memos {
  readonly memo: TextMemo;
  readonly peers: PeerTokens;
}

/** Counts a record in the second it belongs to. Kinds that nothing is counted of are left out by the caller. */
export function countRecord(
  cursor: EventCursor,
  view: NodeView,
  track: ContainerTrack,
  sum: WindowSum,
  { memo, peers }: Memos,
): void {
  const { kind } = cursor;
  sum.records++;
  sum.saw(cursor.sequence);
  if (kind === Kind.WindowResources) {
    countResources(cursor, sum);
    return;
  }
  sum.acts++;
  if (kind === Kind.WindowSyscalls) {
    countCalls(cursor, sum);
    return;
  }
  const result = cursor.i32(Header.result);
  if (result < 0 && result !== EINPROGRESS && result !== EAGAIN) sum.add(Scalar.failed, 1);
  switch (kind) {
    case Kind.FileOpen:
      countOpen(cursor, view, sum, memo);
      break;
    case Kind.FileModify:
      countModify(cursor, sum, memo);
      break;
    case Kind.ProcessExec:
      countExec(cursor, view, track, sum);
      break;
    case Kind.ProcessFork:
      sum.add(Scalar.forks, 1);
      break;
    case Kind.ProcessExit:
      countExit(cursor, sum);
      break;
    case Kind.NetConnect:
      countConnect(cursor, view, track, sum, peers);
      break;
    case Kind.NetAccept:
      countAccept(cursor, sum);
      break;
    case Kind.NetListen:
      countListen(cursor, sum);
      break;
    case Kind.NetClose:
      countClose(cursor, sum);
      break;
    case Kind.NetUdp:
      countUdp(cursor, view, track, sum, peers);
      break;
    case Kind.NetDns:
      countDns(cursor, track, sum, memo);
      break;
    case Kind.NetUnix:
      countUnix(cursor, sum, memo);
      break;
    case Kind.NetSocket:
      countSocket(cursor, sum);
      break;
    case Kind.SyscallNotable:
      countNotable(cursor, sum);
      break;
  }
}

/** Kinds that are counted. */
export const COUNTED: ReadonlySet<number> = new Set([
  ...[Kind.ProcessExec, Kind.ProcessFork, Kind.ProcessExit, Kind.FileOpen, Kind.FileModify],
  ...[Kind.NetConnect, Kind.NetAccept, Kind.NetListen, Kind.NetClose, Kind.NetUdp, Kind.NetDns, Kind.NetUnix],
  ...[Kind.NetSocket, Kind.SyscallNotable, Kind.WindowSyscalls, Kind.WindowResources],
]);

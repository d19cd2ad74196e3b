import {
  type EventCursor,
  Header,
  NetAccept,
  NetClose,
  NetConnect,
  NetDns,
  NetListen,
  NetSocket,
  NetUdp,
  NetUnix,
} from '@picket/sdk';
import type { NodeView } from '../../../../types.ts';
import { familyName, socketTypeName } from '../../../rules/names/arguments.ts';
import { addToSketch, Sketch } from '../counts/sketches.ts';
import { Scalar } from '../scalars.ts';
import { tokenOf } from '../tokens/clean-text.ts';
import { portClass } from '../tokens/peer-class.ts';
import type { PeerTokens } from '../tokens/peer-tokens.ts';
import { hashBytes, mix, type TextMemo } from '../tokens/text-memo.ts';
import { TextUse } from '../tokens/text-use.ts';
import type { WindowSum } from './window-sum.ts';

const UDP = 17;
const EINPROGRESS = -115;
const NS = 1e9;
const DNS_PORT = 53;
/** Types of questions that every program asks. */
const A = 1;
const AAAA = 28;
const TYPES: Readonly<Record<number, string>> = {
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  10: 'NULL',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  33: 'SRV',
  65: 'HTTPS',
  252: 'AXFR',
  255: 'ANY',
};

const protocolName = (protocol: number): string =>
  protocol === UDP ? 'udp' : protocol === 6 ? 'tcp' : `protocol ${protocol}`;

export function countConnect(cursor: EventCursor, view: NodeView, sum: WindowSum, peers: Peers): void {
  const count = cursor.u32(NetConnect.count) || 1;
  const port = cursor.u16(NetConnect.remotePort);
  const result = cursor.i32(Header.result);
  sum.add(Scalar.connects, count);
  if (result < 0 && result !== EINPROGRESS) sum.add(Scalar.connects_failed, count);
  if (port === 0) return;
  countPeer(cursor, view, sum, peers, {
    at: NetConnect.remoteIp,
    port,
    protocol: cursor.u16(NetConnect.protocol),
    count,
  });
}

/** Where the names of peers are looked up. */
export interface Peers {
  readonly tokens: PeerTokens;
  /** Of the container. */
  readonly names: Map<string, string>;
}

interface Peer {
  readonly at: number;
  readonly port: number;
  readonly protocol: number;
  readonly count: number;
}

function countPeer(
  cursor: EventCursor,
  view: NodeView,
  sum: WindowSum,
  peers: Peers,
  { at, port, protocol, count }: Peer,
): void {
  const place = cursor.at + at;
  const hash = hashBytes(cursor.bytes, place, 16);
  addToSketch(sum.sketches, Sketch.peers, hash);
  addToSketch(sum.sketches, Sketch.endpoints, mix(hash ^ Math.imul(port, 0x9e3779b1)));
  addToSketch(sum.sketches, Sketch.ports, mix(port));
  const peer = peers.tokens.of(cursor, place, port, view, peers.names);
  sum.marked(peer, count);
  sum.token(portToken(protocol, port), count);
}

const portTokens = new Map<number, string>();

function portToken(protocol: number, port: number): string {
  const key = protocol * 65_536 + Math.min(port, 32_768);
  const known = portTokens.get(key);
  if (known !== undefined) return known;
  const token = `p:${protocolName(protocol)}/${portClass(port)}`;
  portTokens.set(key, token);
  return token;
}

export function countAccept(cursor: EventCursor, sum: WindowSum): void {
  const count = cursor.u32(NetAccept.count) || 1;
  sum.add(Scalar.accepts, count);
  sum.token(`n:${portClass(cursor.u16(NetAccept.localPort))}`, count);
}

export function countListen(cursor: EventCursor, sum: WindowSum): void {
  sum.add(Scalar.listens, 1);
  if (cursor.i32(Header.result) < 0) return;
  const protocol = protocolName(cursor.u16(NetListen.protocol) || 6);
  sum.token(`i:${protocol}/${portClass(cursor.u16(NetListen.localPort))}`, 1);
}

export function countClose(cursor: EventCursor, sum: WindowSum): void {
  sum.add(Scalar.closes, 1);
  sum.add(Scalar.closed_sent, cursor.u64(NetClose.sent));
  sum.add(Scalar.closed_received, cursor.u64(NetClose.received));
  sum.raise(Scalar.closed_seconds, cursor.u64(NetClose.duration) / NS);
  if (cursor.u32(NetClose.error) !== 0) sum.add(Scalar.closed_errors, 1);
}

export function countUdp(cursor: EventCursor, view: NodeView, sum: WindowSum, peers: Peers): void {
  const count = cursor.u32(NetUdp.count) || 1;
  sum.add(Scalar.udp_bytes, cursor.u64(NetUdp.bytes));
  if (cursor.u32(NetUdp.received) === 1) {
    sum.add(Scalar.udp_received, count);
    return;
  }
  sum.add(Scalar.udp_sent, count);
  const port = cursor.u16(NetUdp.remotePort);
  const local = cursor.u16(NetUdp.localPort);
  // what a server answers to says nothing of peers it chose
  const isAnswer = local !== 0 && portClass(local) !== 'high' && portClass(port) === 'high';
  if (port !== 0 && !isAnswer) countPeer(cursor, view, sum, peers, { at: NetUdp.remoteIp, port, protocol: UDP, count });
}

export function countDns(cursor: EventCursor, sum: WindowSum, memo: TextMemo): void {
  if (cursor.u16(NetDns.answer) === 1) {
    if (cursor.u16(NetDns.rcode) !== 0) sum.add(Scalar.dns_failed, 1);
    return;
  }
  sum.add(Scalar.dns_queries, 1);
  const facts = memo.get(cursor, NetDns.name, TextUse.name);
  sum.marked(facts, 1);
  addToSketch(sum.sketches, Sketch.names, facts.hash);
  sum.raise(Scalar.dns_name_bytes, cursor.stringLength(NetDns.name));
  sum.raise(Scalar.dns_entropy, facts.entropy);
  const type = cursor.u16(NetDns.type);
  if (type !== A && type !== AAAA) sum.token(`k:dns ${TYPES[type] ?? type}`, 1);
  const port = cursor.u16(NetDns.remotePort);
  if (port !== DNS_PORT) sum.token(`k:dns port ${portClass(port)}`, 1);
}

export function countUnix(cursor: EventCursor, sum: WindowSum, memo: TextMemo): void {
  sum.add(Scalar.unix_connects, 1);
  if (cursor.stringLength(NetUnix.path) === 0) return;
  const use = cursor.u32(NetUnix.abstract) === 1 ? TextUse.abstract : TextUse.unix;
  sum.marked(memo.get(cursor, NetUnix.path, use), 1);
}

export function countSocket(cursor: EventCursor, sum: WindowSum): void {
  sum.add(Scalar.sockets_raw, 1);
  const kind = `${familyName(cursor.u32(NetSocket.domain))} ${socketTypeName(cursor.u32(NetSocket.type))}`;
  sum.token(tokenOf('k', `socket ${kind}`), 1);
}

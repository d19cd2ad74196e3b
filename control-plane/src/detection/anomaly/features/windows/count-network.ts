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
import { hashBytes, mix } from '../counts/hash.ts';
import { addToSketch, Sketch } from '../counts/sketches.ts';
import { Scalar } from '../scalars.ts';
import { tokenOf } from '../tokens/clean-text.ts';
import { dnsClass } from '../tokens/dns-class.ts';
import { portClass } from '../tokens/peer-class.ts';
import { rememberName } from '../tokens/peer-names.ts';
import type { PeerTokens } from '../tokens/peer-tokens.ts';
import type { TextMemo } from '../tokens/text-memo.ts';
import { TextUse } from '../tokens/text-use.ts';
import type { ContainerTrack } from './container-track.ts';
import type { WindowSum } from './window-sum.ts';

const TCP = 6;
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
  protocol === UDP ? 'udp' : protocol === TCP ? 'tcp' : `protocol ${protocol}`;

/** Fields by which a kind of record tells of a peer. */
interface PeerFields {
  readonly ip: number;
  readonly port: number;
  readonly count: number;
}

const CONNECTED: PeerFields = { ip: NetConnect.remoteIp, port: NetConnect.remotePort, count: NetConnect.count };
const SENT: PeerFields = { ip: NetUdp.remoteIp, port: NetUdp.remotePort, count: NetUdp.count };

export function countConnect(
  cursor: EventCursor,
  view: NodeView,
  track: ContainerTrack,
  sum: WindowSum,
  peers: PeerTokens,
): void {
  const count = cursor.u32(NetConnect.count) || 1;
  const result = cursor.i32(Header.result);
  sum.add(Scalar.connects, count);
  if (result < 0 && result !== EINPROGRESS) sum.add(Scalar.connects_failed, count);
  if (cursor.u16(NetConnect.remotePort) !== 0)
    countPeer(cursor, view, track, sum, peers, CONNECTED, cursor.u16(NetConnect.protocol));
}

function countPeer(
  cursor: EventCursor,
  view: NodeView,
  track: ContainerTrack,
  sum: WindowSum,
  peers: PeerTokens,
  fields: PeerFields,
  protocol: number,
): void {
  const count = cursor.u32(fields.count) || 1;
  const port = cursor.u16(fields.port);
  const place = cursor.at + fields.ip;
  const hash = hashBytes(cursor.bytes, place, 16);
  addToSketch(sum.sketches, Sketch.peers, hash);
  addToSketch(sum.sketches, Sketch.endpoints, mix(hash ^ Math.imul(port, 0x9e3779b1)));
  addToSketch(sum.sketches, Sketch.ports, mix(port));
  sum.peer(peers.of(cursor, place, port, view, track.names), count);
  sum.token(portToken(protocol, port), count);
}

const portToken = remembered((protocol, port) => `p:${protocolName(protocol)}/${portClass(port)}`);
const servedToken = remembered((_, port) => `n:${portClass(port)}`);

/** Tokens by protocol and port, each made once: ports that are `high` are all the same. */
function remembered(make: (protocol: number, port: number) => string): (protocol: number, port: number) => string {
  const tokens = new Map<number, string>();
  return (protocol, port) => {
    const key = protocol * 65_536 + Math.min(port, 32_768);
    const known = tokens.get(key);
    if (known !== undefined) return known;
    const token = make(protocol, port);
    tokens.set(key, token);
    return token;
  };
}

export function countAccept(cursor: EventCursor, sum: WindowSum): void {
  const count = cursor.u32(NetAccept.count) || 1;
  sum.add(Scalar.accepts, count);
  sum.token(servedToken(TCP, cursor.u16(NetAccept.localPort)), count);
}

export function countListen(cursor: EventCursor, sum: WindowSum): void {
  sum.add(Scalar.listens, 1);
  if (cursor.i32(Header.result) < 0) return;
  const protocol = protocolName(cursor.u16(NetListen.protocol) || TCP);
  sum.token(`i:${protocol}/${portClass(cursor.u16(NetListen.localPort))}`, 1);
}

export function countClose(cursor: EventCursor, sum: WindowSum): void {
  sum.add(Scalar.closes, 1);
  sum.add(Scalar.closed_sent, cursor.u64(NetClose.sent));
  sum.add(Scalar.closed_received, cursor.u64(NetClose.received));
  sum.raise(Scalar.closed_seconds, cursor.u64(NetClose.duration) / NS);
  if (cursor.u32(NetClose.error) !== 0) sum.add(Scalar.closed_errors, 1);
}

export function countUdp(
  cursor: EventCursor,
  view: NodeView,
  track: ContainerTrack,
  sum: WindowSum,
  peers: PeerTokens,
): void {
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
  if (port !== 0 && !isAnswer) countPeer(cursor, view, track, sum, peers, SENT, UDP);
}

export function countDns(cursor: EventCursor, track: ContainerTrack, sum: WindowSum, memo: TextMemo): void {
  if (cursor.u16(NetDns.answer) === 1) {
    if (cursor.u16(NetDns.rcode) !== 0) sum.add(Scalar.dns_failed, 1);
    const name = dnsClass(cursor.string(NetDns.name));
    if (name === '') return;
    for (const address of cursor.strings(NetDns.addresses)) rememberName(track.names, address, name);
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

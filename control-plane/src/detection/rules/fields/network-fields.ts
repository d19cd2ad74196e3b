import { formatIp, Header, HeaderFlag, isMapped, Kind, NetClose, NetConnect, NetSocket } from '@picket/sdk';
import type { EventContext } from './event-context.ts';
import type { FieldFactory, FieldSource, FieldTable } from './field-source.ts';
import { number, oneOf, text, texts } from './field-source.ts';

/** The kinds whose body begins with the two ends of a socket, all in the layout of net.connect. */
const INET: ReadonlySet<number> = new Set([
  Kind.NetConnect,
  Kind.NetAccept,
  Kind.NetListen,
  Kind.NetClose,
  Kind.NetUdp,
  Kind.NetDns,
]);
const ROLE_ACCEPTED = 2;
const DNS_PORT = 53;

type End = 'local' | 'remote';
type Side = End | 'client' | 'server';

const localPort = (c: EventContext): number => c.cursor.u16(NetConnect.localPort);
const remotePort = (c: EventContext): number => c.cursor.u16(NetConnect.remotePort);

/** Whoever received a datagram without asking where it came from does not know the other end: its port is 0. */
const isPeerKnown = (c: EventContext): boolean => c.cursor.kind !== Kind.NetUdp || remotePort(c) !== 0;

/** Whether the local end serves. Datagrams do not say: the lower port is taken for the server's, as it mostly is. */
function localServes(kind: number): (c: EventContext) => boolean {
  switch (kind) {
    case Kind.NetAccept:
    case Kind.NetListen:
      return () => true;
    case Kind.NetClose:
      return (c) => c.cursor.u32(NetClose.role) === ROLE_ACCEPTED;
    case Kind.NetUdp:
      return (c) => localPort(c) < remotePort(c) || !isPeerKnown(c);
    case Kind.NetDns:
      return (c) => localPort(c) === DNS_PORT && remotePort(c) !== DNS_PORT;
    default:
      return () => false;
  }
}

/** Which end a side is; undefined when the kind has no such end: a listening socket has no remote one. */
function endOf(side: Side, kind: number): ((c: EventContext) => End) | undefined {
  const isListen = kind === Kind.NetListen;
  if (side === 'local' || (side === 'server' && isListen)) return () => 'local';
  if (isListen) return undefined;
  if (side === 'remote') return () => 'remote';
  const serves = localServes(kind);
  return side === 'server' ? (c) => (serves(c) ? 'local' : 'remote') : (c) => (serves(c) ? 'remote' : 'local');
}

const ipOffset = (end: End): number => (end === 'local' ? NetConnect.localIp : NetConnect.remoteIp);
/** Where an address is in the bytes of the cursor; -1 when it is not known. */
const ipPlace = (c: EventContext, end: End): number =>
  end === 'local' || isPeerKnown(c) ? c.cursor.at + ipOffset(end) : -1;
function portAt(c: EventContext, end: End): number {
  if (end === 'local') return localPort(c);
  return isPeerKnown(c) ? remotePort(c) : Number.NaN;
}

const inet =
  (make: (kind: number) => FieldSource | undefined): FieldFactory =>
  ({ kind }) =>
    INET.has(kind.id) ? make(kind.id) : undefined;

const ip = (...sides: Side[]): FieldFactory =>
  inet((kind) => {
    const ends = sides.map((side) => endOf(side, kind)).filter((end) => end !== undefined);
    if (ends.length === 0) return undefined;
    return { type: 'ips', get: ends.map((end) => (c: EventContext) => ipPlace(c, end(c))) };
  });

/** Names that the container was told for the address of a side, see `NodeView`. */
const names = (side: Side): FieldFactory =>
  inet((kind) => {
    const end = endOf(side, kind);
    return (
      end &&
      texts((c) => {
        const at = ipPlace(c, end(c));
        return at < 0 ? undefined : c.namesOf(formatIp(c.cursor.bytes, at));
      })
    );
  });

const port = (side: Side): FieldFactory =>
  inet((kind) => {
    const end = endOf(side, kind);
    return end && number((c) => portAt(c, end(c)));
  });

const isV4 = (c: EventContext): boolean => isMapped(c.cursor.bytes, c.cursor.at + NetConnect.localIp);

function tuple(kind: number): FieldSource {
  const show = (c: EventContext, end: End) =>
    `${formatIp(c.cursor.bytes, c.cursor.at + ipOffset(end))}:${portAt(c, end)}`;
  const serves = localServes(kind);
  if (kind === Kind.NetListen) return text((c) => show(c, 'local'));
  return text((c) => {
    if (!isPeerKnown(c)) return show(c, 'local');
    return serves(c) ? `${show(c, 'remote')}->${show(c, 'local')}` : `${show(c, 'local')}->${show(c, 'remote')}`;
  });
}

/** Names of IPPROTO_* numbers. */
export const PROTOCOLS: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmp', 255: 'raw' };
const SOCK_RAW = 3;

/** `fd.*` of internet sockets. */
export const NETWORK_FIELDS: FieldTable = {
  'fd.name': inet(tuple),
  'fd.type': inet(() => oneOf(['ipv4', 'ipv6'], (c) => (isV4(c) ? 'ipv4' : 'ipv6'))),
  'fd.typechar': inet(() => oneOf(['4', '6'], (c) => (isV4(c) ? '4' : '6'))),
  'fd.sockfamily': inet(() => ({ type: 'constant', value: 'ip' })),
  'fd.l4proto': ({ kind }) => {
    if (INET.has(kind.id)) return text((c) => PROTOCOLS[c.cursor.u16(NetConnect.protocol)]);
    if (kind.id !== Kind.NetSocket) return undefined;
    return text((c) =>
      c.cursor.u32(NetSocket.type) === SOCK_RAW ? 'raw' : PROTOCOLS[c.cursor.u32(NetSocket.protocol)],
    );
  },
  'fd.connected': inet((kind) => {
    if (kind === Kind.NetListen || kind === Kind.NetClose) return { type: 'constant', value: false };
    if (kind === Kind.NetConnect) return { type: 'bool', get: (c) => c.cursor.i32(Header.result) === 0 };
    return kind === Kind.NetAccept ? { type: 'bool', get: (c) => c.cursor.i32(Header.result) >= 0 } : undefined;
  }),
  'fd.name_changed': inet((kind) => {
    if (kind !== Kind.NetUdp) return { type: 'constant', value: kind === Kind.NetConnect };
    return { type: 'bool', get: (c) => (c.cursor.flags & HeaderFlag.repeated) === 0 };
  }),
  'fd.ip': ip('local', 'remote'),
  'fd.net': ip('local', 'remote'),
  'fd.lip': ip('local'),
  'fd.lnet': ip('local'),
  'fd.rip': ip('remote'),
  'fd.rnet': ip('remote'),
  'fd.cip': ip('client'),
  'fd.cnet': ip('client'),
  'fd.sip': ip('server'),
  'fd.snet': ip('server'),
  'fd.lip.name': names('local'),
  'fd.rip.name': names('remote'),
  'fd.cip.name': names('client'),
  'fd.sip.name': names('server'),
  'fd.port': inet((kind) => ({
    type: 'numbers',
    get: (c) => (kind === Kind.NetListen || !isPeerKnown(c) ? [localPort(c)] : [localPort(c), remotePort(c)]),
  })),
  'fd.lport': port('local'),
  'fd.rport': port('remote'),
  'fd.cport': port('client'),
  'fd.sport': port('server'),
};

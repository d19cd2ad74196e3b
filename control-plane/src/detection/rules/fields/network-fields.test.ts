import { type FieldValue, HeaderFlag, Kind } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { bytesOf, Scenario } from '../../testing/scenario.ts';
import { loadRules } from '../load/load-rules.ts';

type Fields = Record<string, FieldValue>;
type Event = readonly [kind: number, header: Record<string, number>, body: Fields];

/** Whether a condition holds for an event. */
function holds(condition: string, [kind, header, body]: Event): boolean {
  const text = `- rule: R\n  desc: d\n  condition: ${condition}\n  output: o %fd.name\n  priority: Notice\n`;
  const load = loadRules([{ name: 'x.yaml', text }]);
  expect(load.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const node = new Scenario(load);
  node.exec(200, { path: '/bin/bash' });
  return node.send(kind, { tgid: 200, ...header }, body).length > 0;
}

const unix = (body: Fields, result = 0): Event => [Kind.NetUnix, { syscall: 42, result }, body];
const socket = (domain: number, type: number, protocol: number, result = 3): Event => [
  Kind.NetSocket,
  { syscall: 41, result },
  { domain, type, protocol },
];
const ends = (local: string, localPort: number, remote: string, remotePort: number): Fields => ({
  local_ip: bytesOf(local),
  remote_ip: bytesOf(remote),
  local_port: localPort,
  remote_port: remotePort,
});
const udp = (syscall: number, at: Fields, more: Fields = {}, flags = 0): Event => [
  Kind.NetUdp,
  { syscall, flags },
  { family: 2, protocol: 17, fd: 5, count: 1, ...at, ...more },
];
const query = udp(44, ends('10.0.0.9', 40_000, '9.9.9.9', 53));
const served = udp(47, ends('10.0.0.9', 514, '10.0.0.7', 40_000), { received: 1 });
const unknown = udp(45, ends('10.0.0.9', 9000, '0.0.0.0', 0), { received: 1 });

describe('unix sockets', () => {
  it.each<[string, Event]>([
    ['evt.type = connect and fd.type = unix and fd.typechar = u and fd.sockfamily = unix', unix({ path: '/a' })],
    ['fd.name = /run/x.sock and fd.filename = x.sock and fd.directory = /run', unix({ path: '/run/x.sock' })],
    ['fd.name = "@/containerd-shim/x.sock@"', unix({ path: '/containerd-shim/x.sock\0', abstract: 1 })],
    ['not fd.filename exists and not fd.directory exists', unix({ path: '/run/docker.sock', abstract: 1 })],
    ['fd.connected = true and fd.num = 4 and evt.rawres = 0', unix({ path: '/a', fd: 4 })],
    ['fd.connected = false and evt.res = ENOENT and evt.rawres < 0', unix({ path: '/a' }, -2)],
    ['not fd.sip exists and not fd.sport exists and not fd.l4proto exists', unix({ path: '/a' })],
  ])('%s', (condition, event) => expect(holds(condition, event)).toBe(true));
});

describe('raw and packet sockets', () => {
  it.each<[string, Event]>([
    ['evt.type = socket and evt.arg.domain = AF_PACKET and evt.arg.type = SOCK_RAW', socket(17, 3, 768)],
    ['evt.arg.domain contains AF_PACKET and evt.arg.proto = 768 and evt.rawres = 3', socket(17, 2, 768)],
    ['evt.arg.domain = AF_INET6 and fd.l4proto = raw', socket(10, 3, 58)],
    ['evt.res = EPERM and evt.failed = true', socket(17, 3, 768, -1)],
    ['evt.args contains "domain=AF_PACKET" and evt.args contains "type=SOCK_RAW"', socket(17, 3, 768)],
  ])('%s', (condition, event) => expect(holds(condition, event)).toBe(true));
});

describe('datagrams', () => {
  it.each<[string, Event]>([
    ['evt.type = sendto and fd.l4proto = udp and fd.rip = 9.9.9.9 and fd.rport = 53 and fd.lport = 40000', query],
    ['fd.sip = 9.9.9.9 and fd.sport = 53 and fd.cip = 10.0.0.9 and fd.cport = 40000 and fd.num = 5', query],
    ['fd.name = "10.0.0.9:40000->9.9.9.9:53" and fd.type = ipv4 and fd.sockfamily = ip', query],
    ['evt.type = recvmsg and fd.sip = 10.0.0.9 and fd.sport = 514 and fd.cip = 10.0.0.7', served],
    ['evt.type = sendmmsg', udp(307, ends('10.0.0.9', 40_000, '9.9.9.9', 53))],
    ['evt.type = recvmmsg', udp(299, ends('10.0.0.9', 40_000, '9.9.9.9', 53))],
    ['fd.name_changed = true', query],
    ['fd.name_changed = false', udp(44, ends('10.0.0.9', 40_000, '9.9.9.9', 53), { count: 7 }, HeaderFlag.repeated)],
    ['fd.type = ipv6', udp(44, ends('fd00::9', 40_000, 'fd00::1', 53), { family: 10 })],
    ['evt.type = recvfrom and not fd.rip exists and not fd.rport exists and fd.lport = 9000', unknown],
    ['fd.sip = 10.0.0.9 and fd.sport = 9000 and not fd.cip exists and fd.name = "10.0.0.9:9000"', unknown],
    ['fd.ip = 10.0.0.9 and not fd.ip = 0.0.0.0 and not fd.port = 0', unknown],
  ])('%s', (condition, event) => expect(holds(condition, event)).toBe(true));

  it('says nothing of a peer that is not known, not even that it is another', () => {
    expect(holds('fd.rip != 10.0.0.0', unknown)).toBe(false);
    expect(holds('fd.cip in (0.0.0.0)', unknown)).toBe(false);
    expect(holds('fd.rport != 53', unknown)).toBe(false);
  });
});

describe('DNS', () => {
  const answer: Event = [
    Kind.NetDns,
    { syscall: 65_535 },
    {
      ...ends('10.0.0.9', 40_000, '9.9.9.9', 53),
      protocol: 17,
      id: 7,
      type: 28,
      rcode: 3,
      answer: 1,
      name: 'shop.example',
      addresses: ['2001:db8::1', '2001:db8::2'],
    },
  ];
  it.each([
    'evt.type = dns and dns.name = shop.example and dns.type = 28 and dns.answer = 1 and dns.rcode = 3',
    'dns.addresses = 2001:db8::2 and dns.addresses in (2001:db8::1)',
    'dns.name endswith .example and fd.sip = 9.9.9.9 and fd.sport = 53 and fd.l4proto = udp',
  ])('%s', (condition) => expect(holds(condition, answer)).toBe(true));
});

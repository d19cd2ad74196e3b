import { type Deed, program, sh } from '../deed.ts';

/** An address outside of private networks (TEST-NET-3, RFC 5737) that both containers have themselves. */
export const PUBLIC_ADDRESS = '203.0.113.7';

/** Connects to every combination of addresses and ports, both as the shell makes them. */
const knock = (addresses: string, ports: string) =>
  sh(`for address in ${addresses}; do for port in ${ports}; do tool $address $port; done; done`);

const neighbours = (count: number) => `$(seq ${count} | sed s/^/127.0.1./)`;

/** Connections and sockets, and what miners do. */
export const NETWORK: readonly Deed[] = [
  {
    rule: 'SSH to a non-standard port',
    title: 'port 2222',
    act: program('ssh', '127.0.0.1', '2222'),
    shows: { 'fd.sport': '2222' },
    process: 'ssh',
    ancestors: [],
    twin: sh('ssh 127.0.0.1 22; tool 127.0.0.1 2222'),
  },
  {
    rule: 'Raw or packet socket made',
    title: 'for all packets',
    // socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL))
    act: program('calls', '41', '17', '3', '768'),
    shows: { 'evt.arg.domain': 'AF_PACKET', 'evt.arg.type': 'SOCK_RAW' },
    process: 'calls',
    ancestors: [],
    twin: sh('calls 41 2 1 0 >/dev/null; ping -c 1 127.0.0.1 >/dev/null'),
  },
  {
    rule: 'Many ports of one address tried',
    title: 'thirty in a row',
    act: knock('127.0.0.1', '$(seq 9001 9030)'),
    shows: { 'fd.sip': '127.0.0.1', 'window.count': '25' },
    process: 'tool',
    ancestors: ['sh'],
    twin: knock('127.0.0.1', '9001 9002 9003 9001 9002 9003 9001 9002 9003 9001 9002 9003'),
  },
  {
    rule: 'Many addresses tried at one port',
    title: 'sixty in a row',
    act: knock(neighbours(60), '9100'),
    shows: { 'fd.sport': '9100', 'window.count': '50' },
    process: 'tool',
    ancestors: ['sh'],
    twin: knock(neighbours(10), '9100 9101'),
  },
  {
    rule: 'Miner started',
    title: 'with the name of a pool',
    act: program('tool', '-o', 'stratum+tcp://pool.example:3333'),
    shows: { 'proc.cmdline': 'tool -o stratum+tcp://pool.example:3333' },
    process: 'tool',
    ancestors: [],
    twin: program('tool', '-o', 'tcp://queue.example:3333'),
  },
  {
    rule: 'Mining pool looked up',
    title: 'in a case of its own',
    act: sh('timeout 1 nslookup Pool.SupportXMR.com 127.0.0.1 >/dev/null 2>&1; true'),
    shows: { 'dns.name': /^pool\.supportxmr\.com/i },
    process: /^(nslookup|timeout)$/,
    ancestors: ['sh'],
    twin: sh('timeout 1 nslookup supportxmr.com.shop.example 127.0.0.1 >/dev/null 2>&1; true'),
  },
  {
    rule: 'Port of mining pools contacted',
    title: 'outside of private networks',
    act: program('tool', PUBLIC_ADDRESS, '3333'),
    shows: { 'fd.sport': '3333' },
    process: 'tool',
    ancestors: [],
    twin: sh(`tool ${PUBLIC_ADDRESS} 8443; tool 127.0.0.1 3333`),
  },
  {
    rule: 'Machine prepared for mining',
    title: 'huge pages',
    act: sh('echo 1280 2>/dev/null > /proc/sys/vm/nr_hugepages; true'),
    shows: { 'fd.name': '/proc/sys/vm/nr_hugepages' },
    process: 'sh',
    ancestors: [],
    twin: sh('cat /proc/sys/vm/nr_hugepages /proc/cpuinfo >/dev/null'),
  },
];

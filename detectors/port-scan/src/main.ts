import {
  batch,
  Config,
  containerKey,
  DistinctWindow,
  Finding,
  formatIp,
  ipKey,
  NetConnect,
  Severity,
} from '@picket/detector';

const SECOND: u64 = 1_000_000_000;
const TCP: u16 = 6;

let ports: i64 = 0;
let hosts: i64 = 0;
let seconds: i64 = 0;
/** Ports by container and host. */
let vertical!: DistinctWindow;
/** Hosts by container and port. */
let horizontal!: DistinctWindow;

export function onInit(config: Config): void {
  ports = config.integer('ports', 20, 2, 1024);
  hosts = config.integer('hosts', 30, 2, 1024);
  seconds = config.integer('seconds', 60, 1, 3600);
  const keys = <i32>config.integer('keys', 4096, 16, 65536);
  vertical = new DistinctWindow(<u32>ports, <u64>seconds * SECOND, keys);
  horizontal = new DistinctWindow(<u32>hosts, <u64>seconds * SECOND, keys);
}

// A connect of a datagram socket sends nothing: resolvers do it to sort addresses. Attempts that fail count like others.
export function onNetConnect(e: NetConnect): void {
  if (e.slot == 0 || e.protocol != TCP) return;
  const container = containerKey(e);
  const host = ipKey(e.remote_ip);
  const time = batch.wallTime(e);
  if (vertical.add(container, host, e.remote_port, time)) reportPorts(e);
  if (horizontal.add(container, e.remote_port, <u32>(host ^ (host >> 32)), time)) reportHosts(e);
}

function reportPorts(e: NetConnect): void {
  const ip = formatIp(e.remote_ip);
  new Finding('Port scan', Severity.Warning)
    .message(`${ports} different ports of ${ip} were tried within ${seconds} s`)
    .group(`ports of ${ip}`)
    .field('fd.rip', ip)
    .emit();
}

function reportHosts(e: NetConnect): void {
  const port = e.remote_port.toString();
  new Finding('Port scan', Severity.Warning)
    .message(`port ${port} was tried on ${hosts} different hosts within ${seconds} s`)
    .group(`hosts with port ${port}`)
    .field('fd.rport', port)
    .emit();
}

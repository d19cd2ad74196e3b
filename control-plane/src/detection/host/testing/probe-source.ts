/** A detector in AssemblyScript that logs what each part of the library answers. Built by the tests of the library. */
export const PROBE_SOURCE = `
import {
  batch, Config, containerKey, containerOf, DistinctWindow, EventRecord, fail, Finding, formatIp, isIpv4, KeyedTable, log, LogLevel,
  NetConnect, now, PerContainer, PerProcess, ProcessExec, processOf, propose, Severity, startsWith, stateGet, statePut, view, Kind,
} from '@picket/detector';

@unmanaged class Count { n: u32; }
let perProcess!: PerProcess<Count>;
let perContainer!: PerContainer<Count>;
let garbage: u64 = 0;
let mode: string = '';

export function onInit(config: Config): void {
  mode = config.text('mode', '', 20);
  const number = config.number('number', 0.5, 0, 1);
  const list = config.list('list', 'a, b');
  log(mode + ' ' + number.toString() + ' ' + config.flag('flag', false).toString() + ' ' + list.join('|') + ' ' + config.integer('whole', -3, -9, 9).toString());
  perProcess = new PerProcess<Count>(1000, 1_000_000_000);
  perContainer = new PerContainer<Count>(100, 1_000_000_000);
}

export function onProcessExec(e: ProcessExec): void {
  garbage += e.path.length;
  perProcess.of(e).n++;
  if (mode == 'texts') log(e.path + ' ' + startsWith(e.path_at, e.path_length, '/tmp/').toString() + ' ' + e.cwd + ' ' + e.comm_length.toString());
  if (mode == 'fail') fail('no more');
  if (mode == 'half') new Finding('cut ' + '\\u{1F600}'.substring(0, 1), Severity.Notice).emit();
  if (mode == 'abort') { const empty: i32[] = []; log(empty[3].toString()); }
}

export function onEvent(e: EventRecord): void {
  if (mode == 'count') log(perContainer.of(e).n++.toString() + ' ' + batch.index.toString() + ' ' + e.kind.toString());
  if (e.kind == Kind.NetConnect && mode == 'ip') {
    const c = view<NetConnect>(e);
    log(formatIp(c.remote_ip) + ' ' + isIpv4(c.remote_ip).toString());
  }
}

export function onTick(time: u64): void {
  if (mode == 'host') tellHost();
  if (mode == 'table') tellTable();
  if (mode == 'size') log(perProcess.size.toString() + ' ' + perProcess.evicted.toString() + ' ' + time.toString());
}

function tellHost(): void {
  const p = processOf(7, 9);
  if (p) log([p.tgid.toString(), p.start.toString(), p.parentTgid.toString(), p.parentStart.toString(), p.uid.toString(), p.slot.toString(), p.name, p.exepath, p.cmdline].join(' '));
  const c = containerOf(3);
  if (c) log([c.id, c.name, c.image, c.namespace, c.pod].join(' '), LogLevel.Debug);
  log((processOf(8, 9) === null).toString() + (containerOf(4) === null).toString() + now().toString());
  const bytes = new Uint8Array(3);
  bytes[1] = 200;
  log(statePut('a', bytes).toString() + (stateGet('none') === null).toString());
  const back = stateGet('a');
  if (back) log(back.toString());
  propose('isolate', 'c1', 'because');
  new Finding('T', Severity.Debug).message('M').group('G').field('a', 'b').field('c', '').container(9).emit();
}

function tellTable(): void {
  const t = new KeyedTable<Count>(3, 10);
  for (let i = 0; i < 5; i++) t.touch(i, 0, 100 + i).n = i + 1;
  log(t.size.toString() + ' ' + t.evicted.toString() + ' ' + (t.peek(1, 0) === null).toString());
  t.touch(2, 0, 105);
  t.touch(9, 0, 106);
  log((t.peek(3, 0) === null).toString() + ' ' + t.touch(2, 0, 106).n.toString() + ' ' + t.fresh.toString());
  log(t.touch(2, 0, 117).n.toString() + ' ' + t.fresh.toString() + ' ' + t.expire(117).toString() + ' ' + t.size.toString());
  log(t.remove(2, 0).toString() + t.remove(2, 0).toString() + ' ' + t.size.toString());
  const big = new KeyedTable<Count>(5000, 10);
  let sum: u32 = 0;
  for (let i = 0; i < 20000; i++) big.touch(i, i >> 3, 5).n = i;
  for (let i = 15000; i < 20000; i++) sum += big.touch(i, i >> 3, 5).n == i ? 1 : 0;
  log(sum.toString() + ' ' + big.size.toString() + ' ' + big.evicted.toString());
  const window = new DistinctWindow(2, 10, 8);
  log([window.add(1, 1, 5, 0), window.add(1, 1, 5, 1), window.add(1, 1, 6, 2), window.add(1, 1, 7, 3), window.add(1, 1, 5, 20), window.add(1, 1, 6, 21)].join());
}
`;

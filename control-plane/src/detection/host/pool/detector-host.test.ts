import { readFileSync, readlinkSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DetectorFault } from '../instance/detector-fault.ts';
import { encodeContext } from '../process/context-tables.ts';
import { batchOfCount, GROWS, hostedGuest, LOOPS, TRAPS } from '../testing/hosted-guest.ts';
import type { DetectorHost, HostedDetector, HostOptions } from './host-contract.ts';
import { HostFailed } from './host-failed.ts';
import { startDetectorHost } from './start-detector-host.ts';

const hosts: DetectorHost[] = [];
const lost: string[] = [];
const warned: string[] = [];
const root = process.getuid?.() === 0;

async function start(options: Partial<HostOptions> = {}): Promise<DetectorHost> {
  const log = { info: () => {}, warn: (message: string) => void warned.push(message) };
  const onLost = (key: string, { code }: HostFailed) => void lost.push(`${key} ${code}`);
  const host = await startDetectorHost({ owner: 'tests', log, onLost, ...options });
  hosts.push(host);
  return host;
}

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
  lost.length = 0;
  warned.length = 0;
});

async function failure(work: Promise<unknown>): Promise<DetectorFault | HostFailed> {
  const error = await work.then(
    (value) => new Error('it did not fail', { cause: value }),
    (reason: unknown) => reason,
  );
  if (error instanceof DetectorFault || error instanceof HostFailed) return error;
  throw error;
}

/** The number that the counting guest says of itself. */
const counted = async (host: DetectorHost, key: string) => (await host.batch(key, batchOfCount(1))).findings[0]?.slot;
const times = (n: number) => n + 256 * n;

let counting: HostedDetector;
beforeAll(async () => {
  counting = await hostedGuest('a');
});

it('runs confined', async () => {
  const host = await start(root ? { confinement: 'required' } : {});
  const { pid, uid, confinement, missing } = host.status;
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  expect(status).toMatch(/^Seccomp:\t2$/m);
  expect(status).toMatch(/^NoNewPrivs:\t1$/m);
  expect(status).toMatch(/^CapEff:\t0+$/m);
  expect(status).toContain(`Uid:\t${uid}`);
  expect(readlinkSync(`/proc/${pid}/ns/net`)).not.toBe(readlinkSync('/proc/self/ns/net'));
  expect(confinement).toEqual(expect.arrayContaining(['permissions', 'network', 'root', 'seccomp']));
  if (root) expect([missing, uid === 0, warned]).toEqual([[], false, []]);
});

it('says what is missing without the launcher, and refuses when it is required', async () => {
  const host = await start({ launcher: '/nowhere' });
  expect(host.status.missing.map(({ name }) => name)).toContain('seccomp');
  expect(warned).toEqual(['a detector host runs without part of its confinement']);
  expect((await host.open(counting)).error).toBeUndefined();
  await expect(start({ launcher: '/nowhere', confinement: 'required' })).rejects.toMatchObject({
    code: 'DETECTOR_CONFINEMENT',
  });
});

describe('calls', () => {
  it('are answered in order, with what the detector said', async () => {
    const host = await start();
    const [opened, ...replies] = await Promise.all([
      host.open(counting),
      ...Array.from({ length: 20 }, () => host.batch('a', batchOfCount(2))),
    ]);
    expect(opened).toMatchObject({ findings: [], error: undefined, memoryBytes: 2 * 65_536 });
    expect(replies.map(({ findings }) => findings[0]?.slot)).toEqual(replies.map((_, i) => times(i + 1)));
    expect(replies[0]).toMatchObject({
      findings: [{ title: 'abc', severity: 4, message: 'abc', event: undefined, groupKey: 'abc', fields: [] }],
      droppedFindings: 0,
      refusedState: 0,
    });
    expect(replies[0]?.fuel).toBeGreaterThan(2000n);
    expect((await host.tick('a', 7n)).error).toBeUndefined();
    expect(host.status.detectors).toBe(1);
    await host.close('a');
    expect((await failure(host.batch('a', batchOfCount(1)))).code).toBe('DETECTOR_DEAD');
    await host.close('a');
  });

  it('share the bytes of records, which stay right when the worker has to forget some', async () => {
    const sum = `(local $at i32) (local $n i32) (local $sum i32)
      (local.set $at (i32.add (local.get 0) (i32.load offset=8 (local.get 0))))
      (local.set $n (i32.load offset=20 (local.get 0)))
      (loop $next
        (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (call $emit (i32.const 16) (i32.const 0) (i32.const 4) (i32.const 16) (i32.const 0) (i32.const -1) (local.get $sum)
        (i32.const 16) (i32.const 0) (i32.const 0) (i32.const 0))
      (i32.const 64)`;
    const guest = await hostedGuest('s0', { onbatch: sum, realloc: '(i32.const 8192)' });
    const host = await start();
    const keys = ['s0', 's1', 's2'];
    await Promise.all(keys.map((key) => host.open({ ...guest, key })));
    const batches = Array.from({ length: 20 }, (_, i) => {
      const batch = batchOfCount(1 + (i % 3));
      batch.records.fill(i);
      return batch;
    });
    const order = [...batches, batches[19], batches[3], batches[19]].filter((batch) => batch !== undefined);
    const said = await Promise.all(order.flatMap((batch) => keys.map((key) => host.batch(key, batch))));
    const expected = order.flatMap(({ records }) => keys.map(() => records.reduce((all, byte) => all + byte, 0)));
    expect(said.map(({ findings }) => findings[0]?.slot)).toEqual(expected);
  });

  it('answer look-ups of processes and containers from the tables of their node', async () => {
    const look = `(call $process (i32.const 7) (i64.const 9) (i32.const 2048))
      (if (i32.load8_u (i32.const 2048)) (then
        (call $log (i32.const 1) (i32.load (i32.const 2096)) (i32.load (i32.const 2100)))))
      (call $container (i32.const 3) (i32.const 2048))
      (if (i32.load8_u (i32.const 2048)) (then
        (call $log (i32.const 1) (i32.load (i32.const 2060)) (i32.load (i32.const 2064)))))
      (i32.const 64)`;
    const realloc = `(global.set $next (i32.add (global.get $next) (i32.const 512))) (global.get $next)`;
    const guest = await hostedGuest('c', {
      onbatch: look,
      realloc,
      fields: '(global $next (mut i32) (i32.const 8192))',
    });
    const host = await start();
    await host.open(guest);
    const process = { tgid: 7, start: 9n, parentTgid: 1, parentStart: 2n, uid: 0, slot: 3 };
    const context = encodeContext({
      processes: [{ ...process, name: 'sh', exepath: '/bin/sh', cmdline: 'sh -c x' }],
      containers: [{ slot: 3, id: 'c1', name: 'shop', image: 'i', namespace: 'web', pod: 'p' }],
    });
    expect((await host.batch('c', batchOfCount(1))).logs).toEqual([]);
    const said = [
      { level: 1, message: 'sh' },
      { level: 1, message: 'shop' },
    ];
    expect((await host.batch('c', batchOfCount(1), context)).logs).toEqual(said);
    const elsewhere = batchOfCount(1);
    elsewhere.prelude.fill(4, 48, 64);
    expect((await host.batch('c', elsewhere)).logs).toEqual([]);
    const again = await start();
    await again.open(guest, await host.snapshot('c'));
    expect((await again.batch('c', batchOfCount(1))).logs).toEqual(said);
  });

  it('end with what was said up to a limit', async () => {
    const emit = `(call $emit (i32.const 16) (i32.const 4096) (i32.const 4) (i32.const 16) (i32.const 4096) (i32.const -1) (i32.const 0)
        (i32.const 16) (i32.const 4096) (i32.const 40000) (i32.const 32))`;
    const fill = `(local $i i32) (memory.fill (i32.const 0) (i32.const 97) (i32.const 20000))
      (loop $next
        (i64.store (i32.add (i32.const 40000) (local.get $i)) (i64.const 17592186044432))
        (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 8))) (i32.const 512))))
      (local.set $i (i32.const 0))
      (loop $more ${emit}
        (br_if $more (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 300))))
      (i32.const 30000)`;
    const host = await start();
    await host.open(await hostedGuest('g', { onbatch: fill }, { deadlineMs: 5000 }));
    const { findings, droppedFindings } = await host.batch('g', batchOfCount(1));
    expect(findings.length).toBeGreaterThan(1);
    expect(findings.length + droppedFindings).toBe(300);
    expect(findings[0]?.fields[31]?.[1]).toBe('a'.repeat(4096));
  });
});

describe('faults', () => {
  it('end the instance and give its state store back', async () => {
    const host = await start();
    await host.open(counting);
    await counted(host, 'a');
    const [trap, behind] = await Promise.all([
      failure(host.batch('a', batchOfCount(TRAPS))),
      failure(host.batch('a', batchOfCount(1))),
    ]);
    expect([trap.code, behind.code]).toEqual(['DETECTOR_TRAP', 'DETECTOR_DEAD']);
    expect(trap.message).toContain('unreachable');
    const state = trap instanceof DetectorFault ? trap.state : undefined;
    expect(Buffer.from(state ?? []).toString('latin1')).toContain('abcabc');
    expect((await host.open(counting, undefined, state)).error).toBeUndefined();
    expect(await counted(host, 'a')).toBe(times(1));
    expect(lost).toEqual([]);
  });

  it.each([
    ['in onbatch', { onbatch: '(loop $l (br $l)) (i32.const 64)' }],
    ['in init', { init: '(loop $l (br $l)) (i32.const 64)' }],
    ['at the start', { fields: '(func $s (loop $l (br $l))) (start $s)' }],
  ])('a loop without end %s is interrupted, its neighbours go on', async (_where, parts) => {
    const host = await start();
    const loop = await hostedGuest('loop', parts);
    await host.open(counting);
    const calls = [host.open(loop), host.batch('loop', batchOfCount(1))];
    const [neighbour, ...ends] = await Promise.all([counted(host, 'a'), ...calls.map((call) => call.catch((e) => e))]);
    expect(neighbour).toBe(times(1));
    expect(ends.map((end) => (end instanceof DetectorFault ? end.code : 'ok'))).toContain('DETECTOR_DEADLINE');
    expect(await counted(host, 'a')).toBe(times(2));
    expect(lost).toEqual([]);
  });

  it('a worker whose guest does not come back is replaced; its others go on from their snapshots', async () => {
    const host = await start({ workers: 2, callTimeout: false });
    // Opened in turn on the two workers: a and c share one, b and the loop the other.
    for (const key of ['a', 'b', 'c', 'loop']) await host.open({ ...counting, key });
    for (const key of ['a', 'b', 'c']) await counted(host, key);
    const snapshot = await host.snapshot('b');
    const loop = failure(host.batch('loop', batchOfCount(LOOPS)));
    const waiting = failure(host.batch('b', batchOfCount(1)));
    expect([await counted(host, 'a'), await counted(host, 'c')]).toEqual([times(2), times(2)]);
    expect([(await loop).code, (await waiting).code]).toEqual(['DETECTOR_DEADLINE', 'DETECTOR_NEIGHBOUR']);
    expect(lost).toEqual(['b DETECTOR_NEIGHBOUR']);
    await host.open({ ...counting, key: 'b' }, snapshot);
    expect(await counted(host, 'b')).toBe(times(2));
    await host.open({ ...counting, key: 'loop' });
    expect(await counted(host, 'loop')).toBe(times(1));
  });

  it('instances that grow too large together are ended, the last one first', async () => {
    const host = await start({ memoryBytes: 3 << 20 });
    await host.open(counting);
    await host.open({ ...counting, key: 'b' });
    expect((await host.batch('a', batchOfCount(GROWS))).memoryBytes).toBe(34 * 65_536);
    expect((await failure(host.batch('b', batchOfCount(GROWS)))).code).toBe('DETECTOR_MEMORY');
    expect(await counted(host, 'a')).toBe(times(2));
  });

  it('a function without its grant ends the instance when it is called', async () => {
    const host = await start();
    await host.open({ ...counting, capabilities: ['observe'] });
    expect((await failure(host.batch('a', batchOfCount(1)))).code).toBe('DETECTOR_CAPABILITY');
  });
});

describe('snapshots', () => {
  it('go on in a new process as if nothing had been', async () => {
    const first = await start();
    await first.open(counting);
    for (let i = 0; i < 3; i++) await counted(first, 'a');
    await first.batch('a', batchOfCount(GROWS));
    const snapshot = await first.snapshot('a');
    expect(snapshot.length).toBeLessThan(2000);
    const second = await start();
    await second.open(counting, snapshot);
    expect(await counted(second, 'a')).toBe(await counted(first, 'a'));
    expect(Buffer.from(await second.snapshot('a'))).toEqual(Buffer.from(await first.snapshot('a')));
  });

  it('of something else are refused', async () => {
    const host = await start();
    const other = await hostedGuest('other', { onbatch: '(nop) (i32.const 64)' });
    await host.open(other);
    const snapshot = await host.snapshot('other');
    for (const wrong of [snapshot, snapshot.slice(0, 20), new Uint8Array(9), counting.module]) {
      const { code } = await failure(host.open(counting, wrong));
      expect(code).toBe('DETECTOR_SNAPSHOT');
    }
  });
});

describe('the end of the process', () => {
  it('rejects all that is under way and tells of the others', async () => {
    const host = await start();
    await host.open(counting);
    await host.open({ ...counting, key: 'idle' });
    const calls = [1, 2, 3].map(() => failure(host.batch('a', batchOfCount(1))));
    process.kill(host.status.pid, 'SIGKILL');
    const all = await Promise.all(calls);
    expect(all.map(({ code }) => code).filter((code) => code !== 'DETECTOR_HOST_ENDED')).toEqual([]);
    expect(await host.ended).toEqual({ reason: 'exited', message: 'it was ended by SIGKILL' });
    expect([host.alive, lost]).toEqual([false, ['a DETECTOR_HOST_ENDED', 'idle DETECTOR_HOST_ENDED']]);
    expect((await failure(host.open(counting))).code).toBe('DETECTOR_HOST_ENDED');
  });

  it('does not come by signals that mean the control plane', async () => {
    const host = await start();
    await host.open(counting);
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.kill(host.status.pid, signal);
    expect(await counted(host, 'a')).toBe(times(1));
    await host.stop();
    expect((await host.ended).reason).toBe('stopped');
  });

  it('comes by stop', async () => {
    const host = await start();
    await host.open(counting);
    await host.stop();
    expect([(await host.ended).reason, lost]).toEqual(['stopped', []]);
  });
});

import { mkdirSync, rmdirSync } from 'node:fs';
import { commandSubject, encodeRecord, Kind, LossReason, SCHEMA_MAJOR, SCHEMA_MINOR, statusSubject } from '@picket/sdk';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startNats, type TestNats } from '../../test/support/nats.ts';
import { readConfig } from './config.ts';
import { findCgroupMounts } from './containers/cgroup-root.ts';
import { cgroupId } from './containers/cgroup-tree.ts';
import { makeIdentity } from './identity.ts';
import { createMetrics, serveMetrics } from './metrics.ts';
import { AgentPipeline } from './pipeline.ts';
import { pipelineCounters } from './pipeline-counters.ts';
import type { AgentStatus } from './sink/status.ts';
import { collectingLog, type Described, describeAll, until } from './testing/collect.ts';
import { EventStream } from './testing/event-stream.ts';
import { FakeSource } from './testing/fake-source.ts';
import { unpack } from './testing/unpack.ts';

/* The source is a stand-in so that a test knows each event that goes in; bus, cgroups and /proc are real. */
const NODE = 'pipeline-test';
const identity = await makeIdentity(NODE, 9);
/** Agents of a test would share the spool folder. */
const NO_DISK = { PICKET_SPOOL_DISK_MIB: '0' };
const { root } = findCgroupMounts();
let nats: TestNats;
let stream: EventStream;
const running: AgentPipeline[] = [];

beforeAll(async () => {
  nats = await startNats({ nodes: [NODE] });
  stream = new EventStream(nats.url, nats.seeds['control-plane']);
});
beforeEach(() => stream.create());
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
  await stream.remove();
});
afterAll(() => nats.stop());

function agent(env: Record<string, string> = {}) {
  const source = new FakeSource();
  const { log, lines } = collectingLog();
  const config = readConfig({ NATS_URL: nats.url, PICKET_NODE: NODE, ...NO_DISK, ...env });
  const pipeline = new AgentPipeline({ config, seed: nats.seeds.agent, source, identity, log });
  running.push(pipeline);
  let fatal: unknown;
  const started = () =>
    pipeline.start((error) => {
      fatal = error;
    });
  return { source, lines, pipeline, started, fatal: () => fatal };
}

async function records(): Promise<Described[]> {
  return (await stream.messages()).flatMap((message) => describeAll(unpack(message.data).records));
}

async function untilStored(test: (all: Described[]) => boolean): Promise<Described[]> {
  for (;;) {
    const all = await records();
    if (test(all)) return all;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const open = (path: string) => encodeRecord(Kind.FileOpen, { tgid: 5, cgroup: 9n }, { path });
const exec = (comm: string) => encodeRecord(Kind.ProcessExec, { tgid: 5 }, { comm });

describe('AgentPipeline', () => {
  it('brings every event to the stream, once and in order, and a rare one soon', async () => {
    const { source, started, lines, pipeline } = agent();
    await started();
    source.emit(exec('first'));
    await untilStored((all) => all.some((record) => record.comm === 'first'));
    for (let i = 0; i < 10; i++) source.emit(...Array.from({ length: 1000 }, (_, n) => open(`/f/${i}/${n}`)));
    await until(() => pipeline.publisher.stats.batches > 3 && pipeline.publisher.queue.batches === 0, 'all acks');
    const all = await untilStored((stored) => stored.filter((each) => each.kind === 'file.open').length >= 10_000);
    const sequences = all.map((record) => Number(record.sequence));
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
    expect(new Set(sequences).size).toBe(sequences.length);
    expect(lines.some((line) => / info ready /.test(line))).toBe(true);
  });

  it('tells of a container before its events, with the slot that these bear', async () => {
    const { source, started, pipeline } = agent();
    await started();
    const path = `/docker-${'c'.repeat(56)}${String(process.pid).padStart(8, '0')}.scope`;
    mkdirSync(`${root}${path}`);
    try {
      const cgroup = cgroupId(root, path) ?? 0n;
      const created = encodeRecord(Kind.CgroupCreated, { cgroup }, { path, comm: 'systemd' });
      const removed = encodeRecord(Kind.CgroupRemoved, { cgroup }, { path, comm: 'systemd' });
      const inside = encodeRecord(Kind.ProcessExec, { tgid: 77, cgroup }, { comm: 'inside' });
      source.emit(created, inside);
      await until(() => pipeline.registry.byCgroup(cgroup), 'the container');
      source.counts.set(pipeline.registry.byCgroup(cgroup)?.slot ?? 0, new Float64Array(512).fill(1, 0, 1));
      source.emit(removed);
      const all = await untilStored((stored) => stored.some((each) => each.kind === 'container.stopped'));
      const own = all.filter((record) => record.cgroup === String(cgroup) && record.kind !== 'container.updated');
      expect(own.map((record) => record.kind)).toEqual([
        'cgroup.created',
        'container.started',
        'process.exec',
        'cgroup.removed',
        'window.syscalls',
        'container.stopped',
      ]);
      const slots = own.filter((record) => String(record.kind).startsWith('c') === false).map((record) => record.slot);
      expect(slots).toEqual([own[1]?.slot, own[1]?.slot]);
    } finally {
      rmdirSync(`${root}${path}`);
    }
  });

  it('sends heartbeats and answers commands', async () => {
    const connection = await stream.connect();
    const beats: AgentStatus[] = [];
    connection.subscribe(statusSubject(identity.token), { callback: (_, message) => void beats.push(message.json()) });
    await connection.flush();
    const { started, pipeline } = agent();
    await started();
    const first = await until(() => beats[0], 'a heartbeat');
    expect(first).toMatchObject({ node: NODE, token: identity.token, bootId: identity.bootIdText, agentEpoch: '9' });
    expect(first).toMatchObject({
      schema: `${SCHEMA_MAJOR}.${SCHEMA_MINOR}`,
      probes: [{ name: 'fake', state: 'attached' }],
      losses: [],
    });
    const ask = async (payload: string) =>
      (await connection.request(commandSubject(identity.token), payload, { timeout: 5000 })).json();
    expect(await ask('{"command":"status"}')).toMatchObject({ ok: true, status: { node: NODE, state: 'running' } });
    expect(await ask('{"command":"snapshot"}')).toEqual({
      ok: true,
      containers: expect.any(Number),
      processes: expect.any(Number),
    });
    expect(await ask('{"command":"shell"}')).toMatchObject({ ok: false, error: { code: 'COMMAND_UNKNOWN' } });
    expect(await ask('{"command":"constructor"}')).toMatchObject({ ok: false, error: { code: 'COMMAND_UNKNOWN' } });
    for (const bad of ['', '[]', '{"command":7}', 'snapshot', `"${'x'.repeat(70_000)}"`])
      expect(await ask(bad)).toMatchObject({ ok: false, error: { code: 'COMMAND_INVALID' } });
    await pipeline.stop();
    await until(() => beats.at(-1)?.state === 'stopping', 'the last heartbeat');
    expect(beats.at(-1)?.probes[0]?.state).toBe('detached');
    await connection.close();
  });

  it('stops with everything delivered and the probes detached', async () => {
    const { source, started, pipeline } = agent();
    await started();
    await until(() => pipeline.connection.current !== undefined, 'the bus');
    source.emit(...Array.from({ length: 5000 }, (_, n) => open(`/last/${n}`)));
    await pipeline.stop();
    expect(source.stopped).toBe(true);
    expect(pipeline.publisher.queue.batches).toBe(0);
    const all = await records();
    expect(all.filter((record) => String(record.path).startsWith('/last/'))).toHaveLength(5000);
    expect(all.filter((record) => record.kind === 'file.open').at(-1)).toMatchObject({ path: '/last/4999' });
  });

  it('counts by kind what it drops while the bus is away, and says so when it is back', async () => {
    await nats.kill();
    const { source, started, pipeline } = agent({ PICKET_SPOOL_MIB: '1', PICKET_CODEC: 'none' });
    await started();
    for (let i = 0; i < 20; i++) {
      source.emit(...Array.from({ length: 2000 }, (_, n) => open(`/away/${i}/${n}`)));
      await until(() => pipeline.batcher.count === 0, 'the batch to be sealed');
      expect(pipeline.publisher.queue.bytes).toBeLessThanOrEqual(1024 * 1024);
    }
    await nats.restart();
    const all = await untilStored((stored) => stored.some((each) => each.kind === 'sensor.loss'));
    const lost = all.filter((each) => each.kind === 'sensor.loss' && each.lost_kind === Kind.FileOpen);
    const count = lost.reduce((sum, each) => sum + Number(each.count), 0);
    expect(lost[0]).toMatchObject({ reason: LossReason.spoolFull });
    expect(count).toBeGreaterThan(0);
    expect(all.filter((each) => each.kind === 'file.open')).toHaveLength(40_000 - count);
    expect(pipeline.status().losses).toEqual([{ kind: 'file.open', reason: 'spool_full', count }]);
    const last = (await stream.messages()).at(-1);
    expect(unpack(last?.data).header.losses).toEqual([
      { kind: Kind.FileOpen, reason: LossReason.spoolFull, count: BigInt(count) },
    ]);
  });

  it('ends when the bus refuses its key', async () => {
    const { log } = collectingLog();
    const config = readConfig({ NATS_URL: nats.url, PICKET_NODE: NODE, ...NO_DISK });
    const seed = new TextEncoder().encode('SUAGMJH5XLGZKQQWAWKRZJIGMOU4HPFUYLXJMXOO5NLFEO2OOQJ5LPRDPM');
    const pipeline = new AgentPipeline({ config, seed, source: new FakeSource(), identity, log });
    running.push(pipeline);
    const fatal = await new Promise((resolve) => void pipeline.start(resolve));
    expect(fatal).toMatchObject({ code: 'BUS_REFUSED' });
  });

  it('does not begin with patterns of secrets that can not be used', () => {
    expect(() => agent({ PICKET_REDACT: '/no/such/patterns.yaml' })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('/no/such/patterns.yaml') }),
    );
  });

  it('shows its numbers to Prometheus', async () => {
    const { source, started, pipeline } = agent();
    await started();
    source.emit(exec('seen'), open('/seen'));
    await untilStored((all) => all.some((record) => record.comm === 'seen'));
    const served = await serveMetrics(createMetrics(pipelineCounters(pipeline)), 0);
    try {
      const text = await (await fetch(`http://127.0.0.1:${served.port}/metrics`)).text();
      expect(text).toMatch(/^picket_agent_events_total\{kind="process.exec"\} [1-9]/m);
      expect(text).toMatch(/^picket_agent_batches_acknowledged_total [1-9]/m);
      expect(text).toMatch(/^picket_agent_probe_attached\{probe="fake"\} 1$/m);
      expect((await fetch(`http://127.0.0.1:${served.port}/other`)).status).toBe(404);
      const taken = serveMetrics(createMetrics(pipelineCounters(pipeline)), served.port);
      await expect(taken).rejects.toMatchObject({ code: 'METRICS_UNAVAILABLE' });
    } finally {
      served.close();
    }
  });
});

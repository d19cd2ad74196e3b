import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KINDS, messageOf } from '@picket/sdk';
import { Counter, Gauge, Registry } from 'prom-client';
import { AgentError } from './errors.ts';
import type { AgentStatus } from './sink/status.ts';

/** Where the numbers come from; read when somebody asks for the metrics, never on the event path. */
export interface MetricSources {
  readonly status: () => AgentStatus;
  /** Records drained or made, by kind. */
  readonly events: () => Float64Array;
  readonly counters: () => Readonly<Record<string, { readonly help: string; readonly value: number }>>;
}

/** A registry that reads its sources when it is read. */
export function createMetrics(sources: MetricSources): Registry {
  const registry = new Registry();
  addEvents(registry, sources);
  addLosses(registry, sources);
  for (const [name, { help }] of Object.entries(sources.counters())) {
    const counter = new Counter({
      name: `picket_agent_${name}`,
      help,
      registers: [registry],
      collect: () => {
        counter.reset();
        counter.inc(sources.counters()[name]?.value ?? 0);
      },
    });
  }
  addGauge(registry, 'containers', 'Containers watched.', () => sources.status().containers);
  addGauge(registry, 'queue_batches', 'Batches not acknowledged by the bus.', () => sources.status().queue.batches);
  addGauge(
    registry,
    'queue_bytes',
    'Bytes of batches not acknowledged by the bus.',
    () => sources.status().queue.bytes,
  );
  addGauge(registry, 'spool_disk_batches', 'Batches on disk.', () => sources.status().queue.diskBatches);
  addGauge(registry, 'spool_disk_bytes', 'Bytes of the spool on disk.', () => sources.status().queue.diskBytes);
  addGauge(registry, 'resident_bytes', 'Resident memory.', () => sources.status().rss);
  addGauge(registry, 'cpu_seconds', 'CPU time used.', () => sources.status().cpu);
  addProbes(registry, sources);
  addMetadataSources(registry, sources);
  return registry;
}

function addGauge(registry: Registry, name: string, help: string, value: () => number): void {
  const gauge: Gauge = new Gauge({
    name: `picket_agent_${name}`,
    help,
    registers: [registry],
    collect: () => gauge.set(value()),
  });
}

function addEvents(registry: Registry, sources: MetricSources): void {
  const counter = new Counter({
    name: 'picket_agent_events_total',
    help: 'Records by kind.',
    labelNames: ['kind'],
    registers: [registry],
    collect: () => {
      counter.reset();
      const events = sources.events();
      for (const kind of KINDS) if (events[kind.id]) counter.inc({ kind: kind.name }, events[kind.id]);
    },
  });
}

function addLosses(registry: Registry, sources: MetricSources): void {
  const counter = new Counter({
    name: 'picket_agent_lost_total',
    help: 'Events lost, by kind and reason.',
    labelNames: ['kind', 'reason'],
    registers: [registry],
    collect: () => {
      counter.reset();
      for (const { kind, reason, count } of sources.status().losses) counter.inc({ kind, reason }, count);
    },
  });
}

function addProbes(registry: Registry, sources: MetricSources): void {
  const gauge = new Gauge({
    name: 'picket_agent_probe_attached',
    help: '1 for a probe that is attached.',
    labelNames: ['probe'],
    registers: [registry],
    collect: () => {
      gauge.reset();
      for (const probe of sources.status().probes) gauge.set({ probe: probe.name }, probe.state === 'attached' ? 1 : 0);
    },
  });
}

function addMetadataSources(registry: Registry, sources: MetricSources): void {
  const up: Gauge = new Gauge({
    name: 'picket_agent_metadata_source_up',
    help: '1 for a source of container metadata that answers, 0 for one that fails; none for one that is not on this node.',
    labelNames: ['source'],
    registers: [registry],
    collect: () => {
      up.reset();
      for (const { name, state } of sources.status().sources)
        if (state !== 'absent') up.set({ source: name }, state === 'ok' ? 1 : 0);
    },
  });
  const errors: Counter = new Counter({
    name: 'picket_agent_metadata_errors_total',
    help: 'Answers about containers that could not be had or used.',
    labelNames: ['source'],
    registers: [registry],
    collect: () => {
      errors.reset();
      for (const source of sources.status().sources) errors.inc({ source: source.name }, source.errors);
    },
  });
}

/**
 * Serves GET /metrics on 127.0.0.1.
 * @param port 0 takes a free one
 * @throws AgentError METRICS_UNAVAILABLE when the port is taken
 */
export async function serveMetrics(registry: Registry, port: number): Promise<{ port: number; close(): void }> {
  const server = createServer(async (request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') return response.writeHead(404).end();
    try {
      const text = await registry.metrics();
      response.writeHead(200, { 'content-type': registry.contentType }).end(text);
    } catch (error) {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(`${messageOf(error)}\n`);
    }
  });
  await listen(server, port);
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const why = `the metrics can not be served on 127.0.0.1:${port} (${messageOf(cause)}): choose another PICKET_AGENT_METRICS_PORT`;
      reject(new AgentError('METRICS_UNAVAILABLE', why, { cause }));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

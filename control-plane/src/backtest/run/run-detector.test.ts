import { BacktestResult } from '@picket/sdk/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LiveDetector } from '../../detection/detectors/live-detector.ts';
import { takeArtifact } from '../../detection/host/artifact/take-artifact.ts';
import { startDetectorHost } from '../../detection/host/pool/start-detector-host.ts';
import { assemble } from '../../detection/host/testing/assemble.ts';
import { guestText } from '../../detection/host/testing/guest-text.ts';
import { buildDetector } from '../../detector-tests/build-detector.ts';
import { localDetector } from '../../detector-tests/local-detector.ts';
import { compileScript } from '../../rule-tests/script/event-script.ts';
import { EVERYTHING } from '../replay/event-filter.ts';
import { captureBytes, TestFolder } from '../testing/capture-of.ts';
import type { BacktestJob } from './backtest-job.ts';
import { runBacktest } from './run-backtest.ts';
import { runInWorker } from './run-in-worker.ts';

const folder = new TestFolder();
afterAll(() => folder.remove());
const PORT_SCAN = new URL('../../../../detectors/port-scan', import.meta.url).pathname;
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const options = {
  signal: new AbortController().signal,
  onProgress: () => undefined,
  startHost: (given: Parameters<typeof startDetectorHost>[0]) => startDetectorHost({ ...given, log }),
};

const containers = {
  web: { id: 'c1'.padEnd(64, '0'), pod_namespace: 'shop', pod_name: 'web-1', workload: 'Deployment/web' },
  db: { id: 'c2'.padEnd(64, '0'), pod_namespace: 'bank', pod_name: 'db-1', workload: 'StatefulSet/db' },
};
const scan = (pid: number, container: string, ip: string) => ({
  'net.connect': { pid, remote_ip: ip, remote_port: '{n}', repeat: 40, every: '10ms', container },
});
const path = folder.file(
  captureBytes(
    compileScript({
      containers,
      events: [
        { 'process.exec': { pid: 100, path: '/usr/bin/nmap', args: ['nmap', '-p-'], container: 'web' } },
        scan(100, 'web', '10.0.0.9'),
        { 'process.exec': { pid: 200, path: '/bin/nc', container: 'db' } },
        scan(200, 'db', '10.0.0.8'),
      ],
    }),
  ),
);

let detector: LiveDetector;
beforeAll(async () => {
  detector = localDetector(await buildDetector(PORT_SCAN));
}, 120_000);

const job = (tried: LiveDetector, active: LiveDetector | undefined, more: Partial<BacktestJob> = {}): BacktestJob => ({
  tried: { kind: 'detector', detector: tried, active },
  source: { kind: 'capture', path, batches: undefined },
  scope: EVERYTHING,
  alertsPerMinute: undefined,
  ...more,
});

describe('a backtest of a detector', () => {
  it('makes alerts of what it finds, with all that is known of the event', async () => {
    const { result, clean } = await runBacktest(job(detector, undefined), options);
    expect(BacktestResult.parse(result)).toEqual(result);
    expect(clean).toBe(true);
    expect(result.alerts.total).toBe(2);
    expect(result.alerts.examples[0]).toMatchObject({
      rule: 'Port scan',
      priority: 'Warning',
      output: '20 different ports of 10.0.0.9 were tried within 60 s',
      detector: { kind: 'wasm', id: 'port-scan' },
      workload: { namespace: 'shop', name: 'web' },
      process: { cmdline: 'nmap -p-' },
      event: { kind: 'net.connect' },
    });
    expect(result.events.handed).toBe(80);
    expect(Number(result.cost.fuel)).toBeGreaterThan(1000);
    expect(result.difference).toMatchObject({ against: null, added: 2, gone: 0, same: 0 });
  });

  it('sees the namespaces of its owner and of the filter alone', async () => {
    const run = (tried: LiveDetector, namespaces: string[] | null) =>
      runBacktest(job(tried, undefined, { scope: { nodes: null, namespaces } }), options);
    const own = await run({ ...detector, scope: ['bank'] }, null);
    expect(own.result.alerts.by).toMatchObject([{ namespace: 'bank', alerts: 1 }]);
    expect(own.result.events.handed).toBe(40);
    const none = await run({ ...detector, scope: ['bank'] }, ['shop']);
    expect(none.result).toMatchObject({ alerts: { total: 0 }, events: { handed: 0 } });
  });

  it('is compared with the active version', async () => {
    const strict = { ...detector, versionId: 'f'.repeat(64), version: '2.0.0', config: JSON.stringify({ ports: 60 }) };
    const { result } = await runBacktest(job(strict, detector), options);
    expect(result.difference).toMatchObject({ against: `version ${detector.version}`, added: 0, gone: 2, same: 0 });
    const same = await runBacktest(job(detector, detector), options);
    expect(same.result.difference).toMatchObject({ added: 0, gone: 0, same: 2, changed: 0 });
  });

  it('is the same bit for bit, in this thread and in another', async () => {
    const first = await runBacktest(job(detector, undefined), options);
    const other = await runInWorker(job(detector, undefined), { ...options, log });
    expect({ ...other.result, cost: 0 }).toEqual({ ...JSON.parse(JSON.stringify(first.result)), cost: 0 });
    expect(other.result.cost.fuel).toBe(first.result.cost.fuel);
  });

  it('refuses a configuration that the detector refuses', async () => {
    const wrong = { ...detector, config: JSON.stringify({ ports: 1 }) };
    await expect(runBacktest(job(wrong, undefined), options)).rejects.toMatchObject({ code: 'DETECTOR_CONFIG' });
  });

  it('goes on after faults, counts them, and gives up when there are many', async () => {
    const text = guestText({ onbatch: '(unreachable)', memory: '(memory (export "memory") 20)' });
    const { bytes } = await takeArtifact(await assemble(text), { capabilities: new Set(), encoding: 'utf8' });
    const guest = {
      ...detector,
      module: bytes,
      hash: 'a'.repeat(64),
      encoding: 'utf8',
      config: '{}',
      versionId: 'e'.repeat(64),
    } as const;
    const { result, clean } = await runBacktest(job(guest, undefined), options);
    expect(clean).toBe(false);
    // each container is told of in a call of its own
    expect(result.cost.faults).toMatchObject([{ code: 'DETECTOR_TRAP', count: 2 }]);
    expect(result).toMatchObject({ skipped: { cut: null }, events: { handed: 0 } });
    const source = { kind: 'capture', path: manyContainers(), batches: undefined } as const;
    const many = await runBacktest(job(guest, undefined, { source }), options);
    expect(many.result).toMatchObject({ skipped: { cut: 'faults' }, cost: { faults: [{ count: 10 }] } });
    const again = await runBacktest(job(detector, guest, { source }), options);
    expect(again).toMatchObject({ clean: true, result: { difference: { added: 20, gone: 0 } } });
  });
});

function manyContainers(): string {
  const names = Array.from({ length: 20 }, (_, i) => `c${i}`);
  const events = names.map((name, i) => scan(1000 + i, name, `10.0.1.${i}`));
  const script = { containers: Object.fromEntries(names.map((name) => [name, { name }])), events };
  return folder.file(captureBytes(compileScript(script)));
}

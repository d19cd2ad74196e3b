import { readFileSync } from 'node:fs';
import { encodeRecord, Kind, parseIp } from '@picket/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DetectorCompiler } from '../compile/detector-compiler.ts';
import { type GuestBatch, guestBatch } from '../instance/guest-batch.ts';
import { hosted } from '../testing/hosted-guest.ts';
import type { DetectorHost, HostedDetector } from './host-contract.ts';
import { startDetectorHost } from './start-detector-host.ts';
import { validateArtifact } from './validate-artifact.ts';

const SOURCE = new URL('../../../../../detectors/port-scan/src/main.ts', import.meta.url);
const header = { agentEpoch: 1n, wallOffset: 0n, watermark: 0n, bootId: new Uint8Array(16), node: 'n', losses: [] };
const hosts: DetectorHost[] = [];
let detector: HostedDetector;

beforeAll(async () => {
  const { module, encoding } = await new DetectorCompiler().compile({ 'main.ts': readFileSync(SOURCE, 'utf8') });
  const { bytes } = await validateArtifact(module, { encoding, capabilities: ['observe'], timeoutMs: 60_000 });
  detector = hosted('scan', bytes, { encoding, deadlineMs: 5000 });
}, 120_000);

afterAll(() => Promise.all(hosts.map((host) => host.stop())));

async function start(): Promise<DetectorHost> {
  const host = await startDetectorHost({ owner: 'tests', log: { info: () => {}, warn: () => {} } });
  hosts.push(host);
  return host;
}

/** Connections of one container to one host, a new port each, from port `first` on. */
function scan(slot: number, first: number, count: number): GuestBatch {
  const records = Array.from({ length: count }, (_, i) =>
    encodeRecord(
      Kind.NetConnect,
      { slot, generation: 1, time: 1_000_000n * BigInt(first + i) },
      { remote_ip: parseIp('10.9.9.9') ?? new Uint8Array(16), remote_port: first + i, protocol: 6 },
    ),
  );
  return guestBatch(header, new Uint8Array(Buffer.concat(records)), count);
}

it('finds a scan, and the same after it has been moved in the middle of it', { timeout: 60_000 }, async () => {
  const [host, next] = await Promise.all([start(), start()]);
  await host.open(detector);
  const whole = await host.batch('scan', scan(1, 1000, 400));
  expect(whole.findings[0]).toMatchObject({ slot: 1, event: expect.any(Number) });

  const early = await host.batch('scan', scan(2, 1000, 5));
  expect(early.findings).toEqual([]);
  await next.open(detector, await host.snapshot('scan'));
  const rest = scan(2, 1005, 395);
  const [here, there] = await Promise.all([host.batch('scan', rest), next.batch('scan', rest)]);
  expect(here.findings.length).toBeGreaterThan(0);
  expect({ ...there, ns: 0 }).toEqual({ ...here, ns: 0 });
});

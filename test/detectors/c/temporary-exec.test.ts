import { readFileSync } from 'node:fs';
import { DetectorInstance, type GuestFinding, guestBatch, takeArtifact } from '@picket/control-plane/detectors';
import { encodeRecord, HeaderFlag, Kind } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { buildExample, findClang, PREBUILT } from './build-example.ts';

const RUN = { slot: 4, generation: 1 };

const RECORDS = [
  encodeRecord(Kind.ProcessExec, RUN, { path: '/usr/bin/ls', filename: 'ls' }),
  encodeRecord(Kind.ProcessExec, RUN, { path: '/tmp/payloäd', filename: './payload' }),
  encodeRecord(Kind.FileOpen, RUN, { path: '/tmp/data', name: '' }),
  encodeRecord(Kind.ProcessExec, { ...RUN, slot: 0 }, { path: '/tmp/of-the-host', filename: '' }),
  encodeRecord(Kind.ProcessExec, { ...RUN, flags: HeaderFlag.snapshot }, { path: '/tmp/earlier', filename: '' }),
  encodeRecord(Kind.ProcessExec, RUN, { path: '/tmp', filename: '/tmp' }),
  encodeRecord(Kind.ProcessExec, { ...RUN, slot: 9 }, { path: '/dev/shm/x', filename: '/dev/shm/x' }),
];

async function findingsOf(component: Uint8Array): Promise<GuestFinding[]> {
  const artifact = await takeArtifact(component, { encoding: 'utf16', capabilities: new Set(['observe']) });
  expect(artifact.encoding).toBe('utf8');
  const findings: GuestFinding[] = [];
  const instance = new DetectorInstance(new WebAssembly.Module(artifact.bytes), {
    encoding: artifact.encoding,
    host: { emit: (finding) => void findings.push(finding), log: () => {}, now: () => 0n },
  });
  expect(instance.init('{}').error).toBeUndefined();
  const header = { agentEpoch: 1n, wallOffset: 0n, watermark: 0n, bootId: new Uint8Array(16), node: 'n', losses: [] };
  for (let i = 0; i < 3; i++)
    expect(instance.onbatch(guestBatch(header, Buffer.concat(RECORDS), RECORDS.length)).error).toBeUndefined();
  expect(instance.ontick(5n).error).toBeUndefined();
  expect(instance.memoryBytes).toBeLessThan(256 << 10);
  return findings;
}

const EXPECTED = [
  { event: 1, slot: 4, groupKey: '/tmp/payloäd', folder: '/tmp/' },
  { event: 6, slot: 9, groupKey: '/dev/shm/x', folder: '/dev/shm/' },
].map(({ event, slot, groupKey, folder }) => ({
  title: 'Program of a temporary folder run',
  severity: 5,
  message: groupKey,
  event,
  slot,
  groupKey,
  fields: [
    ['proc.exepath', groupKey],
    ['folder', folder],
  ],
}));

describe('the example in C', () => {
  it('is taken as a component with UTF-8 texts, and finds programs of temporary folders', async () => {
    const found = await findingsOf(readFileSync(PREBUILT));
    expect(found).toEqual([...EXPECTED, ...EXPECTED, ...EXPECTED]);
  });

  it('refuses a configuration with a sentence', async () => {
    const { bytes } = await takeArtifact(readFileSync(PREBUILT), { encoding: 'utf16', capabilities: new Set() });
    const instance = new DetectorInstance(new WebAssembly.Module(bytes), {
      encoding: 'utf8',
      host: { emit: () => {}, log: () => {}, now: () => 0n },
    });
    expect(instance.init('{"a":1}').error).toBe('temporary-exec takes no configuration');
  });

  const clang = findClang();
  it.skipIf(!clang)('behaves the same when it is built again (skipped without clang and wasm-ld)', async () => {
    expect(await findingsOf(await buildExample(clang ?? ''))).toEqual(await findingsOf(readFileSync(PREBUILT)));
  });
});

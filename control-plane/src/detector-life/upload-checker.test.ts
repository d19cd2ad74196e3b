import { expect, test } from 'vitest';
import type { Artifact } from '../detection/host/artifact/take-artifact.ts';
import { DetectorRefused } from '../detection/host/guard/detector-refused.ts';
import { readManifest } from '../detection/manifest/read-manifest.ts';
import { manifestOf } from './testing/test-detector-life.ts';
import { type CheckOptions, UploadChecker } from './upload-checker.ts';

const manifest = readManifest(manifestOf('mine', '1.0.0', 'limits: { memory_mib: 2 }\n'));
const payload = { kind: 'core', bytes: new Uint8Array([1]) } as const;
const artifact: Artifact = {
  ...{ bytes: new Uint8Array([2]), imports: [], exports: [], memory: { min: 1, max: 2 }, encoding: 'utf8' },
};
const compiler = { compile: () => Promise.reject(new Error('there is no source')) };

test('uploads are checked one after the other, and not too many wait', async () => {
  const gates: (() => void)[] = [];
  let most = 0;
  let now = 0;
  const check = async () => {
    most = Math.max(most, ++now);
    await new Promise<void>((resolve) => gates.push(resolve));
    now--;
    return artifact;
  };
  const checker = new UploadChecker({ compiler, check });
  const all = Array.from({ length: 12 }, () => checker.check(payload, manifest, '{}'));
  const outcomes = Promise.allSettled(all);
  for (let done = 0; done < 9; done++) {
    await expect.poll(() => gates.length).toBe(1);
    gates.shift()?.();
  }
  const refused = (await outcomes).filter(({ status }) => status === 'rejected');
  expect([most, refused.length]).toEqual([1, 3]);
  for (const outcome of refused) expect(outcome).toMatchObject({ reason: { code: 'DETECTOR_BUSY' } });
  const again = checker.check(payload, manifest, '{}');
  await expect.poll(() => gates.length).toBe(1);
  gates.shift()?.();
  expect(await again).toBe(artifact);
});

test('a binary is checked with what its manifest says, and a refusal names its byte', async () => {
  const asked: CheckOptions[] = [];
  const checker = new UploadChecker({
    compiler,
    check: async (_, options) => {
      asked.push(options);
      throw new DetectorRefused('DETECTOR_FEATURE', 77, 'vectors are not taken');
    },
  });
  await expect(checker.check(payload, manifest, '{"a":1}')).rejects.toMatchObject({
    code: 'DETECTOR_FEATURE',
    details: [{ path: 'byte 77', message: 'vectors are not taken' }],
  });
  expect(asked[0]).toMatchObject({
    encoding: 'utf8',
    limits: { memoryPages: 32 },
    smoke: { config: '{"a":1}', fuel: 2_000_000_000n, deadlineMs: 1000, stateBytes: 1 << 20 },
  });
});

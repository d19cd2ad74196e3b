import { modelId } from '@picket/sdk/client';
import { expect, test } from 'vitest';
import { workloadId } from './workload-id.ts';

test('the id is the same as the one that clients compute', async () => {
  const [key, digest] = ['shop/Deployment/wéb/nginx', 'sha256:ab'];
  expect(workloadId(key, digest)).toMatch(/^[0-9a-f]{16}$/);
  expect(await modelId(key, digest)).toBe(workloadId(key, digest));
  expect(workloadId('a', 'bc')).not.toBe(workloadId('ab', 'c'));
});

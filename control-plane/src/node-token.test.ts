import { nodeToken, partitionOf } from '@picket/sdk';
import { expect, it } from 'vitest';
import { checkSender, tokenOf } from './node-token.ts';
import type { Batch } from './types.ts';

it('is the token that agents make', async () => {
  for (const node of ['a', 'node-1', 'ä']) expect(tokenOf(node)).toBe(await nodeToken(node));
});

it('refuses a batch that names another node than its subject', () => {
  const from = (node: string, subjectOf: string) =>
    ({ header: { node }, token: tokenOf(subjectOf), partition: partitionOf(tokenOf(subjectOf)) }) as unknown as Batch;
  expect(() => checkSender(from('node-1', 'node-1'))).not.toThrow();
  expect(() => checkSender(from('victim', 'node-1'))).toThrow(expect.objectContaining({ code: 'BATCH_CORRUPT' }));
  expect(() => checkSender({ ...from('node-1', 'node-1'), partition: 99 })).toThrow(/names node/);
});

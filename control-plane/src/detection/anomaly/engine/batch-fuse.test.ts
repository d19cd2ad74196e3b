import { expect, it } from 'vitest';
import { BatchFuse } from './batch-fuse.ts';

it('passes over the rest of a batch in which something failed, counts every such batch, and tells of the first', () => {
  const told: unknown[] = [];
  const fuse = new BatchFuse((error) => told.push(error));
  const broken = new Error('broken');
  for (let batch = 0; batch < 3; batch++) {
    fuse.isBlown = false;
    expect(fuse.try(() => 'fine')).toBe('fine');
    expect(
      fuse.try(() => {
        throw broken;
      }),
    ).toBeUndefined();
    expect(fuse.try(() => 'too late')).toBeUndefined();
  }
  expect(fuse.failures).toBe(3);
  expect(told).toEqual([broken]);
});

import type { NodeInfo } from '@picket/sdk/client';
import { expect, it } from 'vitest';
import { summarizeNodes } from './queries.ts';

const node = (online: boolean, counts: number[]): NodeInfo => ({
  node: 'n',
  partition: 0,
  boot_id: null,
  agent_started: null,
  last_seen: null,
  online,
  containers: 0,
  events: 0,
  lost: counts.map((count) => ({ kind: 'file.open', reason: 'ring_full', count })),
});

it('sums up the nodes', () => {
  expect(summarizeNodes([])).toEqual({ total: 0, reporting: 0, lost: 0 });
  expect(summarizeNodes([node(true, [3, 4]), node(false, []), node(true, [5])])).toEqual({
    total: 3,
    reporting: 2,
    lost: 12,
  });
});

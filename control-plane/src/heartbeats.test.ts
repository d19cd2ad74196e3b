import { createLog } from '@picket/sdk';
import { expect, it } from 'vitest';
import { Heartbeats } from './heartbeats.ts';

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const beat = (token: string, state = 'running') => encode({ node: 'node-1', token, state, agentEpoch: '5' });

/** Only the subscription is of NATS; what it delivers is handed in here. */
const make = () =>
  new Heartbeats(
    { subscribe: () => undefined } as never,
    createLog('error', () => undefined),
  );

it('knows who is online', () => {
  const heartbeats = make();
  expect(heartbeats.online('node-1')).toBe(false);
  heartbeats.take('picket.agents.abc.status', beat('abc'));
  expect(heartbeats.online('node-1')).toBe(true);
  heartbeats.take('picket.agents.abc.status', beat('abc', 'stopping'));
  expect(heartbeats.online('node-1')).toBe(false);
});

it('believes the subject, not the body', () => {
  const heartbeats = make();
  heartbeats.take('picket.agents.other.status', beat('abc'));
  heartbeats.take('picket.agents.abc.status', new Uint8Array([1, 2, 3]));
  expect(heartbeats.nodes()).toEqual([]);
  expect(heartbeats.refused).toBe(2);
});

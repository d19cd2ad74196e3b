import { createLog } from '@picket/sdk';
import { expect, it } from 'vitest';
import { Heartbeats } from './heartbeats.ts';
import { tokenOf } from './node-token.ts';

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const token = tokenOf('node-1');
const beat = (state = 'running', probes: unknown = []) =>
  encode({ node: 'node-1', token, state, agentEpoch: '5', probes });

/** Only the subscription is of NATS; what it delivers is handed in here. */
const make = (write: (line: string) => void = () => undefined) =>
  new Heartbeats({ subscribe: () => undefined } as never, createLog('error', write));

it('knows who is online', () => {
  const heartbeats = make();
  expect(heartbeats.online('node-1')).toBe(false);
  heartbeats.take(`picket.agents.${token}.status`, beat());
  expect(heartbeats.online('node-1')).toBe(true);
  heartbeats.take(`picket.agents.${token}.status`, beat('stopping'));
  expect(heartbeats.online('node-1')).toBe(false);
});

it('believes the subject, not the body', () => {
  const heartbeats = make();
  heartbeats.take('picket.agents.other.status', beat());
  heartbeats.take(`picket.agents.${token}.status`, new Uint8Array([1, 2, 3]));
  heartbeats.take(`picket.agents.${token}.status`, beat('running', 'none'));
  expect(heartbeats.nodes()).toEqual([]);
  expect(heartbeats.refused).toBe(3);
});

it('says once that a probe failed', () => {
  const lines: string[] = [];
  const heartbeats = make((line) => lines.push(line));
  const failed = [{ name: 'file_open', state: 'failed', reason: 'refused' }];
  for (let i = 0; i < 3; i++) heartbeats.take(`picket.agents.${token}.status`, beat('running', failed));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('file_open');
});

it('hands on what it believes, and nothing else', () => {
  const heartbeats = make();
  const seen: string[] = [];
  heartbeats.onBeat = ({ node, token: from }) => seen.push(`${node} ${from}`);
  heartbeats.take(`picket.agents.${token}.status`, beat());
  heartbeats.take('picket.agents.other.status', beat());
  expect(seen).toEqual([`node-1 ${token}`]);
});

import { Kind, parseIp } from '@picket/sdk';
import { expect, it } from 'vitest';
import { PlayedNode } from '../../testing/played-node.ts';
import type { ClosedWindow } from '../container-windows.ts';

const RESOLVER = parseIp('10.0.0.2') ?? new Uint8Array(16);

const answer = (node: PlayedNode, at: number, name: string, addresses: string[]): PlayedNode =>
  node.add(Kind.NetDns, at, { remote_ip: RESOLVER, remote_port: 53, type: 1, rcode: 0, answer: 1, name, addresses });

const peers = (closed: readonly ClosedWindow[]): string[] =>
  closed.flatMap(({ window }) => [...window.tokens.keys()].filter((token) => token.startsWith('c:')));

it('name a peer of which the name is told in a later batch of the same second', () => {
  const node = new PlayedNode();
  node.container(1).connect(3.2, '10.0.0.14', 80).connect(3.3, '10.0.0.15', 81).connect(3.3, '127.0.0.1', 8080);
  node.send(3.4);
  answer(node, 3.1, 'web.shop.internal', ['10.0.0.14']);
  expect(peers(node.send(5.5))).toEqual(['c:web.shop.internal:80', 'c:10.0.0.0/24:81', 'c:localhost:8080']);
  // what was answered once is known as long as the container lives
  node.connect(90.2, '10.0.0.14', 80);
  expect(peers(node.send(93))).toContain('c:web.shop.internal:80');
});

it('name it after a restart in between, too', () => {
  const node = new PlayedNode();
  node.container(1).connect(3.2, '10.0.0.14', 80);
  node.send(3.4);
  node.replay = node.replay.restarted();
  answer(node, 3.1, 'web.shop.internal', ['10.0.0.14']);
  expect(peers(node.send(5.5))).toEqual(['c:web.shop.internal:80']);
});

it('keep room in a scan of many addresses, which are one network then', () => {
  const node = new PlayedNode();
  node.container(1);
  for (let i = 0; i < 1000; i++) node.connect(3.2, `10.1.${i >> 8}.${i & 255}`, 80);
  node.exec(3.9, '/usr/bin/telling');
  const [second] = node.send(5.5);
  expect(second?.window.tokens.get('c:10.1.3.0/24:80')).toBe(232);
  expect([...(second?.window.tokens.keys() ?? [])].filter((token) => token.startsWith('c:'))).toHaveLength(4);
  expect(second?.window.tokens.has('x:/usr/bin/telling')).toBe(true);
});

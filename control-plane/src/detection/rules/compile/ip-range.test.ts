import { expect, it } from 'vitest';
import { bytesOf } from '../../testing/scenario.ts';
import { inRange, parseIpRange } from './ip-range.ts';

it.each([
  ['10.0.0.0/8', '10.255.1.2', true],
  ['10.0.0.0/8', '11.0.0.1', false],
  ['10.0.0.0/9', '10.127.0.1', true],
  ['10.0.0.0/9', '10.128.0.1', false],
  ['192.168.1.17', '192.168.1.17', true],
  ['192.168.1.17', '192.168.1.18', false],
  ['192.168.1.16/31', '192.168.1.17', true],
  ['0.0.0.0/0', '8.8.8.8', true],
  ['0.0.0.0/0', '2001:db8::1', false],
  ['::/0', '8.8.8.8', false],
  ['::/0', '2001:db8::1', true],
  ['fd00::/8', 'fd12::1', true],
  ['fd00::/8', 'fe00::1', false],
  ['fd00:ec2::254', 'fd00:ec2:0:0::254', true],
])('%s holds %s: %s', (text, ip, held) => {
  const range = parseIpRange(text);
  expect(range && inRange(range, bytesOf(ip), 0)).toBe(held);
});

it.each(['', 'x', '10.0.0', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/-1', '10.0.0.0/8/8', 'fd00::/129', '1.2.3.4.5'])(
  '%j is no address and no network',
  (text) => {
    expect(parseIpRange(text)).toBeUndefined();
  },
);

import { expect, it } from 'vitest';
import { formatIp, parseIp } from './ip.ts';

it.each([
  ['127.0.0.1', '127.0.0.1'],
  ['::', '::'],
  ['::1', '::1'],
  ['fd00:ec2::254', 'fd00:ec2::254'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
  ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['FE80::A', 'fe80::a'],
])('%s is %s', (text, shown) => {
  const bytes = parseIp(text);
  expect(bytes && formatIp(bytes, 0)).toBe(shown);
});

it.each([
  '',
  '1.2.3',
  '1.2.3.256',
  '1.2.3.4.5',
  ':::',
  '1::2::3',
  '12345::',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7',
  'g::',
  '::1%eth0',
  '1:2:3:4:5:6:7::8',
])('refuses %j', (text) => {
  expect(parseIp(text)).toBeUndefined();
});

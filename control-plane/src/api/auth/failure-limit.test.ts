import { expect, test } from 'vitest';
import { FailureLimit } from './failure-limit.ts';

function failed(address: string, times: number, at = 0): FailureLimit {
  const limit = new FailureLimit();
  for (let i = 0; i < times; i++) limit.fail(address, at);
  return limit;
}

test('ten failures within a minute make an address wait until the minute is over', () => {
  expect(failed('10.0.0.1', 9).waitOf('10.0.0.1', 1000)).toBe(0);
  const limit = failed('10.0.0.1', 10, 1000);
  expect(limit.waitOf('10.0.0.1', 1000)).toBe(60);
  expect(limit.waitOf('10.0.0.1', 60_500)).toBe(1);
  expect(limit.waitOf('10.0.0.1', 61_000)).toBe(0);
  expect(limit.waitOf('10.0.0.2', 1000)).toBe(0);
  limit.fail('10.0.0.1', 61_000);
  expect(limit.waitOf('10.0.0.1', 61_000)).toBe(0);
});

test('addresses of one IPv6 network count as one, mapped IPv4 as itself', () => {
  const limit = failed('2001:db8:1:2::1', 10);
  expect(limit.waitOf('2001:db8:1:2:ffff::9', 1)).toBe(60);
  expect(limit.waitOf('2001:db8:1:3::1', 1)).toBe(0);
  const mapped = failed('::ffff:10.0.0.1', 10);
  expect(mapped.waitOf('::ffff:10.0.0.1', 1)).toBe(60);
  expect(mapped.waitOf('::ffff:10.0.0.2', 1)).toBe(0);
});

test('somebody with very many addresses costs a bounded amount of memory', () => {
  const limit = failed('10.0.0.1', 10);
  for (let i = 0; i < 10_000; i++) limit.fail(`host-${i}`, 0);
  expect(limit.waitOf('10.0.0.1', 1)).toBe(0);
});

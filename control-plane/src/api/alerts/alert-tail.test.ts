import type { Alert } from '@picket/sdk';
import { expect, test } from 'vitest';
import type { AlertSource, AlertWrite } from '../stores.ts';
import { AlertTail } from './alert-tail.ts';

/** A table of alerts that numbers its writes, and can be made to fail or to wait. */
class FakeAlerts implements AlertSource {
  writes: AlertWrite[] = [];
  failing = false;
  hold: Promise<void> | undefined;
  reads = 0;

  write(count: number): void {
    for (let i = 0; i < count; i++) this.writes.push({ change: this.writes.length + 1, alert: {} as Alert });
  }
  async changesAfter(change: number, limit: number): Promise<AlertWrite[]> {
    this.reads++;
    if (this.failing) throw new Error('down');
    const found = this.writes.filter((write) => write.change > change).slice(0, limit);
    await this.hold;
    return found;
  }
  async lastChange(): Promise<number> {
    return this.writes.length;
  }
  list(): never {
    throw new Error('not used');
  }
  get(): never {
    throw new Error('not used');
  }
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
const numbers = (count: number, from = 1) => Array.from({ length: count }, (_, i) => from + i);

function tailOf(alerts: AlertSource) {
  const logged: string[] = [];
  return { logged, tail: new AlertTail(alerts, (_, message) => logged.push(message), 3_600_000) };
}

test('hands on what is written after a listener joined, once and in order', async () => {
  const alerts = new FakeAlerts();
  const { tail } = tailOf(alerts);
  alerts.write(5);
  const seen: number[] = [];
  expect(await tail.join((write) => seen.push(write.change))).toBe(5);
  alerts.write(450);
  tail.wake();
  tail.wake();
  await settle();
  expect(seen).toEqual(numbers(450, 6));
});

test('a listener that joins in the middle of a read gets exactly what follows its position', async () => {
  const alerts = new FakeAlerts();
  const { tail } = tailOf(alerts);
  const [first, second]: number[][] = [[], []];
  await tail.join((write) => first?.push(write.change));
  alerts.write(3);
  const held = Promise.withResolvers<void>();
  alerts.hold = held.promise;
  tail.wake();
  const position = await tail.join((write) => second?.push(write.change));
  alerts.write(2);
  alerts.hold = undefined;
  held.resolve();
  tail.wake();
  await settle();
  expect(first).toEqual(numbers(5));
  expect(second).toEqual(numbers(5 - position, position + 1));
});

test('does not read while nobody listens, and skips what was written then', async () => {
  const alerts = new FakeAlerts();
  const { tail } = tailOf(alerts);
  const listener = () => undefined;
  await tail.join(listener);
  tail.leave(listener);
  alerts.write(9);
  tail.wake();
  await settle();
  expect(alerts.reads).toBe(0);
  const seen: number[] = [];
  expect(await tail.join((write) => seen.push(write.change))).toBe(9);
  alerts.write(1);
  tail.wake();
  await settle();
  expect(seen).toEqual([10]);
});

test('loses nothing when the store fails for a while, and says so', async () => {
  const alerts = new FakeAlerts();
  const { tail, logged } = tailOf(alerts);
  const seen: number[] = [];
  await tail.join((write) => seen.push(write.change));
  alerts.failing = true;
  alerts.write(2);
  tail.wake();
  await settle();
  expect(logged).toEqual(['live alerts wait for the store: down']);
  alerts.failing = false;
  alerts.write(1);
  tail.wake();
  await settle();
  expect(seen).toEqual([1, 2, 3]);
});

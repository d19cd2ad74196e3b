import { expect, it } from 'vitest';
import type { AttackSpan } from '../truth.ts';
import type { Told } from './trial.ts';
import { verdictOf } from './verdict.ts';

const span = (id: string, from: number, to: number, more: Partial<AttackSpan> = {}): AttackSpan => ({
  ...{ id, title: id, technique: 'T1059', entry: 'exec', listed: false, heldOut: false, done: true, why: '' },
  ...{ shows: ['web-90'], touches: [], from, to },
  ...more,
});

const told = (from: number, to: number, container = 'web-90'): Told => ({
  ...{ rule: 'Unusual behaviour', priority: 'Notice', output: '', score: 5, isNew: true },
  ...{ container, from, to },
});

const attack = span('one', 12_000, 25_000);

it('counts from the begin of the act to the end of the first window that tells of it', () => {
  const { told: own, seconds } = verdictOf(attack, [attack], [told(20_000, 30_000), told(10_000, 20_000)]);
  expect(seconds).toBe(8);
  expect(own.map(({ to }) => to)).toEqual([20_000, 30_000]);
});

it('takes nothing that was over before, that began after, or that is of another container', () => {
  const others = [told(2000, 12_000), told(25_000, 26_000), told(12_000, 13_000, 'app-90')];
  expect(verdictOf(attack, [attack], others)).toEqual({ attack, told: [], seconds: undefined });
});

it('takes no window that another attack shows in or touches', () => {
  const second = span('two', 28_000, 29_000, { shows: ['app-90'], touches: ['web-90'] });
  const found = verdictOf(attack, [attack, second], [told(20_000, 30_000), told(0, 60_000), told(24_000, 25_000)]);
  expect(found.told).toHaveLength(1);
  expect(found.seconds).toBe(13);
});

import { expect, it } from 'vitest';
import { observedText } from './numbers.ts';

it('makes no rate of alarms of less than a day', () => {
  expect(observedText({ per_day: 123, alarms: 6, container_days: 0.05 }, 'en')).toBe('6 · 72 minutes');
  expect(observedText({ per_day: 0.25, alarms: 1, container_days: 4 }, 'en')).toBe('0.25');
});

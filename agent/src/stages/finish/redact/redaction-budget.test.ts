import { expect, it } from 'vitest';
import { RedactionBudget } from './redaction-budget.ts';

it('gives each container its share of a second, and all of them together theirs', () => {
  const budget = new RedactionBudget();
  expect(budget.allows(1, 0)).toBe(true);
  budget.spend(1, 99);
  expect(budget.allows(1, 500)).toBe(true);
  budget.spend(1, 8);
  expect(budget.allows(1, 500)).toBe(false);
  expect(budget.allows(2, 500)).toBe(true);
  for (const slot of [2, 3, 4]) budget.spend(slot, 98);
  expect(budget.allows(5, 999)).toBe(false);
  expect(budget.allows(1, 1000)).toBe(true);
});

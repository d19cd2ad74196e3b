import { expect, test } from 'vitest';
import { RuleChecker } from './rule-checker.ts';

const candidate = [{ name: 'a.yaml', text: '- rule: r\n  condition: evt.type = execve\n  priority: Error\n' }];
const request = { base: [], candidate, generated: [] };

test('checks one after the other, and refuses more than may wait', async () => {
  const checker = new RuleChecker({ waiting: 1 });
  const checks = await Promise.allSettled([request, request, request].map((one) => checker.check(one)));
  expect(checks.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(checks[0]).toMatchObject({ value: { valid: true, rules: [{ rule: 'r', outcome: 'loaded' }], problems: [] } });
  expect(checks[2]).toMatchObject({ reason: { code: 'RULES_BUSY' } });
  expect((await checker.check(request)).valid).toBe(true);
});

test('gives a check up that takes too long or too much, and does the next', async () => {
  const slow = new RuleChecker({ deadlineMs: 1 });
  await expect(slow.check(request)).rejects.toMatchObject({ code: 'RULES_REFUSED', message: /longer than 1 ms/ });
  const text = '- list: l\n  items: [x]\n'.repeat(20_000);
  const small = new RuleChecker({ memoryMb: 16 });
  const large = { ...request, candidate: [{ name: 'b.yaml', text }] };
  await expect(small.check(large)).rejects.toMatchObject({ code: 'RULES_REFUSED', message: /memory/ });
});

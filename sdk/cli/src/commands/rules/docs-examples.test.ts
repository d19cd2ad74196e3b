import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadRules, readRuleFiles, SHIPPED_RULES } from '@picket/control-plane/rules';
import { expect, it } from 'vitest';

const DOCS = fileURLToPath(new URL('../../../../../docs/', import.meta.url));
/** Examples that are whole entries, not pieces of one. */
const ENTRIES = /```yaml\n(- (?:rule|macro|list):[\s\S]*?)```/g;

it.each([
  ['rules.md', 3],
  ['rule-extensions.md', 4],
])('every example in %s loads behind the shipped rules', (page, least) => {
  const examples = [...readFileSync(DOCS + page, 'utf8').matchAll(ENTRIES)].map((match) => match[1] ?? '');
  expect(examples.length).toBeGreaterThanOrEqual(least);
  const shipped = readRuleFiles([SHIPPED_RULES]);
  for (const text of examples) {
    const { problems } = loadRules([...shipped, { name: page, text }]);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  }
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RulesFolder } from './testing/rules-folder.ts';

const rules = new RulesFolder();
beforeAll(() => rules.fill());
afterAll(() => rules.remove());

describe('rules list', () => {
  it('shows rules in two lines each', async () => {
    expect(await rules.picket('rules', 'list', '@mine.yaml')).toBe(0);
    expect(rules.text).toBe(
      [
        'Warning       Dump written',
        '              file.open · T1005 · sandbox',
        'Notice        Sessions (off)',
        '              net.connect',
      ].join('\n'),
    );
  });

  it('shows the shipped rules without a file, all that is known of them as JSON', async () => {
    expect(await rules.picket('rules', 'list')).toBe(0);
    rules.expectFitsTerminal();
    const lines = rules.out.length;
    expect(await rules.picket('rules', 'list', '--json')).toBe(0);
    expect(rules.json()).toHaveLength(lines / 2);
    expect(rules.json()[0]).toMatchObject({
      name: expect.any(String),
      priority: expect.any(String),
      kinds: expect.any(Array),
    });
  });
});

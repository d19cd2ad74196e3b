import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RulesFolder } from './testing/rules-folder.ts';

const rules = new RulesFolder();
beforeAll(() => rules.fill());
afterAll(() => rules.remove());

describe('rules validate', () => {
  it('is content with what loads', async () => {
    expect(await rules.picket('rules', 'validate', '@mine.yaml')).toBe(0);
    expect(rules.text).toBe(
      'mine.yaml\n  loaded  Dump written\n  off     Sessions\n2 rules: 1 loaded, 1 off, 0 refused',
    );
  });

  it('says of each rule what is wrong and where, and ends with 1', async () => {
    expect(await rules.picket('rules', 'validate', '@wrong.yaml')).toBe(1);
    rules.expectFitsTerminal();
    expect(rules.text).toMatch(/ {2}9:15 RULE_SYNTAX: in macro broken:/);
    expect(rules.text).toMatch(/REFUSED Dump written\n +2:14 RULE_FIELD_UNKNOWN: there is no field proc.nmae/);
    expect(rules.text).toMatch(/loaded {2}Odd \\x1b\[31m rule\n +.*\n? *.*7:3 warning: "colour" means nothing/s);
    expect(rules.text).toMatch(/skipped From the cloud/);
    expect(rules.out.at(-1)).toBe('3 rules: 1 loaded, 1 skipped, 1 refused, 2 errors, 4 warnings');
  });

  it('prints the same as JSON', async () => {
    expect(await rules.picket('rules', 'validate', '@wrong.yaml', '--json')).toBe(1);
    const { rules: total, refused, files } = rules.json();
    expect({ rules: total, refused }).toEqual({ rules: 3, refused: 1 });
    expect(files[0].rules[0]).toMatchObject({
      rule: 'Dump written',
      outcome: 'refused',
      line: 1,
      problems: [{ line: 2, column: 14 }],
    });
  });

  it('loads the shipped rules first when asked, and names those that change', async () => {
    rules.write('over.yaml', '- rule: Program run from memory\n  enabled: false\n');
    expect(await rules.picket('rules', 'validate', '@over.yaml')).toBe(1);
    expect(await rules.picket('rules', 'validate', '@over.yaml', '--shipped')).toBe(0);
    expect(rules.text).toContain('Shipped rules that are changed\n  Program run from memory\n');
  });

  it('ends with 1 for files that are not there and 2 for wrong words', async () => {
    expect(await rules.picket('rules', 'validate', '@nothing.yaml')).toBe(1);
    expect(rules.notes[0]).toMatch(/^picket: the rules at .*nothing.yaml can not be read .*give a rule file/);
    expect(await rules.picket('rules', 'validate', '@none')).toBe(1);
    expect(await rules.picket('rules', 'validate')).toBe(2);
  });
});

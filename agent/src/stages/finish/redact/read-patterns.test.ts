import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createRedactor } from './create-redactor.ts';
import { readPatterns } from './read-patterns.ts';

const folder = mkdtempSync(join(tmpdir(), 'picket-redact-'));
const file = join(folder, 'patterns.yaml');
afterAll(() => rmSync(folder, { recursive: true }));

function written(text: string): string {
  writeFileSync(file, text);
  return file;
}

describe('readPatterns', () => {
  it('reads YAML and JSON', () => {
    const yaml = "- name: licence\n  regex: '--license=(?<secret>\\S+)'\n  keep: 3\n- { name: two, regex: z+ }\n";
    expect(readPatterns(written(yaml)).map(({ name }) => name)).toEqual(['licence', 'two']);
    expect(readPatterns(written('[{"name":"json","regex":"a"}]')).map(({ name }) => name)).toEqual(['json']);
    expect(readPatterns(written('[]'))).toEqual([]);
    const redactor = createRedactor({ redactFile: written(yaml), redactDefaults: false });
    expect(redactor.redact('--license=abcdef --token=x')).toBe('--license=abc[redacted] --token=x');
  });

  it.each([
    ['', 'must be a list'],
    ['name: x', 'must be a list'],
    ['- [', 'can not be read'],
    ['- a\n', 'pattern 1 needs a name'],
    ['- { name: "", regex: a }', 'pattern 1 needs a name'],
    ['- { name: ok, regex: a }\n- { name: bad }', 'pattern 2 (bad) can not be used: regex must be a text'],
    ['- { name: bad, regex: "(" }', 'pattern 1 (bad) can not be used: it is no RE2 expression'],
    ['- { name: bad, regex: a, keep: -1 }', 'keep must be a whole number'],
    ['- { name: bad, regex: a, keep: 17 }', 'keep must be at most 16'],
    ['- { name: bad, regex: a, flags: i }', 'the field flags'],
    ['- &a { name: bad, regex: a }\n- *a', 'can not be read'],
    [Array.from({ length: 65 }, () => '- { name: n, regex: a }').join('\n'), 'has 65 patterns'],
  ])('refuses %j', (text, why) => {
    expect(() => readPatterns(written(text))).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(why) }),
    );
  });

  it('names the variable when the file is not there', () => {
    expect(() => readPatterns(join(folder, 'none.yaml'))).toThrow(/^PICKET_REDACT: .*none\.yaml can not be read/);
  });
});

import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { run } from '../../run.ts';

const RULES = fileURLToPath(new URL('../../../../../control-plane/rules', import.meta.url));

interface Result {
  readonly name: string;
  readonly ok: boolean;
  readonly expects: readonly string[];
  readonly excludes: readonly string[];
}

const config = { data: '', natsUrl: undefined, seedFile: undefined, loginFile: '' };
let code: number;
let results: Result[];
let rules: { readonly name: string }[];

async function picket(...words: string[]): Promise<{ code: number; json: unknown }> {
  const out: string[] = [];
  const io = {
    out: (line: string) => void out.push(line),
    note: () => undefined,
    signal: new AbortController().signal,
  };
  const ended = await run([...words, '--json'], config, io);
  return { code: ended, json: JSON.parse(out.join('\n')) };
}

beforeAll(async () => {
  const tested = await picket('rules', 'test', RULES);
  code = tested.code;
  results = (tested.json as { files: { tests: Result[] }[] }).files.flatMap((file) => file.tests);
  rules = (await picket('rules', 'list')).json as typeof rules;
});

it('the tests of the shipped rules are ok', () => {
  expect(results.filter(({ ok }) => !ok)).toEqual([]);
  expect(code).toBe(0);
});

it('every shipped rule has a test in which it alerts and one in which it keeps silent', () => {
  const named = (key: 'expects' | 'excludes') => new Set(results.flatMap((result) => result[key]));
  const without = (names: ReadonlySet<string>) => rules.map(({ name }) => name).filter((name) => !names.has(name));
  expect(rules.length).toBeGreaterThanOrEqual(42);
  expect({ hit: without(named('expects')), miss: without(named('excludes')) }).toEqual({ hit: [], miss: [] });
});

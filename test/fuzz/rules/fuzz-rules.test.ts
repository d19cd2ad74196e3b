import { expect, it } from 'vitest';
import { makeCase } from './case.ts';
import { readCorpus } from './corpus.ts';
import { type Failure, RuleFuzzer } from './fuzz-rules.ts';

const corpus = readCorpus();

it('makes the same case of the same seed and number, and others of others', () => {
  const again = { ...readCorpus() };
  for (const index of [0, 17, 999_999]) expect(makeCase(5, index, again)).toEqual(makeCase(5, index, corpus));
  const texts = Array.from({ length: 500 }, (_, index) => makeCase(5, index, corpus).text);
  expect(new Set(texts).size).toBeGreaterThan(450);
  expect(makeCase(6, 17, corpus).text).not.toBe(makeCase(5, 17, corpus).text);
});

it('finds nothing in 20000 changed rules, of which many load and many do not', { timeout: 300_000 }, () => {
  const failures: Failure[] = [];
  const fuzzer = new RuleFuzzer(1, corpus, (failure) => failures.push(failure));
  fuzzer.run(0, 20_000);
  expect(failures).toEqual([]);
  expect(fuzzer.counts.cases).toBe(20_000);
  expect(fuzzer.counts.loaded).toBeGreaterThan(2000);
  expect(fuzzer.counts.refused).toBeGreaterThan(2000);
});

import { mutate } from '../mutate.ts';
import { Random } from '../random.ts';
import { writeCondition, writeWord } from './condition-grammar.ts';
import type { Corpus } from './corpus.ts';
import { writeHostile } from './hostile.ts';

/** A text to be loaded: the condition of a rule, or a whole rule file. */
export interface FuzzCase {
  readonly index: number;
  readonly type: 'condition' | 'file' | 'hostile';
  readonly text: string;
}

const LARGEST = 10_000;

/** A case of a run. The same seed, index and corpus make the same case, whatever came before. */
export function makeCase(seed: number, index: number, corpus: Corpus): FuzzCase {
  const random = Random.of(seed, index);
  const kind = random.next();
  if (kind < 0.002) return { index, type: 'hostile', text: writeHostile(random, LARGEST) };
  if (kind < 0.0025) return { index, type: 'file', text: changed(random, random.pick(corpus.files)) };
  if (kind < 0.12) return { index, type: 'file', text: writeFile(random, corpus) };
  return { index, type: 'condition', text: writeText(random, corpus) };
}

const changed = (random: Random, text: string): string => mutate(text, random, () => writeWord(random));

function writeText(random: Random, corpus: Corpus): string {
  const text = random.chance(0.75) ? writeCondition(random) : random.pick(corpus.conditions);
  return random.chance(0.4) ? changed(random, text) : text;
}

function writeFile(random: Random, corpus: Corpus): string {
  const entries = random.some(1, 3, () => (random.chance(0.3) ? writeRule(random) : random.pick(corpus.entries)));
  const text = entries.join('\n');
  const lines = random.chance(0.1) ? text.replaceAll('\n', '\r\n') : text;
  return random.chance(0.85) ? changed(random, lines) : lines;
}

function writeRule(random: Random): string {
  const condition = writeCondition(random, 2);
  const written = random.chance(0.5)
    ? `>\n    ${condition.replaceAll(' and ', '\n    and ')}`
    : JSON.stringify(condition);
  return `- rule: R${random.below(3)}\n  condition: ${written}\n  priority: Notice\n`;
}

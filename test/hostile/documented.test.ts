import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CHAPTERS } from './guests/all-guests.ts';
import { codeOf } from './hostile-guest.ts';

const DOCUMENT = new URL('../../docs/hostile-detectors.md', import.meta.url);
const HEAD = '| guest | what holds it | code |\n| --- | --- | --- |\n';

it.each(Object.entries(CHAPTERS))('docs/hostile-detectors.md has the table of: %s', (chapter, guests) => {
  const rows = guests.map(({ name, heldBy, ending }) => `| ${name} | ${heldBy} | ${codeOf(ending)} |\n`);
  const document = readFileSync(DOCUMENT, 'utf8');
  const from = document.indexOf(`\n### ${chapter}\n\n`) + chapter.length + 7;
  const until = document.indexOf('\n\n', from);
  expect(`${document.slice(from, until)}\n`).toBe(`${HEAD}${rows.join('')}`);
});

it('every guest has a name of its own', () => {
  const names = Object.values(CHAPTERS).flatMap((guests) => guests.map(({ name }) => name));
  expect(names).toEqual([...new Set(names)]);
});

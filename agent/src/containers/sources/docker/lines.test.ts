import { expect, it } from 'vitest';
import { linesOf, TOO_LONG } from './lines.ts';

async function cut(chunks: readonly (string | Buffer)[], most = 10) {
  async function* stream() {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  const lines: (string | typeof TOO_LONG)[] = [];
  for await (const line of linesOf(stream(), most)) lines.push(line);
  return lines;
}

it('joins what chunks cut apart and cuts what they join', async () => {
  expect(await cut(['one\ntw', 'o', '\n\nthree\n', 'rest'])).toEqual(['one', 'two', 'three']);
});

it('joins characters that chunks cut apart', async () => {
  const bytes = Buffer.from('äö\n');
  expect(await cut([bytes.subarray(0, 1), bytes.subarray(1, 3), bytes.subarray(3)])).toEqual(['äö']);
});

it('keeps nothing of a line that is too long, in one chunk or in many, and goes on behind it', async () => {
  expect(await cut(['short\n', `${'x'.repeat(11)}\nnext\n`])).toEqual(['short', TOO_LONG, 'next']);
  expect(await cut([...Array(100).fill('xxxx'), '\nnext\n'])).toEqual([TOO_LONG, 'next']);
  expect(await cut(['x'.repeat(10), '\n'])).toEqual(['x'.repeat(10)]);
});

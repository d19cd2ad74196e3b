import { printable } from '../../printable.ts';

/** What a terminal has at least. */
export const WIDTH = 80;

/** Text on as many lines as it takes, broken at blanks; a word that is longer than a line stays whole. */
export function wrap(text: string, indent = '', width = WIDTH): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text).split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, indent + line];
}

/** Text cut to a number of characters, with a mark where something is missing. */
export function cut(text: string, width: number): string {
  const safe = printable(text);
  return safe.length <= width ? safe : `${safe.slice(0, Math.max(0, width - 1))}…`;
}

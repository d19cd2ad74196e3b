import type { Random } from './random.ts';

/** Characters that parsers stumble over. */
const ODD = [
  ...[
    '\0',
    '\r',
    '\r\n',
    '\t',
    '\b',
    '\u001b',
    '\u0085',
    '\u00a0',
    '\u2028',
    '\ufeff',
    '\ud800',
    '\udfff',
    '😀',
    'İ',
    'ß',
    'é',
  ],
  ...[
    '"',
    "'",
    '\\',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '#',
    '&',
    '*',
    '!',
    '|',
    '>',
    '%',
    '@',
    '`',
    '-',
    '?',
    '=',
  ],
  ...[' ', '\n', '\n  ', '\n\n', '---\n', '...\n', '- ', ': ', '<<: ', '0', '-1', '1e999', '0x', '~', 'null', 'true'],
];

const LONGEST_REPEAT = 200;

/** Changes a text at a few places: single characters, or tokens that `tokens` gives. */
export function mutate(text: string, random: Random, tokens: () => string): string {
  let out = text;
  const times = 1 + random.below(random.chance(0.2) ? 12 : 3);
  for (let i = 0; i < times; i++) out = mutateOnce(out, random, tokens);
  return out;
}

function mutateOnce(text: string, random: Random, tokens: () => string): string {
  const at = random.below(text.length + 1);
  const length = 1 + random.below(random.chance(0.1) ? 60 : 6);
  const cut = text.slice(at, at + length);
  switch (random.below(8)) {
    case 0:
      return text.slice(0, at) + text.slice(at + length);
    case 1:
      return text.slice(0, at) + random.pick(ODD) + text.slice(at);
    case 2:
      return text.slice(0, at) + random.pick(ODD) + text.slice(at + 1);
    case 3:
      return `${text.slice(0, at)} ${tokens()} ${text.slice(at)}`;
    case 4:
      return text.slice(0, at) + tokens() + text.slice(at + length);
    case 5:
      return text.slice(0, at) + cut.repeat(2 + random.below(LONGEST_REPEAT / length)) + text.slice(at);
    case 6: {
      const to = random.below(text.length + 1);
      return text.slice(0, to) + cut + text.slice(to);
    }
    default:
      return random.chance(0.1)
        ? text.slice(0, at)
        : text.slice(0, at) + String.fromCharCode(random.below(128)) + text.slice(at);
  }
}

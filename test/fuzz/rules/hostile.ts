import type { Random } from '../random.ts';

const item = (i: number) => `/usr/bin/program-${i}`;
const rule = (condition: string) => `- rule: R\n  condition: ${JSON.stringify(condition)}\n  priority: Notice\n`;
const chain = (n: number, word: string) => Array.from({ length: n }, (_, i) => `proc.pid = ${i}`).join(` ${word} `);

/** What is meant to take a parser or matcher very long, or very deep. Sizes are up to those given. */
const MAKERS: readonly ((n: number, random: Random) => string)[] = [
  (n) => rule(`${'('.repeat(n)}proc.name = x${')'.repeat(n)}`),
  (n) => rule(`${'('.repeat(n)}proc.name = x`),
  (n) => rule(`${'not '.repeat(n)}proc.name = x`),
  (n) => rule(`${'not ('.repeat(n)}proc.name exists${')'.repeat(n)}`),
  (n) => rule(`${'tolower('.repeat(n)}proc.name${')'.repeat(n)} = x`),
  (n) => rule(`proc.name = ${'tolower('.repeat(n)}proc.name${')'.repeat(n)}`),
  (n) => rule(chain(n / 4, 'or')),
  (n) => rule(`evt.type = execve and (${chain(n / 8, 'and')})`),
  (n) => rule(`proc.exepath in (${Array.from({ length: n / 2 }, (_, i) => item(i)).join(', ')})`),
  (n) => rule(`proc.exepath startswith anyof (${Array.from({ length: n / 8 }, (_, i) => item(i)).join(', ')})`),
  (n) => rule(`proc.name oneof (${Array.from({ length: n / 50 }, (_, i) => `"${i}"`).join(', ')})`),
  (n) => rule(`proc.name = oneof (${Array.from({ length: n / 50 }, (_, i) => `"${i}"`).join(', ')})`),
  (n) => rule(`fd.name pmatch (${Array.from({ length: n / 8 }, (_, i) => `/a/*/b${i}/*`).join(', ')})`),
  (n) => rule(`proc.name = "${'x'.repeat(10 * n)}"`),
  (n) => rule(`proc.name = "${'\\\\'.repeat(5 * n)}`),
  (n) => rule('a'.repeat(10 * n)),
  (n) => rule(`${'a.'.repeat(3 * n)}b = x`),
  (n) => rule(`proc.env["${'k'.repeat(10 * n)}"] = x`),
  (n) => rule(`proc.name = ${' '.repeat(10 * n)}x`),
  (n) => rule(`proc.cmdline regex "${'(a+)+'.repeat(n / 100)}$"`),
  (n) => rule(`proc.cmdline regex "${'(a|a)*'.repeat(n / 100)}b"`),
  (n) => rule(`proc.cmdline regex "${'('.repeat(n / 20)}a${')*'.repeat(n / 20)}"`),
  (n) => rule(`proc.cmdline regex "${'(?:'.repeat(3)}x{1,${n % 1000}}){1,1000}){1,1000}"`),
  (n) => rule(`proc.cmdline regex "${'[a-z]?'.repeat(n / 100)}${'[a-z]'.repeat(n / 100)}"`),
  (n) => rule(`proc.cmdline regex "(?i)${'\\\\pL|'.repeat(n / 50)}x"`),
  (n) => rule(`proc.cmdline glob "${'*a'.repeat(n)}b"`),
  (n) => rule(`proc.cmdline iglob "*${'?'.repeat(n)}*[z]*"`),
  (n) => rule(`fd.name glob "${'['.repeat(n)}"`),
  (n) => rule(`fd.name glob "${'[a-'.repeat(n)}]*"`),
  (n) =>
    `${Array.from({ length: n / 10 }, (_, i) => `- macro: m${i}\n  condition: m${i + 1}\n`).join('')}${rule('m0')}`,
  () =>
    `${Array.from({ length: 60 }, (_, i) => `- macro: m${i}\n  condition: m${i + 1} and m${i + 1}\n`).join('')}- macro: m60\n  condition: proc.pid = 1\n${rule('m0')}`,
  () =>
    `${Array.from({ length: 60 }, (_, i) => `- list: l${i}\n  items: [l${i + 1}, l${i + 1}, l${i + 1}]\n`).join('')}- list: l60\n  items: [x]\n${rule('proc.name in (l0)')}`,
  (n) =>
    `${Array.from({ length: n / 10 }, (_, i) => `- list: l${i}\n  items: [l${i + 1}]\n`).join('')}${rule('proc.name in (l0)')}`,
  (n) =>
    `- list: big\n  items: [${Array.from({ length: n / 2 }, (_, i) => item(i)).join(', ')}]\n${rule('proc.exepath in (big)')}`,
  (n) => `${'- list: l\n  append: true\n  items: [a, b]\n'.repeat(n / 50)}`,
  (n) =>
    `- rule: R\n  condition: proc.pid = 1\n  priority: Notice\n${'- rule: R\n  append: true\n  condition: or proc.pid = 2\n'.repeat(n / 100)}`,
  (n) => `- rule: R\n  condition: proc.pid = 1\n  priority: Notice\n  output: "${'%proc.name'.repeat(n / 4)}"\n`,
  (n) => `- rule: R\n  condition: proc.pid = 1\n  priority: Notice\n  output: "%${'tolower('.repeat(n)}proc.name"\n`,
  (n) => `- rule: R\n  condition: proc.pid = 1\n  priority: Notice\n  output: "%${'a.'.repeat(n)}"\n`,
  (n) =>
    `- rule: R\n  condition: proc.pid = 1\n  priority: Notice\n  exceptions:\n    - {name: e, fields: [proc.name, proc.exe], values: [${'[a, b], '.repeat(n / 50)}]}\n`,
  (n) => `- rule: R\n  tags: [${'T1059, '.repeat(n / 4)}]\n  condition: proc.pid = 1\n  priority: Notice\n`,
  () =>
    `a: &a [x, x, x, x, x, x, x, x, x]\n${[...'bcdefghij'].map((c, i) => `${c}: &${c} [${`*${'abcdefghij'[i]}, `.repeat(9)}]\n`).join('')}`,
  () =>
    `- list: a\n  items: &a [x, x, x]\n${[...'bcdefghij'].map((c, i) => `- list: ${c}\n  items: &${c} [${`*${'abcdefghij'[i]}, `.repeat(9)}]\n`).join('')}`,
  () => '- &a\n  rule: R\n  condition: proc.pid = 1\n  <<: *a\n  priority: Notice\n- *a\n',
  (n) => '['.repeat(n),
  (n) => `${'['.repeat(n / 4)}${']'.repeat(n / 4)}`,
  (n) => `- rule: ${'{a: '.repeat(n)}`,
  (n) => `- rule: R\n  exceptions: ${'['.repeat(n / 4)}${']'.repeat(n / 4)}\n  condition: proc.pid = 1\n`,
  (n) => Array.from({ length: Math.min(n, 400) }, (_, i) => `${' '.repeat(i)}a:\n`).join(''),
  (n) => '- '.repeat(n),
  (n) => '---\n'.repeat(n / 4),
  (n) => '- rule: R\n'.repeat(n / 8),
  (n) => `- rule: R\n${'  colour: red\n'.repeat(n / 8)}`,
  (n) => `- rule: R\n${Array.from({ length: n / 8 }, (_, i) => `  key${i}: red\n`).join('')}`,
  (n) => `# ${'x'.repeat(10 * n)}`,
  (n) => `- rule: R\n  condition: |\n${'    proc.pid = 1 or\n'.repeat(n / 8)}    proc.pid = 2\n  priority: Notice\n`,
  (n) =>
    `- rule: R\n  condition: >\n${'    proc.pid = 1 or\r\n'.repeat(n / 8)}    proc.nmae = 2\r\n  priority: Notice\n`,
  (n) => `- rule: R\n  condition: "${'\\u00e4'.repeat(n)} = = x"\n  priority: Notice\n`,
];

export const HOSTILE_KINDS = MAKERS.length;

/** One of the hostile texts, of a random size. */
export const writeHostile = (random: Random, largest: number): string =>
  random.pick(MAKERS)(1 + random.below(largest), random);

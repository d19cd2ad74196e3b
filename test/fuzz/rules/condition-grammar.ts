import { RULE_FIELDS, type RuleField } from '@picket/sdk';
import type { Random } from '../random.ts';

const TEXT = [
  '=',
  '!=',
  'in',
  'intersects',
  'contains',
  'icontains',
  'startswith',
  'endswith',
  'glob',
  'iglob',
  'regex',
  'pmatch',
];
const OPERATORS: Readonly<Record<RuleField['type'], readonly string[]>> = {
  string: [...TEXT, 'bcontains', 'bstartswith', '<', '>=', 'exists'],
  list: [...TEXT, 'exists'],
  number: ['=', '!=', '<', '<=', '>', '>=', 'in', 'intersects', 'exists'],
  bool: ['=', '!=', 'in', 'exists'],
  ip: ['=', '!=', 'in', 'intersects', 'exists'],
};
const ALL_OPERATORS = [...new Set(Object.values(OPERATORS).flat()), '==', '<>', 'is', 'like'];
const TRANSFORMERS = ['tolower', 'toupper', 'basename', 'b64', 'len'];
const MODIFIERS = ['anyof', 'allof', 'oneof'];
const TYPES = ['execve', 'openat', 'connect', 'unlinkat', 'accept4', 'ptrace', 'container', 'nothing'];
const TEXTS = [
  'sh',
  '/etc/',
  '/tmp/x',
  'a b',
  '',
  '%',
  'bash -i',
  '😀',
  'ÄÖ',
  '*',
  '/**/x',
  '../..',
  'x'.repeat(300),
  '(',
  '-1',
  '1e9',
];
const PATTERNS = ['.*', '(a+)+$', '^/proc/[0-9]+/.*', '(?i)x|y', '[[:alpha:]]*', '\\d+', '\\pL*', '.*.*.*=.*'];
const ADDRESSES = ['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', '0.0.0.0/0', '::ffff:1.2.3.4'];
const NUMBERS = ['0', '1', '22', '-1', '65536', '0x10', '1e3', '18446744073709551616', '1.5'];
export const LISTS: Readonly<Record<RuleField['type'], readonly string[]>> = {
  string: ['shells', 'paths', 'outer', 'empty', 'no_such_list'],
  list: ['shells', 'paths'],
  number: ['ports', 'empty'],
  ip: ['nets', 'empty'],
  bool: ['empty', 'shells'],
};
const FIELDS = RULE_FIELDS.filter(({ from }) => from !== 'none');
export const MACROS = ['spawned', 'opened', 'outside', 'nested'];
const WRONG_MACROS = ['wrong', 'circle', 'no_such_macro'];

const MAX_DEPTH = 6;

/** A condition that mostly fits the language: what a rule author could write, with slips. */
export function writeCondition(random: Random, depth = 0): string {
  if (depth >= MAX_DEPTH || random.chance(0.45)) return writeCheck(random);
  const inner = () => writeCondition(random, depth + 1);
  switch (random.below(4)) {
    case 0:
      return `not ${inner()}`;
    case 1:
      return `(${inner()})`;
    default:
      return random.some(2, 4, inner).join(random.chance(0.6) ? ' and ' : ' or ');
  }
}

function writeCheck(random: Random): string {
  if (random.chance(0.12)) return random.pick(random.chance(0.97) ? MACROS : WRONG_MACROS);
  if (random.chance(0.15)) return `evt.type in (${random.some(1, 3, () => random.pick(TYPES)).join(', ')})`;
  const info = random.pick(random.chance(0.99) ? FIELDS : RULE_FIELDS);
  let type = info.type;
  let field = writeField(random, info);
  if ((type === 'string' || type === 'list') && random.chance(0.15)) {
    const transformer = random.pick(TRANSFORMERS);
    field = `${transformer}(${field})`;
    if (transformer === 'len') type = 'number';
  }
  const operator = random.pick(random.chance(0.98) ? OPERATORS[type] : ALL_OPERATORS);
  if (operator === 'exists') return `${field} exists`;
  return `${field} ${operator} ${writeRight(random, type, operator)}`;
}

function writeField(random: Random, info: RuleField): string {
  if (random.chance(0.02)) return random.pick(['proc.nmae', 'fd', 'evt.arg.', 'k8s.pod', 'a.b.c.d.e.f']);
  const isNeeded = info.argument !== undefined && !info.argument.startsWith('optional');
  if (!(isNeeded ? random.chance(0.95) : random.chance(info.argument ? 0.4 : 0.02))) return info.name;
  return `${info.name}[${random.pick(['0', '1', '7', '99', '100', 'LD_PRELOAD', 'flags', '"app.kubernetes.io/name"', "'a]b'", '', '-1'])}]`;
}

function writeRight(random: Random, type: RuleField['type'], operator: string): string {
  const one = () =>
    writeValue(random, random.chance(0.99) ? type : random.pick(['string', 'number', 'ip', 'bool']), operator);
  if (operator === 'in' || operator === 'intersects' || operator === 'pmatch' || random.chance(0.01))
    return `(${random.some(0, 5, () => (random.chance(0.2) ? random.pick(LISTS[type]) : one())).join(', ')})`;
  if (random.chance(0.1)) return `${random.pick(MODIFIERS)} (${random.some(0, 5, one).join(', ')})`;
  return random.chance(0.06) ? writeComputed(random) : one();
}

function writeComputed(random: Random): string {
  const field = () => writeField(random, random.pick(RULE_FIELDS));
  if (random.chance(0.4)) return `val(${field()})`;
  if (random.chance(0.4)) return `tolower(${field()})`;
  return `concat(${random.some(1, 4, () => (random.chance(0.5) ? field() : '"/x/"')).join(', ')})`;
}

function writeValue(random: Random, type: RuleField['type'], operator: string): string {
  if (type === 'bool') return random.pick(['true', 'false']);
  if (type === 'number') return random.pick(NUMBERS);
  if (type === 'ip') return quoted(random, random.pick(ADDRESSES));
  if (operator.startsWith('b')) return random.pick(['2f', '00ff', 'c3a4', '80', 'c3']);
  return quoted(random, random.pick(operator === 'regex' ? PATTERNS : TEXTS));
}

function quoted(random: Random, text: string): string {
  if (random.chance(0.03)) return text;
  const quote = random.chance(0.8) ? '"' : "'";
  return random.chance(0.1) ? `${quote}\\x2f${text}\\n${quote}` : `${quote}${text}${quote}`;
}

const WORDS = [
  ...[
    'and',
    'or',
    'not',
    '(',
    ')',
    ',',
    '=',
    '!=',
    'in',
    'exists',
    'regex',
    'glob',
    'anyof',
    'oneof',
    'val(',
    'concat(',
    'tolower(',
  ],
  ...[
    '"',
    "'",
    '\\',
    '[',
    ']',
    '/etc/passwd',
    '10.0.0.0/8',
    '"[a-z"',
    '"(a|b)*"',
    'rule:',
    'macro:',
    'list:',
    'items:',
    'condition:',
  ],
  ...[
    'append: true',
    'override:',
    'exceptions:',
    'window:',
    'sequence:',
    'enabled: false',
    'priority: Debug',
    'tags:',
    '%proc.name',
    '10.0.0.0/33',
    '1.2.3',
    '"(?=x)"',
    'rot13(',
    'like',
  ],
];

/** A word of the language, or a field, list or macro. */
export function writeWord(random: Random): string {
  if (random.chance(0.5)) return random.pick(WORDS);
  return random.chance(0.5)
    ? random.pick(RULE_FIELDS).name
    : random.pick([...Object.values(LISTS).flat(), ...MACROS, ...WRONG_MACROS]);
}

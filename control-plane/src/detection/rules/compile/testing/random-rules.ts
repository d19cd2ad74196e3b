import { loadRules } from '../../load/load-rules.ts';

/** Numbers below a bound. */
export type Random = (below: number) => number;

/** Numbers that look random and are the same at every run (Marsaglia's xorshift). */
export function randomFrom(seed: number): Random {
  let x = seed;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}
export const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)] as T;

export const PATHS = [
  '/etc/shadow',
  '/etc//shadow',
  '/tmp/a.so',
  '/usr/bin/sh',
  'bin/sh',
  '/',
  '',
  '/tmp/é/x',
  '/ETC/Shadow',
  '/usr/lib/a\u0001b',
];
export const NAMES = ['sh', 'bash', 'nginx', 'é', 'x.so', ''];
export const ARGS = [[], ['sh'], ['sh', '-c', 'curl http://x'], ['nc', '-e', '/bin/sh'], ['é', 'a b']];
const TEXT_FIELDS = [
  ...['proc.name', 'proc.exepath', 'proc.args', 'proc.cmdline', 'proc.pname', 'proc.aname', 'proc.exe', 'proc.cwd'],
  ...['fd.name', 'fd.filename', 'fd.directory', 'fs.path.name', 'fs.path.target', 'evt.arg.newpath', 'evt.arg.path'],
  ...[
    'evt.type',
    'evt.arg.flags',
    'container.id',
    'picket.proc.entry',
    'picket.proc.exe_volume',
    'evt.res',
    'dns.name',
    'basename(proc.exepath)',
  ],
  ...['tolower(fd.name)', 'toupper(proc.name)', 'fd.typechar', 'container.image.repository', 'user.name'],
];
const NEEDLES = [
  ...[
    '/etc/shadow',
    '/etc',
    '/',
    'sh',
    'bash',
    '.so',
    '/tmp',
    'é',
    '-c',
    'curl',
    'x',
    'host',
    'openat',
    'unlink',
    'O_TRUNC',
    'b',
  ],
];
const GLOBS = ['*', '/etc/*', '*.so', '/t?p/*', '*sh*', '[/]etc/*', '/usr/*/sh', '/e*/[!x]hadow', 'a\\\\*', '*é*'];
const REGEXES = ['/etc/.*', '.*sh', '(a|b).*', 'sh', '/tmp/[a-z]+\\\\.so'];
const OTHERS = [
  ...[
    'proc.tty = 0',
    'fd.sport = 443',
    'fd.sport in (22, 443)',
    'fd.snet in ("10.0.0.0/8")',
    'fd.sip != 10.0.0.1',
    'fd.sip exists',
  ],
  ...[
    'evt.is_open_write = true',
    'evt.failed = true',
    'evt.failed != true',
    'proc.is_exe_upper_layer = true',
    'user.uid = 0',
  ],
  ...[
    'proc.pname exists',
    'proc.name = val(proc.pname)',
    'fd.name startswith concat(proc.cwd, "x")',
    'len(proc.name) > 2',
  ],
  ...[
    'evt.type in (open, openat, unlink, execve)',
    'container.id != host',
    'proc.aname in (sh, bash)',
    'proc.args intersects (sh)',
    'proc.aname != sh',
    'proc.aexepath exists',
    'proc.vpid = 1',
    'proc.duration > 50',
    'user.name = root',
    'proc.name in (sh, bash, nginx) and proc.args startswith "-c"',
  ],
];

function atom(random: Random): string {
  if (random(4) === 0) return pick(random, OTHERS);
  const field = pick(random, TEXT_FIELDS);
  const quoted = () => `"${pick(random, NEEDLES)}"`;
  switch (random(9)) {
    case 0:
      return `${field} in (${quoted()}, ${quoted()}, ${quoted()})`;
    case 1:
      return `${field} pmatch (${quoted()}, "/us?/bin", ${quoted()})`;
    case 2:
      return `${field} glob "${pick(random, GLOBS)}"`;
    case 3:
      return `${field} regex "${pick(random, REGEXES)}"`;
    case 4:
      return `${field} exists`;
    default:
      return `${field} ${pick(random, ['=', '!=', 'contains', 'startswith', 'endswith', 'icontains', '>'])} ${quoted()}`;
  }
}

export function condition(random: Random, depth: number): string {
  const kind = depth === 0 ? 0 : random(5);
  if (kind === 0) return atom(random);
  if (kind === 1) return `not (${condition(random, depth - 1)})`;
  const parts = Array.from({ length: 2 + random(3) }, () => `(${condition(random, depth - 1)})`);
  return parts.join(kind === 2 ? ' or ' : ' and ');
}

export function rulesOf(random: Random, count: number) {
  const rules = Array.from({ length: count }, (_, i) => ({
    rule: `R${i}`,
    condition: condition(random, 1 + random(3)),
    output: 'o',
    priority: 'Debug',
  }));
  return loadRules([{ name: 'r.yaml', text: JSON.stringify(rules) }]);
}

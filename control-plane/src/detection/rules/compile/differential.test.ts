import { EventCursor, encodeRecord, Kind, type KindInfo, kindInfo } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../../types.ts';
import { NodeState } from '../../state/node-state.ts';
import { EventContext } from '../fields/event-context.ts';
import type { Checked } from '../load/checked-condition.ts';
import { loadRules } from '../load/load-rules.ts';
import { RuleEngine } from '../rule-engine.ts';
import { RuleMemory } from '../stateful/rule-memory.ts';
import { compileTest } from './comparison.ts';

// Whatever the engine leaves out, remembers or puts into another order: it must find what a plain walk over the condition does.

type Random = (below: number) => number;

/** Numbers that look random and are the same at every run (Marsaglia's xorshift). */
function randomFrom(seed: number): Random {
  let x = seed;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}
const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)] as T;

const PATHS = [
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
const NAMES = ['sh', 'bash', 'nginx', 'é', 'x.so', ''];
const ARGS = [[], ['sh'], ['sh', '-c', 'curl http://x'], ['nc', '-e', '/bin/sh'], ['é', 'a b']];
const TEXT_FIELDS = [
  ...['proc.name', 'proc.exepath', 'proc.args', 'proc.cmdline', 'proc.pname', 'proc.aname', 'proc.exe', 'proc.cwd'],
  ...['fd.name', 'fd.filename', 'fd.directory', 'fs.path.name', 'fs.path.target', 'evt.arg.newpath', 'evt.arg.path'],
  ...[
    'evt.type',
    'evt.arg.flags',
    'container.id',
    'picket.proc.entry',
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

function condition(random: Random, depth: number): string {
  const kind = depth === 0 ? 0 : random(5);
  if (kind === 0) return atom(random);
  if (kind === 1) return `not (${condition(random, depth - 1)})`;
  const parts = Array.from({ length: 2 + random(3) }, () => `(${condition(random, depth - 1)})`);
  return parts.join(kind === 2 ? ' or ' : ' and ');
}

function rulesOf(random: Random, count: number) {
  const rules = Array.from({ length: count }, (_, i) => ({
    rule: `R${i}`,
    condition: condition(random, 1 + random(3)),
    output: 'o',
    priority: 'Debug',
  }));
  return loadRules([{ name: 'r.yaml', text: JSON.stringify(rules) }]);
}

const ip = (last: number) => Uint8Array.from([...new Array(10).fill(0), 255, 255, 10, 0, 0, last]);

function record(random: Random, i: number): Uint8Array {
  const path = pick(random, PATHS);
  const process = random(6);
  const result = random(4) === 0 ? -13 : 3;
  const header = {
    ...{
      time: 1000 + i,
      sequence: i + 1,
      tgid: 50 + process,
      tid: 50 + process,
      start: 500,
      ppid: 50,
      uid: random(2),
      result,
    },
    ...(random(3) === 0 ? { flags: 1 << random(6) } : { slot: 1, generation: 1, cgroup: 900 }),
  };
  switch (random(7)) {
    case 0: {
      const body = {
        path,
        args: pick(random, ARGS),
        comm: pick(random, NAMES),
        cwd: pick(random, ['/tmp', '/']),
        tty: random(2),
      };
      return encodeRecord(Kind.ProcessExec, { ...header, syscall: 59, result: 0 }, { ...body, filename: path });
    }
    case 1: {
      const call = pick(random, [87, 263, 82, 86, 88, 90, 83]);
      return encodeRecord(
        Kind.FileModify,
        { ...header, syscall: call },
        { path, target: pick(random, PATHS), mode: 0o4755 },
      );
    }
    case 2: {
      const body = {
        local_ip: ip(9),
        remote_ip: ip(random(3)),
        local_port: 4000,
        remote_port: pick(random, [22, 443, 80]),
      };
      return encodeRecord(Kind.NetConnect, { ...header, syscall: 42 }, { ...body, family: 2, protocol: 6, count: 1 });
    }
    case 3:
      return encodeRecord(
        Kind.SyscallNotable,
        { ...header, syscall: pick(random, [101, 165, 272, 308]) },
        { path, target: path },
      );
    case 4:
      return encodeRecord(Kind.NetDns, header, { name: pick(random, [...NAMES, ...PATHS]) });
    default: {
      const body = {
        path,
        open_flags: pick(random, [0, 1, 2, 0o1101]),
        file_mode: pick(random, [0o100644, 0o100755, 0o40755]),
      };
      return encodeRecord(Kind.FileOpen, { ...header, syscall: pick(random, [2, 257, 85]) }, { ...body, count: 1 });
    }
  }
}

/** As the condition reads, test by test, from left to right. */
function isMet(checked: Checked, kind: KindInfo, c: EventContext): boolean {
  switch (checked.type) {
    case 'and':
      return checked.operands.every((operand) => isMet(operand, kind, c));
    case 'or':
      return checked.operands.some((operand) => isMet(operand, kind, c));
    case 'not':
      return !isMet(checked.operand, kind, c);
    default: {
      const test = compileTest(checked, kind);
      return typeof test === 'boolean' ? test : test.test(c);
    }
  }
}

function batchOf(records: readonly Uint8Array[]): Batch {
  const bytes = new Uint8Array(Buffer.concat(records));
  const sizes = { codec: 0 as const, count: records.length, rawLength: bytes.length, firstSequence: 1n };
  return {
    header: {
      ...{ ...sizes, agentEpoch: 1n, wallOffset: 0n, watermark: 0n },
      ...{ bootId: new Uint8Array(16), node: 'node', losses: [] },
    },
    records: bytes,
    partition: 0,
    token: 'token',
    streamSequence: 1,
  };
}

/** Names of what the engine and the walk find for each record. */
function compare(seed: number, maxPaths: number | undefined) {
  const random = randomFrom(seed);
  const load = rulesOf(random, 40);
  const engine = new RuleEngine(load, { seed, ...(maxPaths === undefined ? {} : { maxPaths }) });
  const batch = batchOf(Array.from({ length: 60 }, (_, i) => record(random, i)));
  const [state, memories, cursor, context] = [
    new NodeState('node'),
    new RuleMemory(),
    new EventCursor(),
    new EventContext(),
  ];
  const [found, wanted]: [string[], string[]] = [[], []];
  let cases = 0;
  state.begin(batch.header);
  const memory = memories.begin(batch, engine.programs);
  cursor.open(batch.records);
  while (cursor.next()) {
    state.apply(cursor);
    engine.evaluate(cursor, state, batch, ({ rule }) => found.push(`${cursor.index} ${rule}`), memory);
    const kind = kindInfo(cursor.kind);
    if (!kind || (cursor.flags & 1) !== 0) continue;
    for (const rule of load.rules) {
      context.begin(cursor, state, batch);
      cases++;
      if (isMet(rule.condition, kind, context)) wanted.push(`${cursor.index} ${rule.name}: ${rule.conditionText}`);
    }
  }
  return { found, wanted, cases, rules: load.rules.length, failures: engine.failures.size };
}

describe('the compiled rules', () => {
  it.each([undefined, 0, 3])('find what the plain conditions do, with %s paths remembered', (maxPaths) => {
    let [cases, matches] = [0, 0];
    for (let seed = 1; seed <= 8; seed++) {
      const { found, wanted, failures, ...counts } = compare(seed * 7919, maxPaths);
      const missed = wanted.filter((line) => !found.includes(line.slice(0, line.indexOf(':'))));
      expect(missed).toEqual([]);
      expect(found).toHaveLength(wanted.length);
      expect(failures).toBe(0);
      expect(counts.rules).toBeGreaterThan(30);
      cases += counts.cases;
      matches += wanted.length;
    }
    expect(cases).toBeGreaterThan(10_000);
    expect(matches).toBeGreaterThan(cases / 20);
    expect(matches).toBeLessThan(cases * 0.8);
  });
});

import { Kind } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { Scenario } from '../../testing/scenario.ts';
import { loadRules } from '../load/load-rules.ts';

/** Repeatable random numbers (mulberry32, Tommy Ettinger). */
function randomFrom(seed: number) {
  let state = seed;
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const PATHS = [
  '/etc/shadow',
  '/etc/passwd',
  '/etc/cron.d/x',
  '/usr/bin/ls',
  '/tmp/a',
  '/tmp/a.so',
  '/',
  '',
  '/home/bob/.ssh/id_rsa',
  '/usr/lib/é.so',
];
const ATOMS = [
  'fd.name = /etc/shadow',
  'fd.name pmatch (/etc, /usr/bin)',
  'fd.name in (/tmp/a, /etc/passwd)',
  'fd.filename endswith .so',
  'fd.directory = /tmp',
  'fd.name glob "/home/*/.ssh/*"',
  'fd.name exists',
  'fd.typechar = f',
  'fd.type = directory',
  'evt.is_open_write = true',
  'evt.is_open_read = true',
  'evt.is_open_create = true',
  'evt.is_open_exec = false',
  'evt.failed = true',
  'evt.res = EACCES',
  'evt.type in (open, creat)',
  'evt.arg.flags contains O_TRUNC',
  'fd.nameraw = ../x',
  'proc.name = sh',
  'proc.pname exists',
  'container.id != host',
  'user.uid = 0',
  'fd.sip exists',
];
const OPENS = [0, 1, 2, 0o101, 0o1101, 0o10000000];
const MODES = [0, 0o100644, 0o100755, 0o40755];

type Random = ReturnType<typeof randomFrom>;
const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)] as T;

function condition(random: Random, depth: number): string {
  const kind = depth === 0 ? 0 : random(4);
  if (kind === 0) return pick(random, ATOMS);
  if (kind === 1) return `not (${condition(random, depth - 1)})`;
  const parts = Array.from({ length: 2 + random(3) }, () => `(${condition(random, depth - 1)})`);
  return parts.join(kind === 2 ? ' and ' : ' or ');
}

const rules = (random: Random): string =>
  Array.from(
    { length: 12 },
    (_, i) => `- rule: R${i}\n  condition: ${condition(random, 3)}\n  output: o\n  priority: Debug\n`,
  ).join('');

function sendRandomOpen(random: Random, node: Scenario): Uint8Array {
  const failed = random(4) === 0;
  const path = pick(random, PATHS);
  // a record may put its name first, then the path begins at any byte
  const name = random(3) === 0 ? '../x' : '';
  const body = {
    path,
    name,
    open_flags: pick(random, OPENS),
    file_mode: failed ? 0 : pick(random, MODES),
    file_flags: random(2) * 32,
  };
  const header = {
    tgid: pick(random, [200, 201, 999]),
    uid: random(2),
    slot: random(2),
    syscall: pick(random, [2, 85, 257, 437]),
  };
  return node.encode(Kind.FileOpen, { ...header, result: failed ? pick(random, [-13, -2]) : 3 }, body);
}

function nodeWith(text: string, maxPaths: number): Scenario {
  const load = loadRules([{ name: 'random', text }]);
  expect(load.problems.filter((p) => p.severity === 'error')).toEqual([]);
  const node = new Scenario(load, { maxPaths, seed: 1 });
  node.container();
  node.exec(200, { path: '/bin/sh' });
  node.exec(201, { path: '/bin/ls', ppid: 200 });
  return node;
}

describe('the screen', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'finds the same as full evaluation on random rules and events (seed %d)',
    (seed) => {
      const random = randomFrom(seed);
      const text = rules(random);
      const screened = nodeWith(text, 1024);
      const cramped = nodeWith(text, 4);
      const full = nodeWith(text, 0);
      for (let i = 0; i < 400; i++) {
        const record = sendRandomOpen(random, full);
        const expected = full.play(record);
        expect(screened.play(record)).toEqual(expected);
        expect(cramped.play(record)).toEqual(expected);
      }
      expect(full.engine.screenCounts).toEqual({ decided: 0, clears: 0 });
      expect(screened.engine.screenCounts.decided).toBeLessThan(400);
      expect(cramped.engine.screenCounts.clears).toBeGreaterThan(0);
    },
  );

  it('reads paths that do not begin on a word', () => {
    const node = nodeWith(
      '- rule: R\n  condition: fd.name = /etc/shadow\n  output: "%fd.name"\n  priority: Debug\n',
      16,
    );
    const record = node.encode(Kind.FileOpen, { tgid: 200 }, { path: 'x/etc/shadow', name: 'y' });
    // the path of this record now begins one byte later
    const view = new DataView(record.buffer);
    view.setUint16(100, view.getUint16(100, true) + 1, true);
    view.setUint16(102, view.getUint16(102, true) - 1, true);
    for (let i = 0; i < 3; i++) expect(node.play(record)).toMatchObject([{ output: '/etc/shadow' }]);
    expect(node.engine.screenCounts.decided).toBe(1);
  });

  it('asks nothing of the node state for events that path and access rule out', () => {
    const node = nodeWith(
      '- rule: R\n  condition: fd.name = /etc/shadow and proc.name = sh\n  output: o\n  priority: Debug\n',
      16,
    );
    let asked = 0;
    const view = {
      node: 'n',
      processOf: () => {
        asked++;
        return undefined;
      },
      containerOf: () => undefined,
      entryOf: () => undefined,
    };
    const open = (path: string) => node.play(node.encode(Kind.FileOpen, { tgid: 200 }, { path }), view);
    open('/etc/passwd');
    open('/etc/passwd');
    expect([asked, node.engine.screenCounts.decided]).toEqual([0, 1]);
    open('/etc/shadow');
    expect(asked).toBe(1);
  });

  it('passes over strings that point out of their record', () => {
    const node = nodeWith('- rule: R\n  condition: fd.name exists\n  output: o\n  priority: Debug\n', 16);
    const record = node.encode(Kind.FileOpen, { tgid: 200 }, { path: '/x' });
    new DataView(record.buffer).setUint16(102, 60_000, true);
    expect(node.play(record)).toEqual([]);
  });
});

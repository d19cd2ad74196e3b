import { Kind } from '@picket/sdk';
import { expect, it } from 'vitest';
import { loadRules } from '../rules/load/load-rules.ts';
import type { LoadResult } from '../rules/load/rule.ts';
import { syscallNumber } from '../rules/names/syscalls.ts';
import { Scenario } from '../testing/scenario.ts';
import { shippedRules } from '../testing/shipped-rules.ts';
import { buildPlan } from './build-plan.ts';
import { needsOfRules } from './rule-needs.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { planAdmits } from './testing/plan-admits.ts';

/** Conditions with every way to speak of a path, joined at random below. */
const TESTS = [
  'fd.name = /etc/shadow', 'fd.name != /etc/shadow', 'fd.name in (/etc/hosts, /srv/a)', 'fd.name startswith /etc/',
  'fd.name endswith /id_rsa', 'fd.name endswith rsa', 'fd.name contains ssh', 'fd.name glob "/home/*/.ssh/*"',
  'fd.name glob "*/id_rsa"', 'fd.name pmatch (/etc/ssh, srv)', 'fd.name pmatch ("/home/*/.ssh")', 'fd.name > /h',
  'fd.directory = /etc', 'fd.directory pmatch (/etc/ssh)', 'fd.directory startswith /home', 'fd.filename = shadow',
  'fd.filename in (id_rsa, hosts)', 'fd.filename glob "id_*"', 'fs.path.name startswith /srv', 'fd.nameraw = /srv/a',
  'evt.is_open_read = true', 'evt.is_open_write = true', 'evt.is_open_write = false', 'evt.is_open_create = true',
  'evt.is_open_exec = true', 'evt.failed = true', 'evt.failed = false', 'evt.res = SUCCESS', 'evt.res = ENOENT',
  'evt.res in (EACCES, SUCCESS)', 'evt.rawres < 0', 'evt.rawres >= 0', 'fd.num >= 0', 'fd.num = 3', 'fd.typechar = f',
  'fd.type = directory', 'fd.name exists', 'proc.name = cat', 'fd.name = val(proc.cwd)', 'evt.type = openat',
  'evt.type in (open, ptrace)', 'evt.type != ptrace', 'evt.type in (bpf, setns)',
  'fd.name regex "/etc/.*"', 'fd.name regex "/home/[^/]+/\\.ssh/(id_rsa|config)"', 'fd.name regex ".*/id_rsa"',
  'fd.name regex "/srv|/etc/hosts"', 'fd.name regex "(?i)/ETC/shadow"', 'fd.filename regex "id_.*"', 'fd.name regex "/srvx*/a"',
  'tolower(fd.name) = /etc/shadow', 'toupper(fd.name) startswith /ETC', 'basename(fd.name) = shadow', 'len(fd.name) < 8',
  'basename(fd.name) in (id_rsa, hosts)', 'basename(fs.path.name) = a', 'tolower(basename(fd.name)) = shadow',
  'basename(fd.directory) = ssh', 'toupper(fd.filename) = SHADOW', 'len(fd.filename) = 6', 'toupper(fd.filename) regex ID_RSA',
  'tolower(evt.res) = success', 'tolower(evt.res) in (enoent, eacces)', 'toupper(evt.type) in (PTRACE, OPENAT)',
  'evt.type regex "(ptrace|bpf)"', 'len(evt.type) = 6', 'evt.res regex "E.*"', 'fd.name in val(proc.cwd)', 'fd.name startswith anyof (/etc/ssh, /srv)', 'fd.filename = oneof (id_rsa, hosts)',
  'basename(fd.name) = val(proc.name)', 'fd.filename = basename(proc.exepath)',
]; // biome-ignore format: a list
const PATHS = [
  ...[
    '/etc/shadow',
    '/etc/hosts',
    '/etc/ssh/sshd_config',
    '/etc',
    '/etcetera',
    '/srv/a',
    '/srv',
    '/home/u/.ssh/id_rsa',
  ],
  ...['/home/u/.ssh/config', '/root/.ssh/id_rsa', '//etc//ssh/x', '/etc//ssh/x', 'srv//a', 'srv', '/', '', '/x/shadow'],
  ...[
    '/proc/12/root/etc/shadow',
    '/proc/12/environ',
    '/dev/sda1',
    '/dev/nvme0n1',
    '/host/etc/shadow',
    '/var/run/docker.sock',
  ],
  ...['/tmp/release_agent', '/etc/cron.d/x', '/usr/bin/x', '/lib/x', '/root/.bashrc', '/root/.docker/config.json'],
  ...['/a/.config/autostart/x', '/var//lib/docker/x', '/etc/kubernetes/admin.conf', '/proc/sys/kernel/core_pattern'],
];
const FLAGS = [0, 1, 2, 3, 0o100, 0o1000, 0o1001, 0o1102, 0o2000000, 0o10000000];
const CALLS = ['ptrace', 'bpf', 'setns', 'unshare', 'mount', 'dup2', 'init_module', 'memfd_create', 'mmap', 'fcntl'];

/** Numbers that look random and are the same at every run (Marsaglia's xorshift). */
function randomFrom(seed: number): (below: number) => number {
  let x = seed;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

type Random = (below: number) => number;
const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)] as T;

function condition(random: Random, depth: number): string {
  if (depth === 0) return pick(random, TESTS);
  const [a, b] = [condition(random, depth - 1), condition(random, random(depth))];
  return pick(random, [
    `(${a} and ${b})`,
    `(${a} or ${b})`,
    `(not ${a} and ${b})`,
    `not (${a} or ${b})`,
    `(${a} and ${b})`,
  ]);
}

function play(node: Scenario, random: Random): string[] {
  const pid = pick(random, [200, 201, 202]);
  const found = () => {
    if (random(4) === 0) {
      const syscall = syscallNumber(pick(random, CALLS)) ?? 0;
      const body = { arg0: random(40), arg1: random(8), path: pick(random, PATHS), family: pick(random, [0, 2]) };
      return node.send(Kind.SyscallNotable, { tgid: pid, syscall, result: random(4) - 1 }, body);
    }
    const path = pick(random, PATHS);
    const [flags, result] = [pick(random, FLAGS), pick(random, [3, 3, 3, 0, -13, -2])];
    // the kernel knows no doubled slashes, and no path that is empty or has no root
    const told = result < 0 || (path.startsWith('/') && !path.includes('//')) ? path : '/etc/shadow';
    const body = result < 0 ? { file_mode: 0 } : { file_mode: pick(random, [0o100644, 0o100755, 0o040755, 0o060660]) };
    return node.open(pid, told, flags, { ...body, file_flags: random(2) * 32 }, { result });
  };
  return found().map(({ rule }) => rule);
}

/** Plays events and answers how many were found; fails when one of them would not have left the kernel. */
function check(load: LoadResult, random: Random, events: number): number {
  const { plan } = buildPlan([needsOfRules(load)], DEFAULT_SETTINGS);
  const node = new Scenario(load);
  node.container();
  for (const [i, name] of ['cat', 'sh', 'worker'].entries())
    node.exec(200 + i, { path: `/bin/${name}`, args: [name], ppid: 150, more: { cwd: '/etc/shadow' } });
  let found = 0;
  for (let i = 0; i < events; i++) {
    const rules = play(node, random);
    found += rules.length > 0 ? 1 : 0;
    // the cursor of the scenario is behind its only record
    node.cursor.seek(0, 0);
    if (rules.length > 0) expect(planAdmits(plan, node.cursor), rules.join()).toBe(true);
  }
  return found;
}

it('lets through what the shipped rules match', () => {
  const load = loadRules(shippedRules());
  expect(check(load, randomFrom(7), 8000)).toBeGreaterThan(500);
});

it('lets through what rules made at random match, each alone', () => {
  const random = randomFrom(2026);
  let found = 0;
  for (let i = 0; i < 300; i++) {
    const text = `- rule: r${i}\n  desc: d\n  condition: >\n    ${condition(random, 1 + random(4))}\n  output: o\n  priority: Warning\n`;
    const load = loadRules([{ name: 'r.yaml', text }]);
    expect(load.rules).toHaveLength(1);
    found += check(load, random, 40);
  }
  expect(found).toBeGreaterThan(1000);
});

it('keeps opens that no shipped rule looks at in the kernel', () => {
  const { plan } = buildPlan([needsOfRules(loadRules(shippedRules()))], DEFAULT_SETTINGS);
  expect(plan.opens).toEqual({ read: 'listed', write: 'listed', failed: 'listed' });
  const node = new Scenario();
  for (const path of ['/usr/lib/libc.so.6', '/srv/app/main.js', '/etc/hosts', '/tmp/x']) {
    node.open(200, path);
    node.cursor.seek(0, 0);
    expect(planAdmits(plan, node.cursor), path).toBe(false);
    node.denied(200, path);
    node.cursor.seek(0, 0);
    expect(planAdmits(plan, node.cursor), path).toBe(false);
  }
});

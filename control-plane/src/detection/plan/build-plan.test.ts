import { EventCursor, encodeRecord, FULL_PLAN, Kind, type PathRule, ProbePlan } from '@picket/sdk';
import { expect, it } from 'vitest';
import { loadRules } from '../rules/load/load-rules.ts';
import { buildPlan } from './build-plan.ts';
import { NO_NEEDS, type PlanNeeds } from './needs.ts';
import { needsOfRules } from './rule-needs.ts';
import { DEFAULT_SETTINGS, PlanSettings } from './settings.ts';
import { planAdmits } from './testing/plan-admits.ts';

const rule = (place: Partial<PathRule>): PathRule => ({ for: ['read'], mustSee: false, ignore: false, ...place });
const needs = (more: Partial<PlanNeeds>): PlanNeeds => ({
  ...NO_NEEDS,
  kinds: ['file.open'],
  opens: { read: 'listed', write: 'none', failed: 'none' },
  ...more,
});
const plan = (all: PlanNeeds[], settings: unknown = {}) => buildPlan(all, PlanSettings.parse(settings)).plan;
const read = (path: string) => {
  const cursor = new EventCursor().open(encodeRecord(Kind.FileOpen, { result: 3 }, { path }));
  cursor.next();
  return cursor;
};

it('asks for what tree, containers and losses need when nobody asks for anything', () => {
  const { kinds, opens, calls, mustSee } = plan([]);
  expect(kinds).toEqual(
    expect.arrayContaining(['process.exec', 'process.fork', 'process.exit', 'container.started', 'sensor.loss']),
  );
  expect(kinds).not.toContain('file.open');
  expect(opens).toEqual({ read: 'none', write: 'none', failed: 'none' });
  expect(calls).toEqual([]);
  expect(mustSee).toContain('process.exec');
});

it('is a valid plan whose revision names its contents, whatever their order', () => {
  const a = needs({ paths: [rule({ prefix: '/b' }), rule({ prefix: '/a' })], calls: [3, 1] });
  const b = needs({ kinds: ['net.connect'], calls: [2], opens: NO_NEEDS.opens });
  expect(ProbePlan.parse(plan([a, b]))).toEqual(plan([a, b]));
  expect(plan([b, a])).toEqual(plan([a, b]));
  expect(plan([a]).revision).not.toBe(plan([a, b]).revision);
  expect(plan([a], { suppress_ms: 5 }).revision).not.toBe(plan([a]).revision);
});

it('leaves out what a class that is told whole, or a shorter prefix, says already', () => {
  const paths = [
    rule({ prefix: '/etc/ssh' }),
    rule({ prefix: '/etc' }),
    rule({ prefix: '/etc/shadow', mustSee: true }),
    rule({ name: 'x', for: ['write'] }),
    rule({ prefix: '/etc', for: ['read', 'failed'] }),
  ];
  expect(plan([needs({ paths })]).paths).toEqual([
    rule({ prefix: '/etc' }),
    rule({ prefix: '/etc/shadow', mustSee: true }),
  ]);
  expect(plan([needs({ paths, opens: { read: 'all', write: 'none', failed: 'none' } })]).paths).toEqual([
    rule({ prefix: '/etc/shadow', for: [], mustSee: true }),
  ]);
});

it('asks for all opens when the kernel has no room for the list, and says what floods may hide', () => {
  const many = Array.from({ length: 1100 }, (_, i) => rule({ name: `n${i}`, mustSee: true }));
  const { plan: made, unprotected } = buildPlan([needs({ paths: many })], DEFAULT_SETTINGS);
  expect(made.opens).toEqual({ read: 'all', write: 'none', failed: 'none' });
  expect(made.paths).toHaveLength(1024);
  expect(unprotected).toBe(76);
  expect(ProbePlan.safeParse(made).success).toBe(true);
  const prefixes = Array.from({ length: 5000 }, (_, i) => rule({ prefix: `/p/${i}.` }));
  expect(buildPlan([needs({ paths: prefixes })], DEFAULT_SETTINGS)).toMatchObject({
    plan: { paths: [], opens: { read: 'all' } },
    unprotected: 0,
  });
});

it('stays small enough for a command, whatever the rules name', () => {
  const long = Array.from({ length: 3000 }, (_, i) => rule({ prefix: `/${i}/${'x'.repeat(100)}`, mustSee: true }));
  const { plan: made, unprotected } = buildPlan([needs({ paths: long })], DEFAULT_SETTINGS);
  expect(JSON.stringify(made).length).toBeLessThan(512 * 1024);
  expect(made.opens.read).toBe('all');
  expect(made.paths.length + unprotected).toBe(3000);
  expect(unprotected).toBeGreaterThan(0);
});

it('does what the administrator says, but ignores nothing that must be seen', () => {
  const paths = [rule({ prefix: '/etc' }), rule({ prefix: '/etc/shadow', mustSee: true })];
  const made = plan([needs({ paths })], {
    budgets: { 'file.open': 0, 'net.close': 7 },
    suppress_ms: 250,
    ignore: { opens: ['/etc'], connects: [{ cidr: '10.0.0.0/8', ports: [[80, 80]] }] },
  });
  expect(made.budgets).toEqual({ ...FULL_PLAN.budgets, 'file.open': 0, 'net.close': 7 });
  expect(made).toMatchObject({ suppressMs: 250, ignoredPeers: [{ cidr: '10.0.0.0/8', ports: [[80, 80]] }] });
  expect(planAdmits(made, read('/etc/hosts'))).toBe(false);
  expect(planAdmits(made, read('/etc/shadow'))).toBe(true);
  expect(planAdmits(made, read('/srv/x'))).toBe(false);
});

it('has equal events told one by one while a rule counts them', () => {
  const of = (kinds: string, extension: string) => {
    const text = `- rule: r\n  condition: evt.type in (${kinds})\n  output: x\n  priority: Notice\n  ${extension}\n`;
    const loaded = loadRules([{ name: 'r.yaml', text }]);
    expect(loaded.problems).toEqual([]);
    return plan([needsOfRules(loaded)]).suppressMs;
  };
  expect(of('connect', 'window: { count: true, by: [container], over: 10s, at_least: 20 }')).toBe(0);
  expect(of('connect', 'window: { count_distinct: fd.sport, by: [container], over: 10s, at_least: 20 }')).toBe(1000);
  expect(of('unlink', 'window: { count: true, by: [container], over: 10s, at_least: 20 }')).toBe(1000);
  expect(of('connect', 'cooldown: 10m')).toBe(1000);
});

it('traces everything on demand', () => {
  const { kinds, calls, opens, histogram, bigrams, suppressMs } = plan([], { trace: 'all' });
  expect({ kinds, calls, opens, histogram, bigrams, suppressMs }).toEqual({
    kinds: FULL_PLAN.kinds,
    calls: null,
    opens: FULL_PLAN.opens,
    histogram: true,
    bigrams: true,
    suppressMs: 1000,
  });
});

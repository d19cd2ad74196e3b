import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog, FULL_PLAN } from '@picket/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PlanStore, parsePlan } from './plan-store.ts';

let folder = '';
const lines: string[] = [];
const log = createLog('info', (line) => void lines.push(line));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'picket-plan-store-'));
  lines.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the kept plan', () => {
  it('is everything when there is none', () => {
    expect(new PlanStore(folder).load(log)).toEqual(FULL_PLAN);
    expect(lines).toEqual([]);
  });

  it('is the one saved last, and nobody else may read it', async () => {
    const plan = { ...FULL_PLAN, revision: 'r2', kinds: ['process.exec'] };
    await new PlanStore(folder).save({ ...FULL_PLAN, revision: 'r1' });
    await new PlanStore(folder).save(plan);
    expect(new PlanStore(folder).load(log)).toEqual(plan);
    expect(readdirSync(folder)).toEqual(['probe-plan.json']);
    expect(statSync(join(folder, 'probe-plan.json')).mode & 0o777).toBe(0o600);
  });

  it('that was damaged is left aside and said', () => {
    writeFileSync(join(folder, 'probe-plan.json'), '{"revision": "x", "kinds": ["no.such"]');
    expect(new PlanStore(folder).load(log)).toEqual(FULL_PLAN);
    expect(lines.join('')).toContain('the kept probe plan can not be used');
  });
});

describe('a plan from outside', () => {
  it.each([
    ['no plan', undefined, 'plan'],
    ['an unknown kind', { ...FULL_PLAN, kinds: ['no.such'] }, 'kinds.0'],
    ['a number that is no call', { ...FULL_PLAN, calls: [512] }, 'calls.0'],
    ['a rule without prefix and name', { ...FULL_PLAN, paths: [{ mustSee: true }] }, 'paths.0'],
    ['a prefix too long', { ...FULL_PLAN, paths: [{ prefix: '/'.repeat(121) }] }, 'paths.0.prefix'],
    ['an unknown member', { ...FULL_PLAN, kind: [] }, 'plan'],
    ['a network that is none', { ...FULL_PLAN, ignoredPeers: [{ cidr: '10.0.0.0/33' }] }, 'ignoredPeers.0.cidr'],
  ])('with %s is refused by name', (_, plan, where) => {
    expect(() => parsePlan(plan)).toThrow(expect.objectContaining({ code: 'COMMAND_INVALID' }));
    expect(() => parsePlan(plan)).toThrow(where);
  });
});

import { Kind } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { buildPlan } from './build-plan.ts';
import { type DetectorWants, needsOfDetectors } from './detector-needs.ts';
import { NO_NEEDS } from './needs.ts';
import { DEFAULT_SETTINGS } from './settings.ts';

const wants = (more: Partial<DetectorWants>): DetectorWants => ({
  kinds: [],
  paused: false,
  severity: 'Warning',
  ...more,
});
const planFor = (...detectors: DetectorWants[]) => buildPlan([needsOfDetectors(detectors)], DEFAULT_SETTINGS).plan;

describe('the plan for detectors', () => {
  it('is that of nobody without any, and while they are paused', () => {
    const nobody = buildPlan([NO_NEEDS], DEFAULT_SETTINGS).plan;
    expect(planFor()).toEqual(nobody);
    expect(planFor(wants({ kinds: [Kind.FileOpen, Kind.SyscallNotable], paused: true }))).toEqual(nobody);
  });

  it('has their kinds, every call of them and every open, one by one', () => {
    const plan = planFor(wants({ kinds: [Kind.SyscallNotable, Kind.FileOpen] }));
    expect(plan.kinds).toEqual(expect.arrayContaining(['syscall.notable', 'file.open']));
    expect(plan).toMatchObject({ calls: null, opens: { read: 'all', write: 'all', failed: 'all' }, suppressMs: 0 });
    expect(plan.mustSee).toContain('syscall.notable');
  });

  it('has opens of the named places alone', () => {
    const { opens, paths } = planFor(wants({ kinds: [Kind.FileOpen], opens: ['/etc/ssh/', '/srv'] }));
    expect(opens).toEqual({ read: 'listed', write: 'listed', failed: 'listed' });
    expect(paths).toEqual([
      { prefix: '/etc/ssh/', for: ['read', 'write', 'failed'], mustSee: true, ignore: false },
      { prefix: '/srv', for: ['read', 'write', 'failed'], mustSee: false, ignore: false },
    ]);
    expect(planFor(wants({ kinds: [Kind.FileOpen], opens: [] })).opens.read).toBe('none');
    const both = [wants({ kinds: [Kind.FileOpen], opens: ['/srv/'] }), wants({ kinds: [Kind.FileOpen] })];
    expect(planFor(...both).opens.read).toBe('all');
  });

  it('does not ask for opens that nobody wants', () => {
    const plan = planFor(wants({ kinds: [Kind.ProcessExec], opens: ['/etc/'] }));
    expect([plan.opens.read, plan.paths, plan.calls]).toEqual(['none', [], []]);
  });

  it.each([
    ['connects are counted unless it is said that they are not', { kinds: [Kind.NetConnect] }, 0],
    ['of which equal ones may come as one', { kinds: [Kind.NetConnect], repeats: false }, 1000],
    ['and kinds that are never put together', { kinds: [Kind.ProcessExec] }, 1000],
  ])('%s', (_, want, suppressMs) => {
    expect(planFor(wants(want)).suppressMs).toBe(suppressMs);
  });

  it('protects rare kinds for the severe alone', () => {
    expect(planFor(wants({ kinds: [Kind.NetUnix], severity: 'Notice' })).mustSee).not.toContain('net.unix');
    expect(planFor(wants({ kinds: [Kind.NetUnix] })).mustSee).toContain('net.unix');
  });
});

import { describe, expect, it } from 'vitest';
import type { Container } from '../../../types.ts';
import { loadRules } from '../../rules/load/load-rules.ts';
import type { Rule } from '../../rules/load/rule.ts';
import { Scenario } from '../../testing/scenario.ts';
import { makeWindow } from '../testing/make-window.ts';
import { BaselineValues, withoutBaseline } from './baseline-values.ts';
import { Profile } from './profile.ts';
import { markerOf, ProfileBaseline, valueToken } from './profile-baseline.ts';
import { LEARNED_FROM, usualProfile, usualToken } from './test-profile.ts';

const TEXT = `
- rule: Read by another
  desc: d
  condition: evt.type = openat and fd.name = /run/token
  group_by: [proc.exepath, 'proc.env[A]']
  baseline: required
  output: o
  priority: Notice
`;
const load = loadRules([{ name: 'r.yaml', text: TEXT }]);
const [rule] = load.rules as [Rule];
const container = {} as Container;

const asked = (profile: Profile | undefined, isLearning = false) => {
  const baseline = new ProfileBaseline();
  const observed: string[] = [];
  baseline.begin({ workloadOf: () => profile && { profile, isLearning }, observe: (_, token) => observed.push(token) });
  return { baseline, observed };
};
const knows = (profile: Profile | undefined, isLearning = false) =>
  asked(profile, isLearning).baseline.knows(rule, container, ['/bin/app', '']);

describe('a baseline of profiles', () => {
  const marker = markerOf(rule);
  const value = valueToken(rule, ['/bin/app', '']);

  it('knows what was learned for the rule, and what is new', () => {
    expect(marker).toBe('b:Read by another(proc.exepath,proc.env[A])');
    expect(knows(usualProfile([marker, value]))).toBe('known');
    expect(knows(usualProfile([marker]))).toBe('new');
    expect(knows(usualProfile([marker, valueToken(rule, ['/bin/app', 'x'])]))).toBe('new');
  });

  it('is too early without a profile, while it is learned, and outside of containers', () => {
    expect(knows(undefined)).toBe('learning');
    expect(knows(usualProfile([marker]), true)).toBe('learning');
    expect(knows(usualProfile([marker, value]), true)).toBe('known');
    expect(asked(usualProfile([marker])).baseline.knows(rule, undefined, ['/bin/app', ''])).toBe('learning');
    expect(new ProfileBaseline().knows(rule, container, ['/bin/app', ''])).toBe('learning');
  });

  it('is too early for a rule that came after the learning, or at its very end', () => {
    expect(knows(usualProfile(['x:/bin/app']))).toBe('learning');
    const at = (minutes: number) =>
      Profile.of([usualToken(marker, { firstSeen: LEARNED_FROM + minutes * 60_000 })], {
        ...{ windows: 3240, runs: 3, from: LEARNED_FROM, to: LEARNED_FROM + 3 * 3_600_000 },
      });
    expect(knows(at(170))).toBe('learning');
    expect(knows(at(110))).toBe('new');
  });

  it('has every value learned, and tells them apart however long they are', () => {
    const { baseline, observed } = asked(usualProfile([marker]));
    baseline.knows(rule, container, ['/bin/app', '']);
    const long = (end: string) => [`/bin/${'ä'.repeat(300)}${end}`, ''];
    baseline.knows(rule, container, long('a'));
    baseline.knows(rule, container, long('b'));
    expect(observed[0]).toBe(value);
    expect(new Set(observed).size).toBe(3);
    expect(valueToken(rule, ['a␟b', ''])).not.toBe(valueToken(rule, ['a', 'b␟']));
    expect(valueToken(rule, ['/bin/\n', ''])).toBe(`${marker}␟/bin/\\u000a␟`);
    for (const token of observed) expect(Buffer.byteLength(token)).toBeLessThanOrEqual(256);
    expect(baseline.answers).toEqual({ known: 0, new: 3, learning: 0 });
  });

  it('lets a rule find what is new, and nothing that the workload does', () => {
    const { baseline } = asked(usualProfile([marker, value]));
    const node = new Scenario(load, { baseline });
    node.container();
    node.exec(200, { path: '/bin/app' });
    node.exec(201, { path: '/bin/other' });
    expect(node.open(200, '/run/token')).toEqual([]);
    expect(node.open(201, '/run/token')).toHaveLength(1);
    expect(node.engine.baselineRules).toEqual([rule]);
  });
});

describe('values that wait to be learned', () => {
  it('go with the next window, once, and marks of rules with that of a minute', () => {
    const values = new BaselineValues();
    values.observe('b:r␟a');
    values.observe('b:r␟a');
    const again = new BaselineValues(values.saved());
    const window = makeWindow({ from: 10_000, tokens: { 'x:/bin/a': 2 } });
    expect([...again.join(window, ['b:r']).tokens]).toEqual([
      ['x:/bin/a', 2],
      ['b:r␟a', 1],
    ]);
    expect(again.join(window, ['b:r'])).toBe(window);
    expect([...again.join(makeWindow({ from: 120_000 }), ['b:r']).tokens]).toEqual([['b:r', 1]]);
  });

  it('are nothing that models see', () => {
    const window = makeWindow({ from: 0, tokens: { 'x:/bin/a': 2 } });
    expect(withoutBaseline(window)).toBe(window);
    expect(withoutBaseline(new BaselineValues(['b:r␟a']).join(window, ['b:r'])).tokens).toEqual(window.tokens);
  });

  it('are bounded', () => {
    const values = new BaselineValues();
    for (let i = 0; i < 1000; i++) values.observe(`b:r␟${i}`);
    expect(values.saved()).toHaveLength(64);
  });
});

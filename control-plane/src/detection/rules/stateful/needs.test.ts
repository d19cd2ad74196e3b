import { expect, it } from 'vitest';
import { buildPlan } from '../../plan/build-plan.ts';
import { needsOfRules } from '../../plan/rule-needs.ts';
import { DEFAULT_SETTINGS } from '../../plan/settings.ts';
import { loadRules } from '../load/load-rules.ts';

const planOf = (rule: string) => {
  const load = loadRules([{ name: 'r', text: `- ${rule}\n` }]);
  expect(load.problems).toEqual([]);
  return buildPlan([needsOfRules(load)], DEFAULT_SETTINGS).plan;
};

it('the plan lets through what every step of a sequence looks at, and no more', () => {
  const plan = planOf(
    '{rule: R, desc: d, output: o, priority: Warning, sequence: {within: 10s, steps: [{condition: evt.is_open_write = true and fd.name startswith /srv/in/}, {not: evt.type = ptrace}, {condition: evt.is_open_read = true and fd.name = /srv/out and evt.failed = false}]}}',
  );
  expect(plan.kinds).toEqual(expect.arrayContaining(['file.open', 'syscall.notable']));
  expect(plan.kinds).not.toContain('net.connect');
  expect(plan.opens).toEqual({ read: 'listed', write: 'listed', failed: 'none' });
  expect(plan.calls).toEqual([101]);
  expect(plan.paths.map(({ prefix }) => prefix)).toEqual(expect.arrayContaining(['/srv/in/', '/srv/out']));
});

it('the plan of a window leaves out kinds that do not have its fields', () => {
  const plan = planOf(
    '{rule: R, desc: d, condition: "evt.type in (connect, listen)", output: o, priority: Notice, window: {count_distinct: fd.rport, over: 10s, at_least: 5}}',
  );
  expect(plan.kinds).toContain('net.connect');
  expect(plan.kinds).not.toContain('net.listen');
});

it('the names of addresses that the output shows of an earlier step are asked for', () => {
  const plan = planOf(
    '{rule: R, desc: d, output: "%step1.fd.sip.name", priority: Notice, sequence: {within: 10s, steps: [{condition: evt.type = connect}, {condition: evt.type = execve}]}}',
  );
  expect(plan.kinds).toContain('net.dns');
});

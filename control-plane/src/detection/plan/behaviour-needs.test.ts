import { expect, it } from 'vitest';
import { needsOfBehaviour } from './behaviour-needs.ts';
import { buildPlan } from './build-plan.ts';
import { NO_NEEDS } from './needs.ts';
import { DEFAULT_SETTINGS } from './settings.ts';

const nobody = buildPlan([NO_NEEDS], DEFAULT_SETTINGS).plan;

it('asks for nothing while behaviour is off: no system call is counted either', () => {
  const { plan } = buildPlan([needsOfBehaviour({ isOn: false })], DEFAULT_SETTINGS);
  expect(plan).toEqual(nobody);
  expect(plan).toMatchObject({ histogram: false, bigrams: false });
  expect(plan.kinds).not.toContain('window.syscalls');
});

it('asks for all that containers do, equal events put together, and protects nothing more from floods', () => {
  const { plan } = buildPlan([needsOfBehaviour({ isOn: true })], DEFAULT_SETTINGS);
  expect(plan).toMatchObject({ calls: null, opens: { read: 'all', write: 'all', failed: 'all' } });
  expect(plan).toMatchObject({ histogram: true, bigrams: true, suppressMs: DEFAULT_SETTINGS.suppress_ms });
  expect(plan.kinds).toEqual(expect.arrayContaining(['file.modify', 'net.udp', 'net.dns', 'window.resources']));
  expect(plan.mustSee).toEqual(nobody.mustSee);
});

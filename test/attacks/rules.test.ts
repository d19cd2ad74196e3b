import type { Alert } from '@picket/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestContainer } from '../support/container.ts';
import type { Deed } from './deed.ts';
import { CREDENTIALS } from './deeds/credentials.ts';
import { ESCAPES } from './deeds/escapes.ts';
import { IMPACT } from './deeds/impact.ts';
import { NETWORK } from './deeds/network.ts';
import { PACKAGES } from './deeds/packages.ts';
import { PERSISTENCE } from './deeds/persistence.ts';
import { PROGRAMS } from './deeds/programs.ts';
import { SYSTEM_CALLS } from './deeds/system-calls.ts';
import { LEARNED } from './learned-rules.ts';
import { IMAGE, Scene } from './scene.ts';

// Every shipped rule, from the act in a real container to the alert in the API. All acts are done first, in one
// container, all their twins in another; then the alerts of both are looked at.

const DEEDS: readonly Deed[] = [
  ...[...PROGRAMS, ...PACKAGES, ...CREDENTIALS, ...ESCAPES],
  ...[...PERSISTENCE, ...SYSTEM_CALLS, ...NETWORK, ...IMPACT],
];
/** Every deed and every twin is brought in from outside, so this rule has a story of its own. */
const BROUGHT_IN = 'Command run in a running container';
const TITLED = DEEDS.map((deed) => [`${deed.rule}: ${deed.title}`, deed] as const);

let scene: Scene;
let intruder: TestContainer;
let worker: TestContainer;
let alerts: readonly Alert[];
let falseAlerts: readonly Alert[];
const twinCodes = new Map<Deed, number>();

beforeAll(async () => {
  scene = await Scene.open();
  intruder = await scene.container('intruder', 'nginx');
  worker = await scene.container('worker', 'app-server');
  for (const deed of DEEDS) await deed.act(intruder);
  for (const deed of DEEDS) twinCodes.set(deed, (await deed.twin(worker)).code);
  alerts = await scene.alertsOf(intruder);
  falseAlerts = await scene.alertsOf(worker);
});
afterAll(() => scene?.close());

/** The alert of an act: of its rule, and with the fields that only this act has. */
function alertOf({ rule, shows }: Deed): Alert {
  const ofRule = alerts.filter((alert) => alert.rule === rule);
  const found = ofRule.find(({ output_fields }) =>
    Object.entries(shows).every(([field, value]) => {
      const text = String(output_fields[field]);
      return value instanceof RegExp ? value.test(text) : text === value;
    }),
  );
  if (found) return found;
  throw new Error(`no alert of "${rule}" shows that, only:\n${ofRule.map(({ output }) => output).join('\n')}`);
}

describe('an act raises its alert', () => {
  it.each(TITLED)('%s', (_, deed) => {
    const { container, process, evidence, hostname, output } = alertOf(deed);
    expect(container).toMatchObject({ full_id: intruder.id, name: 'intruder', image: IMAGE });
    expect(process?.name).toMatch(deed.process);
    const ancestors = process?.ancestors.map(({ name }) => name) ?? [];
    expect(ancestors.slice(0, deed.ancestors.length)).toEqual(deed.ancestors);
    // what comes behind them is the container runtime, as far as it was in the cgroup of the container
    const behind = ancestors.slice(deed.ancestors.length).filter((name) => !name.startsWith('runc'));
    expect(deed.rule === 'Fork bomb' ? behind.filter((name) => name !== 'sh') : behind).toEqual([]);
    expect(evidence).toMatchObject({ metadata: 'complete', lost: [] });
    expect(evidence.events).not.toEqual([]);
    for (const event of evidence.events) expect(event).toContain(hostname);
    expect(output).toContain('image=registry.example/shop/web:1.4');
  });
});

describe('its twin raises none', () => {
  it.each(TITLED)('%s', (_, deed) => {
    expect(twinCodes.get(deed)).toBe(0);
    expect(falseAlerts.filter(({ rule }) => rule === deed.rule).map(({ output }) => output)).toEqual([]);
  });
});

it('covers every shipped rule', async () => {
  const { items, problems } = await scene.stack.get<{ items: { rule: string; file: string }[]; problems: unknown[] }>(
    'rules',
  );
  expect(problems).toEqual([]);
  const shipped = items.map(({ rule }) => rule).filter((rule) => !rule.startsWith('marker'));
  const tried = [...DEEDS.map(({ rule }) => rule), BROUGHT_IN, ...Object.values(LEARNED)];
  expect([...new Set(tried)].sort()).toEqual(shipped.sort());
});

it('tells what is brought into a running container from what it does by itself', async () => {
  const busy = await scene.start({
    name: 'busy',
    args: ['sh', '-c', 'while true; do ls / >/dev/null; sleep 0.1; done'],
  });
  await busy.exec(['cat', '/etc/hostname']);
  await busy.exec(['cat', '/etc/hostname']);
  const found = await scene.alertsOf(busy);
  expect(found.map(({ rule, output_fields }) => [rule, output_fields['proc.cmdline']])).toEqual([
    [BROUGHT_IN, 'cat /etc/hostname'],
  ]);
  expect(found[0]).toMatchObject({ priority: 'Informational', process: { entry: 'exec' } });
});

it('takes an entrypoint with a terminal for a shell in use', async () => {
  const shell = await scene.start({ name: 'console', args: ['sh'], tty: true });
  const found = await scene.alertsOf(shell);
  expect(found.map(({ rule }) => rule)).toEqual(['Interactive shell in a container']);
  expect(found[0]?.process).toMatchObject({ name: 'sh', exepath: '/bin/busybox', vpid: 1 });
});

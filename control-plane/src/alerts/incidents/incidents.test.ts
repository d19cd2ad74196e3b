import { type Alert, HeaderFlag } from '@picket/sdk';
import { expect, test } from 'vitest';
import type { Container, Process } from '../../types.ts';
import { AlertStage } from '../alert-stage.ts';
import { batchAt, container, finding, openAt, process, view } from '../testing/events.ts';
import { incidentId } from './incident-id.ts';

// What alerts say of their incidents, from events to documents.

const HOST = { slot: 0, flags: HeaderFlag.host };
let sequence = 0;

interface Act {
  readonly at: number;
  readonly process?: Process;
  readonly container?: Container | undefined;
  readonly header?: Record<string, number>;
  readonly key?: string;
  readonly epoch?: bigint;
}

/** One finding of its own group; answers its alert. */
function act(stage: AlertStage, { at, header, epoch = 7n, ...of }: Act): Alert {
  const batch = batchAt(at, { agentEpoch: epoch });
  const seen = view({ process: of.process ?? process(), ...(of.container && { container: of.container }) });
  stage.begin(batch);
  stage.add(finding({ groupKey: of.key ?? `key ${++sequence}` }), openAt(at, ++sequence, header), seen, batch);
  stage.end(batch);
  const [alert] = stage.take().slice(-1);
  if (!alert) throw new Error('no alert came');
  return alert;
}

const web = container();
const other = container({ slot: 4, cgroup: '99', id: 'beef'.padEnd(64, '0'), podUid: '' });
const onHost = (overrides: Partial<Process> = {}) =>
  process({ pid: 900, start: 9e9, sid: 900, slot: 0, generation: 0, ...overrides });

test('the alerts of a container are one incident, which is named by the first of them', () => {
  const stage = new AlertStage();
  const first = act(stage, { at: 10, container: web });
  expect(first.incident).toBe(incidentId(first.uuid));
  expect(act(stage, { at: 500, container: web }).incident).toBe(first.incident);
  expect(act(stage, { at: 500, container: other, header: { slot: 4 } }).incident).not.toBe(first.incident);
  expect(act(stage, { at: 2000, container: web }).incident).not.toBe(first.incident);
});

test('a container is the same over a restart of the agent, and before its name is known', () => {
  const stage = new AlertStage();
  const first = act(stage, { at: 10 });
  expect(first.container).toBeNull();
  expect(act(stage, { at: 11, container: web }).incident).toBe(first.incident);
  const moved = { ...web, slot: 9 };
  expect(act(stage, { at: 12, container: moved, header: { slot: 9 }, epoch: 8n }).incident).toBe(first.incident);
});

test('containers of one pod are one incident', () => {
  const stage = new AlertStage();
  const first = act(stage, { at: 10, container: web });
  const sidecar = { ...other, podUid: web.podUid };
  expect(act(stage, { at: 11, container: sidecar, header: { slot: 4 } }).incident).toBe(first.incident);
});

test('what left a container for the host goes on in its incident, with all of its session', () => {
  const stage = new AlertStage();
  const first = act(stage, { at: 10, container: web });
  const inside = process({ slot: 3, generation: 1, parent: undefined });
  const escaped = onHost({ parent: inside });
  expect(act(stage, { at: 11, process: escaped, header: HOST }).incident).toBe(first.incident);
  const sibling = onHost({ pid: 901, start: 9.1e9 });
  expect(act(stage, { at: 12, process: sibling, header: HOST }).incident).toBe(first.incident);
});

test('what a host process that raised an alert begins in a container is of its incident', () => {
  const stage = new AlertStage();
  const first = act(stage, { at: 10, process: onHost(), header: HOST });
  const entered = process({ pid: 950, start: 9.5e9, sid: 950, parent: onHost() });
  expect(act(stage, { at: 11, process: entered, container: web }).incident).toBe(first.incident);
});

test('init and the kernel lead to no incident', () => {
  const stage = new AlertStage();
  const init = onHost({ pid: 1, start: 1, sid: 1 });
  const first = act(stage, { at: 10, process: init, header: HOST });
  const daemon = onHost({ pid: 50, start: 5, sid: 1, parent: init });
  expect(act(stage, { at: 11, process: daemon, header: HOST }).incident).not.toBe(first.incident);
});

test('a circle of parents ends', () => {
  const a = onHost({ pid: 10, sid: 10 });
  const b = onHost({ pid: 11, sid: 11, parent: a });
  a.parent = b;
  expect(act(new AlertStage(), { at: 1, process: b, header: HOST }).incident).toMatch(/^[0-9a-f-]{36}$/);
});

test('an alert that only counts on keeps its incident open', () => {
  const stage = new AlertStage();
  const first = act(stage, { at: 10, container: web, key: 'same' });
  for (let at = 20; at <= 60; at += 10) act(stage, { at, container: web, key: 'same' });
  expect(act(stage, { at: 55 + 15 * 60, container: web }).incident).toBe(first.incident);
});

test('every alert of a successor names the incident before', () => {
  const stage = new AlertStage({ incidents: { longest: 60_000 } });
  const first = act(stage, { at: 10, container: web });
  expect(first).not.toHaveProperty('incident_follows');
  const next = act(stage, { at: 71, container: web });
  expect(next).toMatchObject({ incident: incidentId(next.uuid), incident_follows: first.incident });
  expect(act(stage, { at: 72, container: web })).toMatchObject({
    incident: next.incident,
    incident_follows: first.incident,
  });
});

test('ids are the same after a crash', () => {
  const story = (crash: boolean) => {
    let stage = new AlertStage();
    sequence = 5000;
    return Array.from({ length: 60 }, (_, i) => {
      if (crash) {
        const state = stage.snapshot();
        stage = new AlertStage();
        stage.restore(state);
      }
      const where = i % 3 === 0 ? { process: onHost(), header: HOST } : { container: i % 2 ? web : other };
      return act(stage, { at: i * i * 3, ...where }).incident;
    });
  };
  const whole = story(false);
  expect(new Set(whole).size).toBeGreaterThan(3);
  expect(story(true)).toEqual(whole);
});

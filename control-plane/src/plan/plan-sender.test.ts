import { createLog, FULL_PLAN, type ProbePlan } from '@picket/sdk';
import { beforeEach, expect, it } from 'vitest';
import { PlanSender } from './plan-sender.ts';

const BEAT = { node: 'node-1', token: 'tok', state: 'running', plan: 'old' };

let now: number;
let wanted: ProbePlan;
let owned: boolean;
let answer: () => unknown;
let asked: { subject: string; revision: string }[];
let lines: string[];
let sender: PlanSender;

beforeEach(() => {
  now = 1000;
  wanted = { ...FULL_PLAN, revision: 'new' };
  owned = true;
  answer = () => ({ ok: true, revision: 'new', probes: [] });
  asked = [];
  lines = [];
  const request = async (subject: string, body: string) => {
    const { command, plan } = JSON.parse(body) as { command: string; plan: ProbePlan };
    expect(command).toBe('plan');
    asked.push({ subject, revision: plan.revision });
    return { data: new TextEncoder().encode(JSON.stringify(await answer())) };
  };
  sender = new PlanSender({
    nats: { request } as never,
    wanted: () => wanted,
    owns: () => owned,
    log: createLog('info', (line) => lines.push(line)),
    now: () => now,
  });
});

it('sends the plan to a node that has another one, and leaves it alone then', async () => {
  await sender.take(BEAT);
  expect(asked).toEqual([{ subject: 'picket.agents.tok.cmd', revision: 'new' }]);
  expect(sender.stateOf('node-1')).toEqual({ state: 'current', current: 'new', error: undefined });
  await sender.take({ ...BEAT, plan: 'new' });
  expect(asked).toHaveLength(1);
});

it('sends it again to an agent that begins anew with another one, and when the plan changes', async () => {
  await sender.take(BEAT);
  await sender.take({ ...BEAT, plan: 'full' });
  wanted = { ...wanted, revision: 'newer' };
  expect(sender.stateOf('node-1')).toMatchObject({ state: 'pending', current: 'new' });
  await sender.take({ ...BEAT, plan: 'new' });
  expect(asked.map(({ revision }) => revision)).toEqual(['new', 'new', 'newer']);
});

it('has one request a node under way, and leaves nodes of other replicas and ending agents alone', async () => {
  let finish = () => {};
  answer = () => new Promise((resolve) => (finish = () => resolve({ ok: true })));
  const first = sender.take(BEAT);
  await sender.take(BEAT);
  finish();
  await first;
  await sender.take({ ...BEAT, node: 'node-2', state: 'stopping' });
  owned = false;
  await sender.take({ ...BEAT, node: 'node-3' });
  expect(asked).toHaveLength(1);
  expect(sender.stateOf('node-3')).toMatchObject({ state: 'pending', current: 'old' });
  expect(sender.stateOf('node-4')).toBeUndefined();
});

it('sends it as soon as the node has become ours, and not to one that went silent', async () => {
  owned = false;
  await sender.take(BEAT);
  await sender.retry();
  expect(asked).toHaveLength(0);
  owned = true;
  await Promise.all([sender.retry(), sender.retry()]);
  await sender.retry();
  expect(asked).toHaveLength(1);
  wanted = { ...wanted, revision: 'newer' };
  now += 15_000;
  await sender.retry();
  expect(asked).toHaveLength(1);
});

it('tells what to do when the agent is too old, and tries more and more seldom', async () => {
  answer = () => ({ ok: false, error: { code: 'COMMAND_UNKNOWN', message: 'the agent knows no command "plan"' } });
  const old = { node: 'node-1', token: 'tok', state: 'running' };
  const times: number[] = [];
  for (let second = 0; second < 400; second++) {
    const before = asked.length;
    await sender.take(old);
    if (asked.length > before) times.push(second);
    now += 1000;
  }
  expect(times).toEqual([0, 5, 15, 35, 75, 155, 315]);
  expect(sender.stateOf('node-1')).toMatchObject({
    state: 'refused',
    current: undefined,
    error: { code: 'PLAN_REFUSED' },
  });
  expect(lines).toHaveLength(times.length);
  expect(lines[0]).toMatch(/COMMAND_UNKNOWN.*too old.*bring it to this version/);
  wanted = { ...wanted, revision: 'newer' };
  await sender.take(old);
  expect(asked).toHaveLength(times.length + 1);
});

it.each([
  ['no answer', () => Promise.reject(new Error('timeout')), 'pending', 'PLAN_UNANSWERED'],
  ['an answer that is none', () => 7, 'refused', 'PLAN_REFUSED'],
  ['a refusal', () => ({ ok: false, error: { code: 'COMMAND_INVALID', message: 'x' } }), 'refused', 'PLAN_REFUSED'],
])('says so at %s', async (_, answers, state, code) => {
  answer = answers;
  await sender.take(BEAT);
  expect(sender.stateOf('node-1')).toMatchObject({ state, current: 'old', error: { code } });
  answer = () => ({ ok: true });
  now += 5000;
  await sender.take(BEAT);
  expect(sender.stateOf('node-1')).toEqual({ state: 'current', current: 'new', error: undefined });
});

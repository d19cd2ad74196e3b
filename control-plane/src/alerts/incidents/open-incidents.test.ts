import { describe, expect, test } from 'vitest';
import { type IncidentOptions, OpenIncidents } from './open-incidents.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Incidents whose ids are 1, 2, 3, ... in the order in which they begin. */
function numbered(options: IncidentOptions = {}) {
  const incidents = new OpenIncidents(options);
  let ids = 0;
  const newId = () => String(++ids);
  const assign = (own: string[], minutes: number, links: string[] = [], node = 'a') =>
    incidents.assign(node, { own, links }, minutes * MINUTE, newId).id;
  return { incidents, assign };
}

describe('alerts join', () => {
  test('when they share a container, and not over the gap', () => {
    const { assign } = numbered();
    expect([assign(['x'], 0), assign(['y'], 1), assign(['x'], 15), assign(['x'], 30), assign(['x'], 46)]).toEqual([
      '1',
      '2',
      '1',
      '1',
      '3',
    ]);
  });

  test('never those of another node', () => {
    const { assign } = numbered();
    expect([assign(['x'], 0), assign(['x'], 0, [], 'b')]).toEqual(['1', '2']);
  });

  test('by any key that is theirs, which all lead to it then', () => {
    const { assign } = numbered();
    expect([assign(['x', 'pod'], 0), assign(['y', 'pod'], 1), assign(['y'], 2), assign(['z'], 2)]).toEqual([
      '1',
      '1',
      '1',
      '2',
    ]);
  });

  test('the incident that their line of descent leads to, unless they have one of their own', () => {
    const { assign } = numbered();
    expect(assign(['x'], 0)).toBe('1');
    expect(assign(['host'], 1, ['nothing', 'x'])).toBe('1');
    expect(assign(['host'], 2)).toBe('1');
    expect(assign(['other'], 2)).toBe('2');
    expect(assign(['other'], 3, ['x'])).toBe('2');
  });

  test('no other when they have no keys', () => {
    const { assign } = numbered();
    expect([assign([], 0), assign([], 0)]).toEqual(['1', '2']);
  });

  test('as long as something happens again in between', () => {
    const { incidents, assign } = numbered();
    assign(['x'], 0);
    for (const at of [10, 20, 30]) incidents.touch('a', '1', at * MINUTE);
    expect(assign(['x'], 44)).toBe('1');
    incidents.touch('a', '1', 70 * MINUTE);
    incidents.touch('a', 'unknown', 45 * MINUTE);
    expect(assign(['x'], 70)).toBe('2');
  });

  test('also when their events come late', () => {
    const { assign } = numbered();
    expect([assign(['x'], 60), assign(['x'], 50), assign(['x'], 74), assign(['x'], 40)]).toEqual(['1', '1', '1', '2']);
  });
});

test('an incident that goes on for too long has a successor that names it and takes over all that was its own', () => {
  const incidents = new OpenIncidents();
  let ids = 0;
  const assign = (own: string[], at: number) => incidents.assign('a', { own, links: [] }, at, () => String(++ids));
  const first = assign(['x', 'pod'], 0);
  for (let at = 0; at <= 24 * HOUR; at += 10 * MINUTE) incidents.touch('a', first.id, at);
  expect(assign(['x'], 24 * HOUR)).toBe(first);
  const next = assign(['x'], 24 * HOUR + 1);
  expect(next).toMatchObject({ id: '2', follows: '1' });
  expect(assign(['y', 'pod'], 24 * HOUR + MINUTE)).toBe(next);
  expect(incidents.size).toBe(1);
});

describe('bounds', () => {
  test('the quietest incident makes room and is counted', () => {
    const { incidents, assign } = numbered({ max: 2 });
    expect([assign(['x'], 0), assign(['y'], 1), assign(['x'], 2), assign(['z'], 3)]).toEqual(['1', '2', '1', '3']);
    expect(incidents.evicted).toBe(1);
    expect([assign(['x'], 4), assign(['y'], 4)]).toEqual(['1', '4']);
    expect(incidents.size).toBe(2);
  });

  test('a quiet node keeps its own while another one is noisy', () => {
    const { assign } = numbered({ max: 2 });
    expect(assign(['q'], 0, [], 'quiet')).toBe('1');
    for (let i = 0; i < 50; i++) assign([`n${i}`], 1);
    expect(assign(['q'], 2, [], 'quiet')).toBe('1');
  });

  test('what is over is forgotten, one of the future does not keep it', () => {
    const { incidents, assign } = numbered();
    assign(['future'], 9999);
    assign(['x'], 0);
    incidents.tick('a', 15 * MINUTE);
    expect(incidents.size).toBe(2);
    incidents.tick('a', 15 * MINUTE + 1);
    expect(incidents.size).toBe(1);
  });

  test('keys beyond the bound are not kept, the first ones still lead to the incident', () => {
    const { incidents, assign } = numbered();
    for (let i = 0; i < 500; i++) expect(assign(['session', `process ${i}`], 0)).toBe('1');
    expect(incidents.snapshot()[0]?.keys).toHaveLength(64);
    expect(assign(['session', 'process 499'], 1)).toBe('1');
  });
});

test('a restored state goes on like the one it was taken from', () => {
  const replay = (crash: (i: number) => boolean) => {
    let incidents = new OpenIncidents({ max: 5 });
    let ids = 0;
    const out: string[] = [];
    for (let i = 0; i < 600; i++) {
      const at = i * 2 * MINUTE - (i % 5) * MINUTE;
      const keys = { own: [`c${(i * 7) % 11}`, `p${(i * 7) % 5}`], links: [`c${(i * 3) % 11}`] };
      const { id, follows } = incidents.assign(i % 4 === 0 ? 'a' : 'b', keys, at, () => `${ids++} at ${i}`);
      out.push(`${id} ${follows}`);
      if (i % 3 === 0) incidents.tick('b', at);
      if (!crash(i)) continue;
      const state = JSON.parse(JSON.stringify(incidents.snapshot()));
      incidents = new OpenIncidents({ max: 5 });
      incidents.restore(state);
    }
    return out;
  };
  const whole = replay(() => false);
  expect(new Set(whole).size).toBeGreaterThan(5);
  expect(replay(() => true)).toEqual(whole);
  expect(replay((i) => i % 7 === 3)).toEqual(whole);
});

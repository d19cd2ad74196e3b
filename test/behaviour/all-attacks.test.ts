import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SIX } from '../workloads/workloads.ts';
import { ALL_ATTACKS, attackLanes, isListed } from './all-attacks.ts';
import { type AttackSpan, readTruth, writeTruth } from './truth.ts';

it('has each attack once, in containers of the six, with a technique', () => {
  expect(new Set(ALL_ATTACKS.map(({ id }) => id)).size).toBe(ALL_ATTACKS.length);
  for (const { id, shows, technique, title } of ALL_ATTACKS) {
    expect(technique, id).toMatch(/^T\d{4}(\.\d{3})?$/);
    expect(title.length, id).toBeGreaterThan(10);
    expect(shows.length, id).toBeGreaterThan(0);
    for (const name of shows) expect(SIX, id).toContain(name);
  }
});

it('is mostly what the list of detections does not name', () => {
  expect(ALL_ATTACKS.filter((attack) => !isListed(attack)).length).toBeGreaterThan(40);
  expect(ALL_ATTACKS.filter(isListed).length).toBeGreaterThan(15);
});

it('gives every attack one lane, and neighbours different containers while there are any', () => {
  const lanes = attackLanes(ALL_ATTACKS);
  expect(lanes.flat().toSorted(byId)).toEqual(ALL_ATTACKS.toSorted(byId));
  for (const lane of lanes) expect(lane[0]?.shows[0]).not.toBe(lane[1]?.shows[0]);
});

it('keeps the truth, and refuses a file that is none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'truth-'));
  const file = join(folder, 'truth.json');
  const attacks: AttackSpan[] = [
    {
      ...{ id: 'a', title: 'b', technique: 'T1041', entry: 'service', listed: false, heldOut: true, shows: ['app-90'] },
      ...{ touches: [], from: 1, to: 2, done: true, why: '' },
    },
  ];
  try {
    writeTruth(file, { attacks });
    expect(readTruth(file)).toEqual({ attacks });
    writeFileSync(file, '{"attacks":[{"id":"a"}]}');
    expect(() => readTruth(file)).toThrow(/technique/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);

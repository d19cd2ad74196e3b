import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Material } from '../../../control-plane/src/detection/anomaly/learning/material.ts';
import { SIX } from '../../workloads/workloads.ts';
import { placesOf } from './benign.ts';
import { LEARNING } from './programs.ts';
import { replay } from './replay.ts';
import { isOfSix, rollCall, shopOf } from './roll-call.ts';
import { Trial } from './trial.ts';

// The short capture of the six ordinary workloads that other tests run on.
const CAPTURE = fileURLToPath(new URL('../../fixtures/ordinary.pkcap', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recording-'));
  copyFileSync(CAPTURE, join(folder, '000.pkcap'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('knows the containers of a recording and how long they lived', async () => {
  const roll = await rollCall(folder);
  const lives = [...roll.lives.values()];
  expect(lives.map(({ name }) => name)).toEqual(expect.arrayContaining([...SIX, 'dns', 'git']));
  for (const { name, from, to } of lives) expect(to - from, name).toBeGreaterThan(0);
  expect(roll.records).toBeGreaterThan(10_000);
});

it('learns from the wanted containers alone, as the engine does', async () => {
  const roll = await rollCall(folder);
  const trial = new Trial(
    LEARNING,
    placesOf(roll, (name) => name === 'web'),
  );
  await replay(folder, trial);
  const rows = trial.engine.materials();
  expect(rows.map(({ image }) => image)).toEqual(['registry.example/ordinary/nginx']);
  expect(Material.load(rows[0]?.bytes ?? new Uint8Array()).stats().windows).toBeGreaterThan(1);
  expect(trial.told).toEqual([]);
});

it('reads a recording that was cut off as far as it goes', async () => {
  const whole = (await rollCall(folder)).records;
  const bytes = readFileSync(CAPTURE);
  writeFileSync(join(folder, '000.pkcap'), bytes.subarray(0, bytes.length - 200));
  const cut = (await rollCall(folder)).records;
  expect(cut).toBeGreaterThan(0);
  expect(cut).toBeLessThan(whole);
});

it('tells workload and shop from a name', () => {
  expect(shopOf('redis-benchmark-12')).toEqual({ workload: 'redis-benchmark', shop: 12 });
  expect(shopOf('web')).toEqual({ workload: 'web', shop: 0 });
  expect([
    isOfSix('web-3', (shop) => shop === 3),
    isOfSix('web-3', (shop) => shop > 3),
    isOfSix('dns-3', () => true),
  ]).toEqual([true, false, false]);
});

import { expect, test } from 'vitest';
import { Material } from './material.ts';
import { madeWindows, START } from './testing/ordinary-windows.ts';
import { trainModel } from './train.ts';

const OPTIONS = { seed: 1, alarmsPerDay: 1 };
const HOUR = 3_600_000;

/** An hour of two containers that send so many times the ordinary. */
function hour(material: Material, at: number, sent: number): Material {
  for (const run of [0, 1])
    for (const made of madeWindows({
      seed: 10 * at + run,
      run: `${run}`,
      windows: 90,
      start: START + at * HOUR,
      sent,
    }))
      material.observe(made.window, made.run, made.at);
  return material;
}

test('data that leaves by a little more from version to version: each passes, the anchor does not hold', {
  timeout: 120_000,
}, () => {
  const material = hour(hour(new Material('web'), 0, 1), 1, 1);
  const anchor = trainModel(material, OPTIONS).model;
  const reports = [1, 1.5, 3, 6, 11].map((sent, i) => {
    const { report } = trainModel(hour(material, i + 2, sent), { ...OPTIONS, anchor });
    return report.anchor;
  });
  expect(reports[0]).toMatchObject({ holds: true });
  expect(reports[1]).toMatchObject({ holds: true });
  expect(reports.at(-1)).toMatchObject({ holds: false });
  // long before it has grown tenfold
  expect(reports.findIndex((report) => report?.holds === false)).toBeLessThanOrEqual(3);
  expect(reports.at(-1)?.moved.join('\n')).toMatch(/bytes sent: now usually [\d.]+ MB in 10 s, at the anchor up to/);
});

test('more of the same holds', { timeout: 120_000 }, () => {
  const material = hour(hour(new Material('web'), 0, 1), 1, 1);
  const anchor = trainModel(material, OPTIONS).model;
  for (const at of [2, 3, 4]) hour(material, at, 1);
  const { report } = trainModel(material, { ...OPTIONS, anchor });
  expect(report.anchor).toMatchObject({
    holds: true,
    moved: expect.not.arrayContaining([expect.stringMatching(/now usually/)]),
  });
});

import { expect, test } from 'vitest';
import { lineChart } from './line-chart.ts';

const CHART = { title: 'a < b', x: { label: 'x' }, y: { label: 'y & z' } };

test('draws each line between the axes, with its name, and escapes text', () => {
  const svg = lineChart({
    ...CHART,
    lines: [
      {
        name: 'one',
        points: [
          [0, 0],
          [0.5, 1],
          [1, 1],
        ],
      },
    ],
  });
  expect(svg).toContain('a &lt; b');
  expect(svg).toContain('y &amp; z');
  expect(svg).toContain('>one</text>');
  const numbers = [...(/class="line l0" d="M([\d. L]+)"\/>\s*<\/svg>/.exec(svg)?.[1]?.matchAll(/[\d.]+/g) ?? [])].map(
    Number,
  );
  expect(numbers).toHaveLength(6);
  // left end below, right end above, all inside of the picture
  expect(numbers[0]).toBeLessThan(numbers[4] ?? 0);
  expect(numbers[1]).toBeGreaterThan(numbers[5] ?? 0);
});

test('puts powers of ten at equal distances, and what is below them at the left end', () => {
  const x = { label: 'x', isLogarithmic: true, least: 0.001 };
  const points = [
    [0, 0],
    [0.001, 0.2],
    [0.01, 0.4],
    [0.1, 0.6],
    [1, 0.8],
  ] as const;
  const svg = lineChart({ ...CHART, x, lines: [{ name: 'one', points }] });
  const places = (/d="(M[^"]+)"\/>\n<\/svg>/.exec(svg)?.[1] ?? '')
    .slice(1)
    .split('L')
    .map((pair) => Number(pair.split(' ')[0]));
  expect(places[0]).toBe(places[1]);
  const steps = places.slice(2).map((place, at) => place - (places[at + 1] ?? 0));
  expect(Math.max(...steps) - Math.min(...steps)).toBeLessThan(0.2);
});

test('refuses more lines than can be told apart', () => {
  const lines = Array.from({ length: 7 }, () => ({ name: 'x', points: [] }));
  expect(() => lineChart({ ...CHART, lines })).toThrow('at most 6 lines');
});

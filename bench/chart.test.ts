import { describe, expect, it } from 'vitest';
import { barChart } from './chart.ts';

const bars = [
  { label: 'a & b', values: [10, 40] },
  { label: 'none', values: [-3, 20] },
];

function widths(svg: string, series: number): number[] {
  const pattern = new RegExp(`<rect class="s${series}" x="280" y="\\d+" width="([\\d.]+)" height="12"/><text`, 'g');
  return [...svg.matchAll(pattern)].map(([, width]) => Number(width)).filter((width) => width !== 12);
}

describe('barChart', () => {
  const svg = barChart({ title: 'costs < 100', series: ['one', 'two'], bars });

  it('draws bars in proportion, the longest over the whole room, none for what is below zero', () => {
    expect(widths(svg, 0)).toEqual([130, 0]);
    expect(widths(svg, 1)).toEqual([520, 260]);
  });

  it('writes every value and escapes every text', () => {
    for (const value of [10, 40, -3, 20]) expect(svg).toContain(`>${value}</text>`);
    expect(svg).toContain('a &amp; b');
    expect(svg).toContain('costs &lt; 100');
    expect(svg).not.toContain('a & b');
  });

  it('has a colour for each series in the light and in the dark scheme', () => {
    for (const name of ['.s0', '.s1', 'text']) expect(svg.split(`${name} {`)).toHaveLength(3);
  });

  it('can show nothing but zeros', () => {
    const flat = barChart({ title: 't', series: ['one'], bars: [{ label: 'x', values: [0] }] });
    expect(flat).not.toContain('NaN');
  });
});

export interface BarChart {
  readonly title: string;
  /** Names of the values of each bar; at most as many as there are colours. */
  readonly series: readonly string[];
  readonly bars: readonly { readonly label: string; readonly values: readonly number[] }[];
}

const WIDTH = 860;
const LABELS = 280;
const NUMBERS = 60;
const BAR = 14;
const GAP = 12;
const TOP = 66;
const BOTTOM = 14;

/** Both readable on white and on nearly black, and apart from each other without colour vision. */
const STYLE = `
    text { font: 13px system-ui, sans-serif; fill: #1f2328; }
    .title { font-size: 15px; font-weight: 600; }
    .value { font-size: 11px; }
    .grid { stroke: #d0d7de; }
    .s0 { fill: #1f6feb; }
    .s1 { fill: #bf8700; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .grid { stroke: #3d444d; }
      .s0 { fill: #58a6ff; }
      .s1 { fill: #e3b341; }
    }
  `;

/**
 * Lying bars in groups, as an SVG picture without a background that follows the reader's light or dark scheme. Values
 * below zero have no bar, only their number.
 */
export function barChart({ title, series, bars }: BarChart): string {
  const group = series.length * BAR + GAP;
  const height = TOP + bars.length * group + BOTTOM;
  const room = WIDTH - LABELS - NUMBERS;
  const most = Math.max(...bars.flatMap(({ values }) => values), 1);
  const step = gridStep(most);
  const x = (value: number) => fixed(LABELS + (Math.max(value, 0) / most) * room);
  const lines = Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step).map(
    (value) =>
      `<line class="grid" x1="${x(value)}" x2="${x(value)}" y1="${TOP - 4}" y2="${height - BOTTOM}"/>` +
      `<text x="${x(value)}" y="${TOP - 10}" text-anchor="middle">${value}</text>`,
  );
  const groups = bars.map(({ label, values }, i) => {
    const y = TOP + i * group + GAP / 2;
    const middle = y + (series.length * BAR) / 2 + 4;
    const own = values.map((value, at) => bar(value, at, y + at * BAR, x));
    return `<text x="${LABELS - 10}" y="${fixed(middle)}" text-anchor="end">${escaped(label)}</text>${own.join('')}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<text class="title" x="10" y="20">${escaped(title)}</text>`,
    ...series.map(legend),
    ...lines,
    ...groups,
    '</svg>\n',
  ].join('\n');
}

function bar(value: number, series: number, y: number, x: (value: number) => string): string {
  const width = fixed(Number(x(value)) - LABELS);
  return (
    `<rect class="s${series}" x="${LABELS}" y="${y + 1}" width="${width}" height="${BAR - 2}"/>` +
    `<text class="value" x="${fixed(Number(x(value)) + 6)}" y="${y + BAR - 3}">${value}</text>`
  );
}

function legend(name: string, i: number): string {
  const x = LABELS + i * 150;
  return `<rect class="s${i}" x="${x}" y="29" width="12" height="12"/><text x="${x + 18}" y="40">${escaped(name)}</text>`;
}

/** A round number that divides the axis into three to eight parts. */
function gridStep(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most / 3));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => most / step <= 8) ?? most;
}

const fixed = (value: number) => String(Number(value.toFixed(1)));

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');

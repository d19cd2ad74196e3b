/** One line of a chart: values from 0 to 1. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Axis {
  readonly label: string;
}

export interface LineChart {
  readonly title: string;
  /** Logarithmic from `least` on; smaller values stand at its left end. */
  readonly x: Axis & { readonly isLogarithmic?: boolean; readonly least?: number };
  readonly y: Axis;
  /** At most as many as there are colours. */
  readonly lines: readonly Line[];
}

const WIDTH = 560;
const LEFT = 58;
const RIGHT = 26;
const TOP = 92;
const ROOM = 280;
const HEIGHT = TOP + ROOM + 50;
/** Points closer than this, in pixels, are one. */
const NEAR = 0.7;

/** Readable on white and on nearly black; dashes tell apart what colours do not. */
const COLOURS = [
  ['#0b57d0', '#6cb0ff', ''],
  ['#b35900', '#f0a355', ''],
  ['#1a7f37', '#57d364', ''],
  ['#8250df', '#c297ff', '6 3'],
  ['#cf222e', '#ff8a80', '2 3'],
  ['#57606a', '#b1bac4', '8 3 2 3'],
] as const;

const STYLE = `
    text { font: 12px system-ui, sans-serif; fill: #1f2328; }
    .title { font-size: 15px; font-weight: 600; }
    .grid { stroke: #d0d7de; }
    .line { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
${COLOURS.map(([light, , dash], at) => `    .l${at} { stroke: ${light};${dash && ` stroke-dasharray: ${dash};`} }`).join('\n')}
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .grid { stroke: #3d444d; }
${COLOURS.map(([, dark], at) => `      .l${at} { stroke: ${dark}; }`).join('\n')}
    }
  `;

/** Lines over two axes, as an SVG picture without a background that follows the reader's light or dark scheme. */
export function lineChart({ title, x, y, lines }: LineChart): string {
  if (lines.length > COLOURS.length)
    throw new Error(`a chart has at most ${COLOURS.length} lines, not ${lines.length}`);
  const across = WIDTH - LEFT - RIGHT;
  const least = x.isLogarithmic ? (x.least ?? 0.001) : 0;
  const place = (value: number) =>
    x.isLogarithmic ? 1 - Math.log10(Math.max(value, least)) / Math.log10(least) : Math.max(value, 0);
  const [toX, toY] = [(value: number) => LEFT + across * place(value), (value: number) => TOP + ROOM * (1 - value)];
  const ticks = x.isLogarithmic ? powersFrom(least) : FIFTHS;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<text class="title" x="10" y="20">${escaped(title)}</text>`,
    ...lines.map(({ name }, at) => legend(name, at)),
    ...ticks.map((value) => tickX(toX(value), value)),
    ...FIFTHS.map((value) => tickY(toY(value), value)),
    `<text x="${LEFT + across / 2}" y="${HEIGHT - 10}" text-anchor="middle">${escaped(x.label)}</text>`,
    `<text transform="translate(14 ${TOP + ROOM / 2}) rotate(-90)" text-anchor="middle">${escaped(y.label)}</text>`,
    ...lines.map(({ points }, at) =>
      path(
        points.map(([px, py]) => [toX(px), toY(py)]),
        at,
      ),
    ),
    '</svg>\n',
  ].join('\n');
}

const FIFTHS = [0, 0.2, 0.4, 0.6, 0.8, 1];

function powersFrom(least: number): number[] {
  return Array.from({ length: Math.round(-Math.log10(least)) + 1 }, (_, at) => least * 10 ** at);
}

function path(points: readonly (readonly [number, number])[], at: number): string {
  const kept: (readonly [number, number])[] = [];
  for (const [index, point] of points.entries()) {
    const last = kept.at(-1);
    const isFar = !last || Math.hypot(point[0] - last[0], point[1] - last[1]) >= NEAR;
    if (isFar || index === points.length - 1) kept.push(point);
  }
  return `<path class="line l${at}" d="M${kept.map(([px, py]) => `${fixed(px)} ${fixed(py)}`).join('L')}"/>`;
}

function legend(name: string, at: number): string {
  const [x, y] = [14 + (at % 2) * 270, 40 + Math.floor(at / 2) * 17];
  return `<path class="line l${at}" d="M${x} ${y - 4}h26"/><text x="${x + 33}" y="${y}">${escaped(name)}</text>`;
}

function tickX(x: number, value: number): string {
  const text = `<text x="${fixed(x)}" y="${TOP + ROOM + 17}" text-anchor="middle">${share(value)}</text>`;
  return `<line class="grid" x1="${fixed(x)}" x2="${fixed(x)}" y1="${TOP}" y2="${TOP + ROOM}"/>${text}`;
}

function tickY(y: number, value: number): string {
  const text = `<text x="${LEFT - 7}" y="${fixed(y + 4)}" text-anchor="end">${share(value)}</text>`;
  return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${fixed(y)}" y2="${fixed(y)}"/>${text}`;
}

const share = (value: number) => `${Number((100 * value).toPrecision(2))}%`;
const fixed = (value: number) => Number(value.toFixed(1));
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');

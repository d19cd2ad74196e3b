import type { WindowScore } from '@picket/sdk/client';

/** Of the drawing, in its own units. */
export const WIDTH = 900;
export const HEIGHT = 170;
/** Where the numbers end and the curve begins. */
export const LEFT = 30;
const TOP = 8;
const BOTTOM = 20;
const LEAST_TOP = 5;
/** Windows that are further apart are not joined by a line, ms. */
const GAP_MS = 45_000;

export interface Chart {
  readonly curve: string;
  readonly threshold: string;
  readonly ticks: readonly { readonly y: number; readonly value: number }[];
  /** Windows above the threshold, and such with something new. */
  readonly dots: readonly {
    readonly x: number;
    readonly y: number;
    readonly score: WindowScore;
    readonly isDrift: boolean;
  }[];
}

/** Places what is known of some windows; undefined when there is none. @param scores the oldest first */
export function chartOf(scores: readonly WindowScore[]): Chart | undefined {
  const [first] = scores;
  const last = scores.at(-1);
  if (!first || !last) return undefined;
  const [from, to] = [Date.parse(first.at), Date.parse(last.at)];
  const top = Math.ceil(
    Math.max(LEAST_TOP, ...scores.flatMap(({ value, drift, threshold }) => [value, drift, threshold])),
  );
  const x = (at: string) => round(LEFT + ((Date.parse(at) - from) / Math.max(1, to - from)) * (WIDTH - LEFT));
  const y = (value: number) => round(TOP + (1 - Math.max(0, value) / top) * (HEIGHT - TOP - BOTTOM));
  const path = (of: (score: WindowScore) => number) => {
    let before = Number.NEGATIVE_INFINITY;
    const steps = scores.map((score) => {
      const at = Date.parse(score.at);
      const step = `${at - before > GAP_MS ? 'M' : 'L'}${x(score.at)} ${y(of(score))}`;
      before = at;
      return step;
    });
    return steps.join('');
  };
  const dots = scores.flatMap((score) => [
    ...(score.value >= score.threshold ? [{ x: x(score.at), y: y(score.value), score, isDrift: false }] : []),
    ...(score.drift > 0 ? [{ x: x(score.at), y: y(score.drift), score, isDrift: true }] : []),
  ]);
  const every = Math.max(1, Math.ceil(top / 4));
  const ticks = Array.from({ length: Math.floor(top / every) + 1 }, (_, i) => ({ value: i * every, y: y(i * every) }));
  return { curve: path(({ value }) => value), threshold: path(({ threshold }) => threshold), ticks, dots };
}

const round = (n: number): number => Math.round(n * 10) / 10;

import type { FeatureWindow } from '../../features/feature-window.ts';
import { makeWindow, type WindowFacts } from '../../testing/make-window.ts';

/** One number from 0 to below 1 after the other, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A window and where it is from, as the engine hands them to the material. */
export interface MadeWindow {
  readonly window: FeatureWindow;
  readonly run: string;
  readonly at: number;
}

export interface MadeOptions {
  readonly seed: number;
  readonly run: string;
  readonly windows: number;
  readonly seconds?: 10 | 60;
  /** Begin, ms since 1970. */
  readonly start?: number;
  /** How much is sent, in multiples of the ordinary. */
  readonly sent?: number;
  /** Kinds of tokens that come by chance. */
  readonly rare?: number;
}

/** 2026-01-01. */
export const START = 1_767_225_600_000;

/** Windows of a made web server: amounts spread by a log-normal, a few programs and files always, some by chance. */
export function madeWindows(options: MadeOptions): MadeWindow[] {
  const { seed, run, windows, seconds = 10, start = START } = options;
  const random = randomOf(seed);
  return Array.from({ length: windows }, (_, i) => {
    const from = 5_000_000 + (start - START) + i * seconds * 1000;
    return { window: makeWindow(factsOf(random, options, from, seconds)), run, at: start + (i + 1) * seconds * 1000 };
  });
}

function factsOf(random: () => number, options: MadeOptions, from: number, seconds: 10 | 60): WindowFacts {
  const { sent = 1, rare = 40 } = options;
  const load = Math.exp(0.4 * normal(random)) * (seconds / 10);
  const some = (mean: number) => Math.round(mean * load * Math.exp(0.2 * normal(random)));
  const requests = some(50);
  const syscalls = { 0: some(400), 1: some(300), 3: requests, 44: some(100), 232: some(200), 288: requests };
  const tokens: Record<string, number> = {
    'x:/usr/sbin/nginx': 1,
    'r:/srv/www/*': requests,
    'c:db:5432': some(5),
    'u:/run/nginx.sock': some(2),
  };
  // by chance, the frequent ones often and the rare ones seldom
  for (let i = 1; i <= rare; i++) if (random() < 0.3 / i) tokens[`r:/srv/data/part-${i}`] = 1;
  return {
    ...{ seconds, from, syscalls, tokens },
    scalars: {
      ...{ opens: requests, accepts: requests, closes: requests, connects: some(5), syscalls: some(1200) },
      ...{ net_sent: some(200_000) * sent, net_received: some(20_000), cpu: 0.1 * load, memory: 5e7 + 1e6 * random() },
    },
    bigrams: [
      [0, 1, some(200)],
      [1, 232, some(150)],
      [232, 288, requests],
      [288, 0, requests],
      ...(random() < 0.2 ? [[3, 44, some(3)] as const] : []),
    ],
  };
}

/** Box and Muller. */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
